package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.MatmulPrecision;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The kernels that make a product in tiles: which file, compiled for which numbers, and how many rows and columns a group of work-items has.
 *
 * @param file of the kernels, by which their functions are named
 * @param numbers of the file
 * @param tile rows and columns of a tile
 * @param groupX work-items of a group along x
 * @param groupY along y
 */
record Tiling(String file, Map<String, Integer> numbers, int tile, int groupX, int groupY) {
    /** Elements that {@code matrix.cu} copies at once where operands are aligned to so many. */
    private static final int VECTOR = 4;

    private static final String MATRIX = "matrix";
    private static final int COMPILED_MICRO = 4;
    private static final int COMPILED_STEP = 16;
    private static final int MATRIX_GROUP = 256;
    private static final int LARGE_TILE = 128;
    private static final int SMALL_TILE = 64;

    /** Those of {@code tiled.cl}, for any GPU. */
    static Tiling common(int micro, int step) {
        Map<String, Integer> numbers = new TreeMap<>(Map.of("MICRO", micro, "STEP", step));
        return new Tiling("tiled", numbers, Products.SIDE * micro, Products.SIDE, Products.SIDE);
    }

    /** The one shape of {@code tiled.cl} that is shipped compiled. */
    static Tiling compiled() {
        return common(COMPILED_MICRO, COMPILED_STEP);
    }

    /** Those of {@code matrix.cu} for a product of m x n, by rule the best first. */
    static List<Tiling> matrix(
            DeviceTuning tuning, MatmulPrecision precision, int m, int n, int batch, boolean aligned) {
        Tiling small = matrix(precision, SMALL_TILE, aligned ? VECTOR : 1);
        if (!aligned) {
            return List.of(small);
        }
        Tiling large = matrix(precision, LARGE_TILE, VECTOR);
        long groups = (long) Products.ceil(m, LARGE_TILE) * Products.ceil(n, LARGE_TILE) * batch;
        return groups >= tuning.matrixGroups() ? List.of(large, small) : List.of(small, large);
    }

    private static Tiling matrix(MatmulPrecision precision, int tile, int vector) {
        Map<String, Integer> numbers = new TreeMap<>(Map.of("MODE", precision.ordinal(), "TILE", tile, "VEC", vector));
        return new Tiling(MATRIX, numbers, tile, MATRIX_GROUP, 1);
    }

    /** Whether extents, distances and places of operands all are multiples of what is copied at once. */
    static boolean aligned(long... numbers) {
        for (long number : numbers) {
            if (number % VECTOR != 0) {
                return false;
            }
        }
        return true;
    }

    /** A kernel by its name without the file's. */
    Launch kernel(DeviceQueue queue, DType type, String function) {
        return queue.kernel(file, type, numbers, function + "_" + file);
    }

    /** The kernel for matrices that lie as {@code spec} says. */
    Launch gemm(DeviceQueue queue, DType type, GemmSpec spec) {
        String lie = (spec.transposeA() ? "t" : "n") + (spec.transposeB() ? "t" : "n");
        return kernel(queue, type, file.equals(MATRIX) ? "gemm_" + lie : "gemm");
    }

    /** For example {@code matrix 128}. */
    @Override
    public String toString() {
        return file + " " + tile;
    }

    /** For a product of m x n. Rows go along x, the only axis on which a grid is as long as a tensor may be. */
    Grid grid(int m, int n, int batch) {
        int columns = Products.ceil(n, tile);
        if (file.equals(MATRIX) && (columns > Grid.MOST_CUDA_GROUPS || batch > Grid.MOST_CUDA_GROUPS)) {
            throw new IllegalArgumentException(
                    "CUDA multiplies at most " + Grid.MOST_CUDA_GROUPS + " matrices of at most "
                            + (long) Grid.MOST_CUDA_GROUPS * tile + " columns at once, not " + batch + " of " + n
                            + ": use smaller batches");
        }
        int rows = Math.multiplyExact(Products.ceil(m, tile), groupX);
        return new Grid(rows, Math.multiplyExact(columns, groupY), batch, groupX, groupY);
    }
}
