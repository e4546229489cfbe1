package dev.retort.kernels.device;

import dev.retort.tensor.ShapeException;
import java.util.Arrays;

/**
 * A block of elements as kernels walk over it: extents, and for each operand the strides with which it is read. Axes that lie alike in
 * all operands are merged, and those of extent 1 dropped, so that equal shapes are one axis.
 */
final class Axes {
    /** The most axes that the kernels' struct holds. */
    static final int MOST = 8;

    /** The operands that the struct of a walk holds. */
    private static final int OPERANDS = 3;

    private final int[] extents;
    private final int[][] strides;
    private final int rank;
    private final int size;

    private Axes(boolean merge, int[] shape, long[]... operands) {
        extents = new int[shape.length];
        strides = new int[operands.length][shape.length];
        int merged = 0;
        long elements = Arrays.stream(shape).anyMatch(extent -> extent == 0) ? 0 : 1;
        for (int axis = 0; axis < shape.length; axis++) {
            elements *= shape[axis];
            if (merge && shape[axis] == 1) {
                continue;
            }
            boolean joins = merge && merged > 0;
            for (int k = 0; joins && k < operands.length; k++) {
                joins = strides[k][merged - 1] == operands[k][axis] * shape[axis];
            }
            int place = joins ? merged - 1 : merged++;
            extents[place] = joins ? extents[place] * shape[axis] : shape[axis];
            for (int k = 0; k < operands.length; k++) {
                strides[k][place] = Math.toIntExact(operands[k][axis]);
            }
        }
        rank = merged;
        size = Math.toIntExact(elements);
        if (rank > MOST) {
            throw new ShapeException("Device kernels walk over at most " + MOST + " axes that cannot be merged, shape "
                    + Arrays.toString(shape) + " has " + rank + ": reshape it");
        }
    }

    /** The block of {@code extents} that each operand reads with its own strides. */
    static Axes of(int[] extents, long[]... strides) {
        return new Axes(true, extents, strides);
    }

    /** The same with every axis by itself, for one operand. */
    static Axes unmerged(int[] extents, long[] strides) {
        return new Axes(false, extents, strides);
    }

    int size() {
        return size;
    }

    /** For a kernel that is run for the last axis by all others. */
    Grid grid() {
        int length = length();
        return Grid.of(length, length == 0 ? 0 : size / length, 1);
    }

    private int length() {
        return rank == 0 ? Math.min(size, 1) : extents[rank - 1];
    }

    /** The struct Walk: length, rows, rank of the rows, a step for each operand, extents of the rows, strides by operand. */
    int[] walk() {
        int outer = Math.max(0, rank - 1);
        int[] members = new int[3 + OPERANDS + MOST + OPERANDS * MOST];
        members[0] = length();
        members[1] = grid().y();
        members[2] = outer;
        System.arraycopy(extents, 0, members, 3 + OPERANDS, outer);
        for (int k = 0; k < strides.length; k++) {
            members[3 + k] = rank == 0 ? 0 : strides[k][rank - 1];
            System.arraycopy(strides[k], 0, members, 3 + OPERANDS + MOST + k * MOST, outer);
        }
        return members;
    }

    /** The struct Axes of the first operand: rank, extents, strides. */
    int[] struct() {
        int[] members = new int[1 + 2 * MOST];
        members[0] = rank;
        System.arraycopy(extents, 0, members, 1, rank);
        System.arraycopy(strides[0], 0, members, 1 + MOST, rank);
        return members;
    }
}
