package dev.retort.tensor;

import java.util.Arrays;

/** The default of {@link ComposedOperations#matmul}: broadcasting of leading axes on top of gemm. */
final class Matmul {
    private Matmul() {}

    static Tensor apply(CoreOperations ops, Tensor a, Tensor b, boolean transposeA, boolean transposeB) {
        if (a.shape().rank() < 2 || b.shape().rank() < 2) {
            throw new ShapeException(
                    "matmul takes two tensors of rank 2 or more, got " + a.shape() + " and " + b.shape(), a, b);
        }
        int m = a.dim(transposeA ? -1 : -2);
        int k = a.dim(transposeA ? -2 : -1);
        int n = b.dim(transposeB ? -2 : -1);
        if (k != b.dim(transposeB ? -1 : -2)) {
            throw new ShapeException(
                    "matmul: inner extents differ: " + a.shape() + (transposeA ? " transposed" : "") + " times "
                            + b.shape() + (transposeB ? " transposed" : ""),
                    a,
                    b);
        }
        Shape lead = Operands.check(() -> Shape.broadcast(leading(a.shape()), leading(b.shape())), a, b);
        Shape shape = append(lead, m, n);
        try (Scope scope = Scope.open()) {
            if (b.shape().rank() == 2 && !transposeA) {
                // One matrix on the right: all rows of a in a single product.
                int rows = Math.toIntExact(lead.size() * m);
                return scope.keep(ops.gemm(a, b, GemmSpec.dense(rows, n, k, false, transposeB), shape));
            }
            Tensor wideA = expand(ops, a, lead);
            Tensor wideB = expand(ops, b, lead);
            int batch = Math.toIntExact(lead.size());
            GemmSpec dense = GemmSpec.dense(m, n, k, transposeA, transposeB);
            GemmSpec spec = new GemmSpec(
                    m,
                    n,
                    k,
                    transposeA,
                    transposeB,
                    batch,
                    1,
                    new GemmSpec.Layout(0, dense.a().ld(), (long) m * k, 0),
                    new GemmSpec.Layout(0, dense.b().ld(), (long) k * n, 0),
                    new GemmSpec.Layout(0, n, (long) m * n, 0));
            return scope.keep(ops.gemm(wideA, wideB, spec, shape));
        }
    }

    static void checkLinear(Tensor x, Tensor weight, Tensor bias) {
        if (weight.shape().rank() != 2 || x.shape().rank() < 1 || x.dim(-1) != weight.dim(1)) {
            throw new ShapeException(
                    "linear takes x [..., in] and weight [out, in], got " + x.shape() + " and " + weight.shape(),
                    x,
                    weight);
        }
        if (bias != null && !bias.shape().equals(Shape.of(weight.dim(0)))) {
            throw new ShapeException(
                    "linear: bias has shape " + bias.shape() + ", weight " + weight.shape() + " wants [" + weight.dim(0)
                            + "]",
                    bias,
                    weight);
        }
    }

    /** A bias of another shape might broadcast all the same. */
    static void checkConvolutionBias(Tensor weight, Tensor bias) {
        if (weight.shape().rank() == 4 && !bias.shape().equals(Shape.of(weight.dim(0)))) {
            throw new ShapeException(
                    "convolution: bias has shape " + bias.shape() + ", weight " + weight.shape() + " wants ["
                            + weight.dim(0) + "]",
                    bias,
                    weight);
        }
    }

    static void checkConvolutionAddend(Shape output, Tensor addend, Tensor x, Tensor weight) {
        if (!addend.shape().equals(output)) {
            throw new ShapeException(
                    "convolution: addend has shape " + addend.shape() + ", the output " + output, addend, x, weight);
        }
    }

    private static Tensor expand(CoreOperations ops, Tensor x, Shape lead) {
        Shape wide = append(lead, x.dim(-2), x.dim(-1));
        return wide.equals(x.shape()) ? x : ops.broadcastTo(x, wide);
    }

    private static Shape leading(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
    }

    private static Shape append(Shape lead, int rows, int columns) {
        int[] extents = Arrays.copyOf(lead.toArray(), lead.rank() + 2);
        extents[lead.rank()] = rows;
        extents[lead.rank() + 1] = columns;
        return Shape.of(extents);
    }
}
