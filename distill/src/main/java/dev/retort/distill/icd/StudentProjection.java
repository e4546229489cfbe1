package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Linear;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The student's side of the distillation loss: for each decoder layer a value projection of its own, from its pyramid's
 * width to the decoder's C. Nothing else of a decoder would ever get a gradient, so nothing else is there; positions
 * are added to values, and projected, only where the configuration wants them there.
 */
public final class StudentProjection extends Module {
    private final int width;
    private final List<Linear> values = new ArrayList<>();
    private final List<Linear> positionProjectors = new ArrayList<>();
    private final boolean positionsOnValues;

    /** @param width of the student's pyramid */
    public StudentProjection(BuildContext context, IcdConfig.Decoder config, int width) {
        super(context);
        int channels = config.channels();
        this.width = width;
        positionsOnValues = config.positionsOnValues();
        if (positionsOnValues && !config.projectPositions() && width != channels) {
            throw new IllegalArgumentException(
                    "Positions of width " + channels + " cannot be added to a student's pyramid of" + " width " + width
                            + " without a projection: switch the projection of positions on");
        }
        for (int i = 0; i < config.attentions(); i++) {
            values.add(child("matt." + i + ".value", at -> value(at, width, channels)));
            if (positionsOnValues && config.projectPositions()) {
                positionProjectors.add(child("matt." + i + ".pos_projector", at -> new Linear(at, channels, width)));
            }
        }
    }

    /** A value projection, drawn as the value third of a joint [3C, width] matrix would be. */
    static Linear value(BuildContext context, int width, int channels) {
        Initializer weight = Initializers.uniform(Math.sqrt(6.0 / (3 * channels + width)));
        return new Linear(context, width, channels, weight, Initializers.zeros());
    }

    /**
     * Projected values [N, S, C] for each decoder layer.
     *
     * @param features the student's pyramid, [N, S, width]
     */
    public List<Tensor> forward(Tensor features, PyramidContext pyramid) {
        if (features.shape().rank() != 3 || features.dim(2) != width) {
            throw new ShapeException("The student's pyramid must be [N, S, " + width + "], not " + features.shape());
        }
        List<Tensor> projected = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            try (Scope scope = Scope.open()) {
                projected.add(scope.keep(values.get(i).forward(place(i, features, pyramid))));
            }
        }
        return projected;
    }

    private Tensor place(int i, Tensor features, PyramidContext pyramid) {
        if (!positionsOnValues) {
            return features;
        }
        return features.add(
                positionProjectors.isEmpty()
                        ? pyramid.positions()
                        : positionProjectors.get(i).forward(pyramid.positions()));
    }
}
