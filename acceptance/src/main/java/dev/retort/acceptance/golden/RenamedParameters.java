package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.nn.Module;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A module's parameters where a golden case has other names and layouts: convolutions OIHW, 1x1 ones for linear layers.
 *
 * @param name a parameter's name in the case, from its name in the module
 */
record RenamedParameters(GoldenRun run, Module module, UnaryOperator<String> name) {
    /** Overwrites all by {@code param.*}. */
    void load() throws IOException {
        for (Map.Entry<String, Parameter> entry : module.parameters().entrySet()) {
            Tensor data = entry.getValue().data();
            boolean convolution = data.shape().rank() == 4;
            Tensor stored = run.tensor(
                    "param." + name.apply(entry.getKey()), convolution ? Networks.CHANNELS_LAST : new int[0]);
            data.backend().assign(data, stored.reshape(data.shape()));
        }
    }

    /** Compares all gradients with {@code grad.*}. */
    void expect(Gradients gradients) throws IOException {
        for (Map.Entry<String, Parameter> entry : module.parameters().entrySet()) {
            String stored = "grad." + name.apply(entry.getKey());
            Tensor gradient = gradients.of(entry.getValue());
            Tensor ordered = gradient.shape().rank() == 4 ? gradient.permute(Networks.CHANNELS_FIRST) : gradient;
            run.expect(stored, ordered.reshape(Shape.of(run.golden().shape(stored))));
        }
    }
}
