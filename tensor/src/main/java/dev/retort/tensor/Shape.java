package dev.retort.tensor;

import java.util.Arrays;

/**
 * The extents of a tensor, outermost first. Immutable. A shape without axes is a scalar (size 1); an extent may be 0.
 * Negative axis numbers count from the end, as in NumPy: -1 is the last axis.
 */
public final class Shape {
    /** The shape without axes: one element. */
    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] extents;
    private final long size;

    private Shape(int[] extents) {
        long size = 1;
        for (int extent : extents) {
            if (extent < 0) {
                throw new ShapeException("Negative extent in shape " + Arrays.toString(extents));
            }
            if (extent != 0 && size > Long.MAX_VALUE / extent) {
                throw new ShapeException("More elements than 64 bits count in shape " + Arrays.toString(extents));
            }
            size *= extent;
        }
        this.extents = extents;
        this.size = size;
    }

    /** A shape of these extents. */
    public static Shape of(int... extents) {
        return extents.length == 0 ? SCALAR : new Shape(extents.clone());
    }

    /** Number of axes. */
    public int rank() {
        return extents.length;
    }

    /** Number of elements: the product of the extents, 1 for a scalar. */
    public long size() {
        return size;
    }

    /** The extent of {@code axis}, which may be negative. */
    public int dim(int axis) {
        return extents[axis(axis)];
    }

    /** A copy of the extents. */
    public int[] toArray() {
        return extents.clone();
    }

    /**
     * {@code axis} as a number in [0, rank).
     *
     * @throws ShapeException if there is no such axis
     */
    public int axis(int axis) {
        int resolved = axis < 0 ? axis + extents.length : axis;
        if (resolved < 0 || resolved >= extents.length) {
            throw new ShapeException("No axis " + axis + " in shape " + this + " of rank " + extents.length);
        }
        return resolved;
    }

    /** Row-major strides in elements. */
    public long[] strides() {
        long[] strides = new long[extents.length];
        long stride = 1;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= extents[axis];
        }
        return strides;
    }

    /** This shape with one extent replaced. */
    public Shape with(int axis, int extent) {
        int[] changed = extents.clone();
        changed[axis(axis)] = extent;
        return new Shape(changed);
    }

    /**
     * The shape of a reduction over {@code axes} of this shape.
     *
     * @param keepDims whether reduced axes stay, with extent 1
     */
    public Shape reduce(int[] axes, boolean keepDims) {
        boolean[] reduced = mark(axes);
        int[] kept = new int[extents.length];
        int rank = 0;
        for (int axis = 0; axis < extents.length; axis++) {
            if (!reduced[axis]) {
                kept[rank++] = extents[axis];
            } else if (keepDims) {
                kept[rank++] = 1;
            }
        }
        return of(Arrays.copyOf(kept, rank));
    }

    /**
     * Flags of the named axes; no axes at all names every axis.
     *
     * @throws ShapeException if an axis is missing or named twice
     */
    public boolean[] mark(int... axes) {
        boolean[] marked = new boolean[extents.length];
        if (axes.length == 0) {
            Arrays.fill(marked, true);
        }
        for (int axis : axes) {
            int resolved = axis(axis);
            if (marked[resolved]) {
                throw new ShapeException("Axis " + axis + " is named twice for shape " + this);
            }
            marked[resolved] = true;
        }
        return marked;
    }

    /**
     * The common shape of two operands by NumPy's rules: aligned at the last axis, equal extents or 1.
     *
     * @throws ShapeException if they do not broadcast
     */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] common = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int extentA = i <= a.rank() ? a.extents[a.rank() - i] : 1;
            int extentB = i <= b.rank() ? b.extents[b.rank() - i] : 1;
            if (extentA != extentB && extentA != 1 && extentB != 1) {
                throw new ShapeException("Shapes " + a + " and " + b + " do not broadcast: axis -" + i + " has extents "
                        + extentA + " and " + extentB);
            }
            common[rank - i] = extentA == 1 ? extentB : extentA;
        }
        return of(common);
    }

    /**
     * Strides, in elements, with which a tensor of this shape is read as {@code target}: 0 along broadcast axes.
     *
     * @throws ShapeException if this shape does not broadcast to {@code target}
     */
    public long[] broadcastStrides(Shape target) {
        if (rank() > target.rank() || !broadcast(this, target).equals(target)) {
            throw new ShapeException("Shape " + this + " does not broadcast to " + target);
        }
        long[] own = strides();
        long[] strides = new long[target.rank()];
        int shift = target.rank() - rank();
        for (int axis = 0; axis < rank(); axis++) {
            strides[axis + shift] = extents[axis] == 1 ? 0 : own[axis];
        }
        return strides;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(extents);
    }

    /** For example {@code [2, 3, 4]}; a scalar is {@code []}. */
    @Override
    public String toString() {
        return Arrays.toString(extents);
    }
}
