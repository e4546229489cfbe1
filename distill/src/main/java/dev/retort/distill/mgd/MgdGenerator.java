package dev.retort.distill.mgd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/** What makes a teacher's map out of what was kept of a student's: two 3x3 convolutions of C channels, a ReLU between them. */
final class MgdGenerator extends Module {
    private static final int KERNEL = 3;

    private final Conv2d first;
    private final Conv2d second;

    /** With the first values that PyTorch gives convolutions. */
    MgdGenerator(BuildContext context, int channels) {
        super(context);
        double bound = 1 / Math.sqrt((double) channels * KERNEL * KERNEL);
        Conv2d.Options options = Conv2d.of(channels, channels, KERNEL)
                .withInit(Initializers.uniform(bound), Initializers.uniform(bound));
        first = child("first", at -> new Conv2d(at, options.withRelu()));
        second = child("second", at -> new Conv2d(at, options));
    }

    /** [N, h, w, C] to the same. */
    Tensor forward(Tensor kept) {
        try (Scope scope = Scope.open()) {
            return scope.keep(second.forward(first.forward(kept)));
        }
    }
}
