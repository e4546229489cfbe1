package dev.retort.nn;

import dev.retort.autograd.Parameter;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/** y = x weight^T + bias: x [..., in] to [..., out], weight [out, in], bias [out]. */
public final class Linear extends Module {
    private final Parameter weight;
    private final Parameter bias;

    /** Weight and bias uniform within 1/sqrt(in). */
    public Linear(BuildContext context, int in, int out) {
        this(context, in, out, Initializers.inverseRootFanIn(), Initializers.uniform(1 / Math.sqrt(in)));
    }

    public Linear(BuildContext context, int in, int out, Initializer weightInit, Initializer biasInit) {
        super(context);
        weight = parameter("weight", Shape.of(out, in), weightInit);
        bias = parameter("bias", Shape.of(out), biasInit);
    }

    /** @throws dev.retort.tensor.ShapeException if the last axis of x is not {@code in} */
    public Tensor forward(Tensor x) {
        Tensor w = weight.value();
        Tensor b = bias.value();
        return Backend.of(x, w, b).linear(x, w, b);
    }
}
