package org.example.gradients;

import dev.retort.autograd.CustomOp;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * ln(e^x + e^y) with a gradient that is written by hand and made of operations, so that it has a gradient itself. The larger of both
 * is taken out, so that e^x does not overflow, and the gradient has no kink where both are equal.
 */
public record LogAddExp() implements CustomOp {
    @Override
    public String name() {
        return "log-add-exp";
    }

    @Override
    public Tensor forward(Backend backend, List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor y = inputs.get(1);
        return x.maximum(y).add(x.sub(y).abs().neg().exp().add(1).log());
    }

    @Override
    public List<Tensor> backward(Backend backend, List<Tensor> inputs, Tensor output, Tensor gradient) {
        Tensor share = inputs.get(0).sub(inputs.get(1)).sigmoid();
        return List.of(gradient.mul(share), gradient.mul(share.neg().add(1)));
    }
}
