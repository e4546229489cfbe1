package dev.retort.tensor.heap;

/** Copies a block of elements between two arrays of one type, each with its own strides: all movement is this. */
final class StridedCopy {
    private StridedCopy() {}

    /** target[targetOffset + sum i*targetStrides] = source[sourceOffset + sum i*sourceStrides] for all i in extents. */
    static void copy(
            Object source,
            long sourceOffset,
            long[] sourceStrides,
            Object target,
            long targetOffset,
            long[] targetStrides,
            int[] extents) {
        for (int extent : extents) {
            if (extent == 0) {
                return;
            }
        }
        walk(source, sourceOffset, sourceStrides, target, targetOffset, targetStrides, extents, 0);
    }

    private static void walk(
            Object source,
            long from,
            long[] sourceStrides,
            Object target,
            long to,
            long[] targetStrides,
            int[] extents,
            int axis) {
        if (axis >= extents.length - 1) {
            boolean scalar = extents.length == 0;
            int count = scalar ? 1 : extents[axis];
            row(
                    source,
                    (int) from,
                    scalar ? 1 : (int) sourceStrides[axis],
                    target,
                    (int) to,
                    scalar ? 1 : (int) targetStrides[axis],
                    count);
            return;
        }
        for (int i = 0; i < extents[axis]; i++) {
            walk(
                    source,
                    from + i * sourceStrides[axis],
                    sourceStrides,
                    target,
                    to + i * targetStrides[axis],
                    targetStrides,
                    extents,
                    axis + 1);
        }
    }

    private static void row(Object source, int from, int sourceStep, Object target, int to, int targetStep, int count) {
        if (sourceStep == 1 && targetStep == 1) {
            System.arraycopy(source, from, target, to, count);
        } else if (source instanceof float[] a) {
            float[] b = (float[]) target;
            for (int i = 0; i < count; i++) {
                b[to + i * targetStep] = a[from + i * sourceStep];
            }
        } else if (source instanceof double[] a) {
            double[] b = (double[]) target;
            for (int i = 0; i < count; i++) {
                b[to + i * targetStep] = a[from + i * sourceStep];
            }
        } else if (source instanceof int[] a) {
            int[] b = (int[]) target;
            for (int i = 0; i < count; i++) {
                b[to + i * targetStep] = a[from + i * sourceStep];
            }
        } else if (source instanceof long[] a) {
            long[] b = (long[]) target;
            for (int i = 0; i < count; i++) {
                b[to + i * targetStep] = a[from + i * sourceStep];
            }
        } else {
            byte[] a = (byte[]) source;
            byte[] b = (byte[]) target;
            for (int i = 0; i < count; i++) {
                b[to + i * targetStep] = a[from + i * sourceStep];
            }
        }
    }
}
