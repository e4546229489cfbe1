package dev.retort.tensor.dense;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Set;

/**
 * Which arguments of composed operations a fused kernel takes: operands of one type that kernels exist for, of the plain shapes. A backend
 * asks before it fuses; what does not fit, wrong arguments included, goes through the composed default, whose checks and errors hold
 * then. Optional operands may be null. Where operands live, {@link DenseBackend#requireHere} checks.
 */
public final class FusedGuards {
    private final Set<DType> types;

    /** @param types for which there are fused kernels */
    public FusedGuards(DType... types) {
        this.types = Set.of(types);
    }

    /** Whether kernels exist for the type of {@code first}, and all others that are given have it. */
    private boolean share(Tensor first, Tensor... others) {
        for (Tensor other : others) {
            if (other != null && other.dtype() != first.dtype()) {
                return false;
            }
        }
        return types.contains(first.dtype());
    }

    private boolean areVectors(DType dtype, int length, Tensor... vectors) {
        Shape shape = Shape.of(length);
        for (Tensor vector : vectors) {
            if (vector != null && !(vector.dtype() == dtype && vector.shape().equals(shape))) {
                return false;
            }
        }
        return true;
    }

    /** x [..., in], weight [out, in] with in &gt; 0, and a bias [out]. */
    public boolean linear(Tensor x, Tensor weight, Tensor bias) {
        return weight.shape().rank() == 2
                && x.shape().rank() > 0
                && weight.dim(1) > 0
                && x.dim(-1) == weight.dim(1)
                && bias != null
                && share(x, weight)
                && areVectors(x.dtype(), weight.dim(0), bias);
    }

    /** A bias per output channel or none, an addend of the output's shape or none; {@code conv2d} checks x and weight. */
    public boolean convolution(Tensor x, Tensor weight, Tensor bias, Tensor addend, Conv2dSpec spec) {
        return share(x, weight, addend)
                && (bias == null || weight.shape().rank() == 4 && areVectors(x.dtype(), weight.dim(0), bias))
                && (addend == null || addend.shape().equals(spec.outputShape(x.shape(), weight.shape())));
    }

    /** All of one shape. */
    public boolean elementwise(Tensor first, Tensor... others) {
        for (Tensor other : others) {
            if (!other.shape().equals(first.shape())) {
                return false;
            }
        }
        return share(first, others);
    }

    /** All of one shape, and the bound of the quadratic part is not negative. */
    public boolean smoothL1(Tensor x, Tensor targets, double beta) {
        return elementwise(x, targets) && beta >= 0;
    }

    /** x with elements, of which {@code axis} is the last axis. */
    public boolean rows(Tensor x, int axis) {
        return share(x)
                && x.size() > 0
                && x.shape().rank() > 0
                && x.axis(axis) == x.shape().rank() - 1;
    }

    /** Rows as {@link #rows} says, and a gradient of y's shape. */
    public boolean softmaxGradient(Tensor y, Tensor g, int axis) {
        return rows(y, axis) && elementwise(y, g);
    }

    /** x [..., n] with elements; gamma and beta [n] or none. */
    public boolean layerNorm(Tensor x, Tensor gamma, Tensor beta) {
        return rows(x, -1) && areVectors(x.dtype(), x.dim(-1), gamma, beta);
    }

    /** The same without beta, and a gradient of x's shape. */
    public boolean layerNormGradient(Tensor x, Tensor gamma, Tensor g) {
        return layerNorm(x, gamma, null) && elementwise(x, g);
    }

    /** x [..., n] with elements and at least two axes; gamma and beta [n] or none. */
    public boolean batchNorm(Tensor x, Tensor gamma, Tensor beta) {
        return x.shape().rank() > 1 && layerNorm(x, gamma, beta);
    }

    /** The same with gamma, the statistics [n], and a gradient of x's shape. */
    public boolean batchNormGradient(Tensor x, Tensor gamma, Tensor mean, Tensor variance, Tensor g) {
        return gamma != null
                && batchNorm(x, gamma, null)
                && areVectors(x.dtype(), x.dim(-1), mean, variance)
                && elementwise(x, g);
    }
}
