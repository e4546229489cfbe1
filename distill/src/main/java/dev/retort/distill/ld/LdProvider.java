package dev.retort.distill.ld;

import dev.retort.detection.model.BoxOutput;
import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.dense.DensePair;

/** {@code distillation.methods: [ld]}. */
public final class LdProvider implements DistillationProvider<LdSettings> {
    static final String NAME = "ld";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LdSettings defaults() {
        return LdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, LdSettings settings) {
        DensePair.require(NAME, context);
        require("student", DensePair.head(NAME, "student", context.student()).boxOutput(), "set");
        require("teacher", DensePair.head(NAME, "teacher", context.teacher()).boxOutput(), "train it with");
        return settings.isOff() ? Distillation.NONE : new LdDistillation(settings);
    }

    private static void require(String who, BoxOutput output, String advice) {
        if (output != BoxOutput.DISTRIBUTION) {
            throw new DistillationException(NAME + " compares distributions of boxes, but the " + who
                    + "'s head gives four numbers a box: " + advice + " model.boxes: distribution");
        }
    }
}
