package dev.retort.nn;

import dev.retort.autograd.Parameter;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;

/** Layer norm (arXiv 1607.06450) over the last axis of [..., C], biased variance; weight and bias [C] where affine. */
public final class LayerNorm extends Module {
    private final int channels;
    private final double eps;
    private final Parameter gamma;
    private final Parameter beta;

    /** Affine, eps 1e-5. */
    public LayerNorm(BuildContext context, int channels) {
        this(context, channels, 1e-5, true);
    }

    /** @param affine whether gamma (1) and beta (0) are learned */
    public LayerNorm(BuildContext context, int channels, double eps, boolean affine) {
        super(context);
        this.channels = channels;
        this.eps = eps;
        gamma = affine ? parameter("weight", Shape.of(channels), Initializers.ones()) : null;
        beta = affine ? parameter("bias", Shape.of(channels), Initializers.zeros()) : null;
    }

    /** @throws ShapeException if the last axis of x is not C */
    public Tensor forward(Tensor x) {
        if (x.shape().rank() < 1 || x.dim(-1) != channels) {
            throw new ShapeException("Layer norm over " + channels + " features got " + x.shape());
        }
        if (gamma == null) {
            return x.backend().layerNorm(x, null, null, eps);
        }
        return Backend.of(x, gamma.value(), beta.value()).layerNorm(x, gamma.value(), beta.value(), eps);
    }
}
