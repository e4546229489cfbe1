package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Mlp;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * The task that teaches encoder and decoder to find an instance (ICD, arXiv 2110.12724): tell real instances from
 * sampled ones, and say where the box's edges are. One MLP C -> C -> C -> 5 serves all decoder layers.
 */
public final class AuxiliaryTask extends Module {
    private static final int OUTPUTS = 5;
    private static final double LEAST_EXTENT = 1e-7;

    private final Mlp predictor;
    private final IcdConfig.Auxiliary config;

    public AuxiliaryTask(BuildContext context, int channels, IcdConfig.Auxiliary config) {
        super(context);
        this.config = config;
        predictor = child("", at -> new Mlp(at, channels, channels, channels, OUTPUTS));
    }

    /** Queries [N, K, C] to [N, K, 5]: the logit of being real, then left, top, right, bottom before the sigmoid. */
    public Tensor predict(Tensor queries) {
        return predictor.forward(queries);
    }

    /** Binary cross entropy, averaged over slots that are not padding, times its weight; a scalar. */
    public Tensor identification(Tensor prediction, InstanceTargets targets) {
        double[] label = targets.indicator(false);
        double[] share = targets.indicator(true);
        double count = sum(share);
        for (int i = 0; i < share.length; i++) {
            share[i] *= config.identificationWeight() / count;
        }
        try (Scope scope = Scope.open()) {
            Tensor logits = prediction.slice(2, 0, 1);
            Tensor loss = logits.backend().bceWithLogits(logits, constant(prediction, label, targets, 1));
            return scope.keep(loss.mul(constant(prediction, share, targets, 1)).sum());
        }
    }

    /**
     * Distance of the predicted edges, in box widths or heights, summed over the four and averaged over real instances,
     * times its weight; a scalar, 0 without instances.
     */
    public Tensor localization(Tensor prediction, InstanceTargets targets) {
        double[] real = targets.indicator(false);
        double count = Math.max(sum(real), 1);
        double[] offsets = targets.offsets();
        double[] share = new double[offsets.length];
        for (int i = 0; i < share.length; i++) {
            int opposite = i % 4 < 2 ? i + 2 : i - 2;
            double extent = Math.max(offsets[i] + offsets[opposite], LEAST_EXTENT);
            share[i] = real[i / 4] * config.localizationWeight() / (count * extent);
        }
        try (Scope scope = Scope.open()) {
            Tensor edges = prediction.slice(2, 1, OUTPUTS).sigmoid();
            Tensor distance =
                    edges.sub(constant(prediction, offsets, targets, 4)).abs();
            return scope.keep(
                    distance.mul(constant(prediction, share, targets, 4)).sum());
        }
    }

    private static Tensor constant(Tensor like, double[] values, InstanceTargets targets, int width) {
        return like.backend().root().tensor(values, Shape.of(targets.images(), targets.slots(), width), like.dtype());
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
