package org.example.gradients;

import dev.retort.autograd.CustomOp;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Tensor;
import java.util.List;

/** The kernel as an operation on F32 tensors, which a tape records: {@code new SwishOp().apply(x)} inside any model. */
public record SwishOp() implements CustomOp {
    @Override
    public String name() {
        return "swish";
    }

    @Override
    public Tensor forward(Backend backend, List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        return backend.tensor(SwishKernel.forward(x.toFloats()), x.shape().toArray());
    }

    @Override
    public List<Tensor> backward(Backend backend, List<Tensor> inputs, Tensor output, Tensor gradient) {
        Tensor x = inputs.get(0);
        float[] dx = SwishKernel.backward(x.toFloats(), gradient.toFloats());
        return List.of(backend.tensor(dx, x.shape().toArray()));
    }
}
