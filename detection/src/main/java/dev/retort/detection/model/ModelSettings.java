package dev.retort.detection.model;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Section {@code model} of a recipe, as far as all kinds of detectors have it: a ResNet, a feature pyramid, a head.
 *
 * @param kind of detector, a {@link DetectionModelProvider}'s name (default retinanet)
 * @param weights a file that training starts from: weights of another program, or a model of Retort's; none for none. Keys that are
 *     not given follow it: depth, width, stride, norm, frozen stages, pixels, and of a whole detector the rest (default none)
 * @param depth of the ResNet: 18, 34, 50, 101 or 152 (default 50)
 * @param width channels of the first stage; 64 is the standard network, 32 half of it (default 64)
 * @param pyramidChannels channels of the feature pyramid and the head (default 256)
 * @param headConvolutions 3x3 convolutions in each tower of the head (default 4)
 * @param norm of the backbone (default batch)
 * @param strideIn1x1 whether bottlenecks stride in their first 1x1 convolution (MSRA) or in the 3x3 (default false)
 * @param freezeAt how many stages, stem included, are frozen (default 0)
 */
public record ModelSettings(
        String kind,
        @OnChange(Effect.NONE) String weights,
        int depth,
        int width,
        int pyramidChannels,
        int headConvolutions,
        BackboneNorm norm,
        boolean strideIn1x1,
        int freezeAt) {
    /** Channels of the first stage; the last has 32 times as many. Far above everything that is trained. */
    private static final int MOST_WIDTH = 1024;

    private static final int MOST_CHANNELS = 16_384;
    private static final int MOST_LAYERS = 100;

    /** What {@link #weights} is where training starts from nothing. */
    public static final String NO_WEIGHTS = "none";

    /** How the backbone normalizes. */
    public enum BackboneNorm {
        /** Statistics of the batch in training, running ones later. For training from scratch. */
        BATCH,
        /** As BATCH; with several ranks the statistics of all ranks' batches together. */
        SYNC,
        /** Fixed statistics, folded into the convolution. For fine-tuning. */
        FROZEN
    }

    public ModelSettings {
        Require.that(ResNetOptions.DEPTHS.contains(depth), "model.depth", depth, "one of " + ResNetOptions.DEPTHS);
        Require.within(1, MOST_WIDTH, width, "model.width");
        Require.within(1, MOST_CHANNELS, pyramidChannels, "model.pyramidChannels");
        Require.within(0, MOST_LAYERS, headConvolutions, "model.headConvolutions");
        Require.within(0, ResNetOptions.STAGES, freezeAt, "model.freezeAt");
    }

    /** ResNet-50 and the published widths, trained from scratch. */
    public static ModelSettings defaults(String kind) {
        return new ModelSettings(kind, NO_WEIGHTS, 50, 64, 256, 4, BackboneNorm.BATCH, false, 0);
    }

    /** The file that training starts from; none if it starts from nothing. */
    public Optional<Path> startWeights() {
        return weights.equals(NO_WEIGHTS) ? Optional.empty() : Optional.of(Path.of(weights));
    }

    /** The residual net that these settings ask for. */
    public ResNetOptions backbone() {
        Norm chosen =
                switch (norm) {
                    case BATCH -> Norm.BATCH;
                    case SYNC -> Norm.SYNC;
                    case FROZEN -> Norm.FROZEN;
                };
        return new ResNetOptions(depth, width, strideIn1x1, chosen, freezeAt);
    }
}
