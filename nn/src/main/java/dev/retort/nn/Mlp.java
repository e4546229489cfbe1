package dev.retort.nn;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Linear layers with ReLU between them, named {@code layers.0}, {@code layers.1}, ...: x [..., in] to [..., out]. */
public final class Mlp extends Module {
    private final List<Linear> layers = new ArrayList<>();

    /** @param widths in, hidden widths, out: one layer fewer than there are numbers */
    public Mlp(BuildContext context, int... widths) {
        super(context);
        if (widths.length < 2) {
            throw new IllegalArgumentException("An MLP needs the widths of its input and output, got " + widths.length);
        }
        for (int i = 0; i + 1 < widths.length; i++) {
            int in = widths[i];
            int out = widths[i + 1];
            layers.add(child("layers." + i, at -> new Linear(at, in, out)));
        }
    }

    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor y = x;
            for (int i = 0; i < layers.size(); i++) {
                y = layers.get(i).forward(i == 0 ? y : y.relu());
            }
            return scope.keep(y);
        }
    }
}
