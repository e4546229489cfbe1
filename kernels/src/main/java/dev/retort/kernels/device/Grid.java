package dev.retort.kernels.device;

/**
 * How many work-items a kernel is run for along each axis, and how many make a group. Whole groups are run: kernels return early
 * where they find themselves outside.
 */
public record Grid(int x, int y, int z, int groupX, int groupY) {
    /** Work-items of a group where a kernel does not care. Few different groups, because some drivers compile for each. */
    static final int GROUP = 64;

    /** The most groups that CUDA runs along y, and along z. */
    public static final int MOST_CUDA_GROUPS = 65_535;

    private static final int SHORT = 32;

    /** One axis. */
    public static Grid of(int x) {
        return of(x, 1, 1);
    }

    /** Up to three axes. The first should be the one along which memory is consecutive. */
    public static Grid of(int x, int y, int z) {
        boolean wide = x >= SHORT || y < SHORT;
        return new Grid(x, y, z, wide ? GROUP : 1, wide ? 1 : GROUP);
    }

    /** A group of work-items for each row. */
    static Grid rows(int rows) {
        return new Grid(Math.multiplyExact(rows, GROUP), 1, 1, GROUP, 1);
    }

    /**
     * The same kernel on a grid with at most so many groups along y: those beyond go along z, which must be free. Where the groups do not
     * divide evenly, some lie outside.
     */
    public Grid folded(int most) {
        long groups = paddedY() / groupY;
        if (groups <= most || z != 1) {
            return this;
        }
        int layers = (int) ((groups + most - 1) / most);
        int each = (int) ((groups + layers - 1) / layers);
        return new Grid(x, each * groupY, layers, groupX, groupY);
    }

    /** Work-items along x with whole groups. */
    public long paddedX() {
        return padded(x, groupX);
    }

    /** Work-items along y with whole groups. */
    public long paddedY() {
        return padded(y, groupY);
    }

    private static long padded(int extent, int group) {
        return (extent + group - 1L) / group * group;
    }

    boolean isEmpty() {
        return x == 0 || y == 0 || z == 0;
    }
}
