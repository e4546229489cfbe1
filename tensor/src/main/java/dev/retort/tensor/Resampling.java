package dev.retort.tensor;

/**
 * Defaults of average pooling and bilinear resizing. Both are linear and separable: rows first, then columns, by movements that
 * have gradients of any order.
 */
final class Resampling {
    private static final int HEIGHT = 1;
    private static final int WIDTH = 2;

    private Resampling() {}

    static Tensor averagePool(ComposedOperations ops, Tensor x, Pool2dSpec spec, boolean countPadding) {
        Shape shape = Operands.check(() -> spec.outputShape(x.shape()), x);
        int height = shape.dim(HEIGHT);
        int width = shape.dim(WIDTH);
        int[] border = {0, spec.padH(), spec.padW(), 0};
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor wide = spec.padH() + spec.padW() == 0 ? x : ops.pad(x, border, border, 0);
            Tensor rows = windowSums(f, wide, HEIGHT, spec.kernelH(), spec.strideH(), height);
            Tensor sums = windowSums(f, rows, WIDTH, spec.kernelW(), spec.strideW(), width);
            if (countPadding) {
                return scope.keep(f.div(sums, spec.kernelH() * (double) spec.kernelW()));
            }
            double[] counts = new double[height * width];
            for (int i = 0; i < counts.length; i++) {
                int inColumn = inside(i / width, spec.kernelH(), spec.strideH(), spec.padH(), x.dim(HEIGHT));
                int inRow = inside(i % width, spec.kernelW(), spec.strideW(), spec.padW(), x.dim(WIDTH));
                counts[i] = inColumn * (double) inRow;
            }
            return scope.keep(f.div(sums, ops.tensor(counts, Shape.of(height, width, 1), x.dtype())));
        }
    }

    /** How many elements of window i lie inside [0, extent). */
    private static int inside(int i, int kernel, int stride, int padding, int extent) {
        int start = i * stride - padding;
        return Math.min(start + kernel, extent) - Math.max(start, 0);
    }

    /** Sums of the windows along one axis: the slice of every window's first elements, plus that of the second ones, ... */
    private static Tensor windowSums(Formula f, Tensor x, int axis, int kernel, int stride, int windows) {
        int[] starts = new int[4];
        int[] ends = x.shape().toArray();
        int[] steps = {1, 1, 1, 1};
        steps[axis] = stride;
        Tensor sum = null;
        for (int i = 0; i < kernel; i++) {
            starts[axis] = i;
            ends[axis] = i + (windows - 1) * stride + 1;
            Tensor part = f.ops().slice(x, starts, ends, steps);
            sum = sum == null ? part : f.add(sum, part);
        }
        return sum;
    }

    static Tensor resizeBilinear(ComposedOperations ops, Tensor x, int height, int width) {
        Operands.check(() -> ResultShapes.resizeBilinear(x.shape(), height, width), x);
        try (Scope scope = Scope.open()) {
            return scope.keep(interpolate(ops, interpolate(ops, x, HEIGHT, height), WIDTH, width));
        }
    }

    /** Element i of the result lies at (i + 1/2)*from/to - 1/2, between two elements of x, or on the border. */
    private static Tensor interpolate(ComposedOperations ops, Tensor x, int axis, int to) {
        int from = x.dim(axis);
        int[] below = new int[to];
        int[] above = new int[to];
        double[] share = new double[to];
        for (int i = 0; i < to; i++) {
            double place = Math.max((i + 0.5) * from / to - 0.5, 0);
            below[i] = Math.min((int) place, from - 1);
            above[i] = Math.min(below[i] + 1, from - 1);
            share[i] = place - below[i];
        }
        Formula f = new Formula(ops);
        Tensor low = ops.indexSelect(x, axis, ops.tensor(below, to));
        Tensor high = ops.indexSelect(x, axis, ops.tensor(above, to));
        Shape column = axis == HEIGHT ? Shape.of(to, 1, 1) : Shape.of(to, 1);
        return f.add(low, f.mul(f.sub(high, low), ops.tensor(share, column, x.dtype())));
    }
}
