package dev.retort.distill.icd;

import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Tensors cut off from every tape, as members of the current scope. */
final class Constants {
    private Constants() {}

    /** The values of x as a constant; shares memory. */
    static Tensor of(Tensor x) {
        try (Tensor detached = x.detach()) {
            return detached.reshape(detached.shape());
        }
    }

    static List<Tensor> of(List<Tensor> tensors) {
        List<Tensor> constants = new ArrayList<>();
        tensors.forEach(x -> constants.add(of(x)));
        return constants;
    }
}
