package dev.retort.detection.model.fcos;

import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.settings.Require;
import java.util.List;
import java.util.Locale;

/**
 * What a recipe's section {@code model} says of an FCOS alone.
 *
 * @param variant whose rules of points, ranges, losses and scores (default adelaidet)
 * @param headNorm what follows the head's convolutions: group (32 groups) or none (default group)
 * @param boxQuality what the third branch predicts and multiplies scores by: centerness (arXiv 1904.01355, eq. 3) or iou
 *     (default centerness)
 * @param boxes what the head says of a box's edges: direct or distribution (default direct)
 * @param centerSamplingRadius points nearer than this to a box's center, in strides and along both axes, are its foreground
 *     (arXiv 2006.09214, section 3); 0 takes all points in the box (default 1.5)
 * @param sizeRanges largest distance from a point to an edge that p3, p4, p5 and p6 are for, in pixels; p7 takes the rest
 *     (default 64, 128, 256, 512)
 */
public record FcosSettings(
        FcosVariant variant,
        HeadNorm headNorm,
        BoxQuality boxQuality,
        BoxOutput boxes,
        double centerSamplingRadius,
        List<Double> sizeRanges) {
    static final FcosSettings DEFAULTS = new FcosSettings(
            FcosVariant.ADELAIDET,
            HeadNorm.GROUP,
            BoxQuality.CENTERNESS,
            BoxOutput.DIRECT,
            1.5,
            List.of(64.0, 128.0, 256.0, 512.0));

    /** Pixels. */
    private static final int LARGEST_SIZE = 16_384;

    /** Strides; far more than any box reaches on its level. */
    private static final double LARGEST_RADIUS = 1000;

    /** What follows each 3x3 convolution of the head's towers. */
    public enum HeadNorm {
        /** {@link dev.retort.nn.GroupNorm} with 32 groups. */
        GROUP,
        NONE
    }

    /** What the third branch learns. */
    public enum BoxQuality {
        /** How central a point is in its box. */
        CENTERNESS,
        /** The predicted box's IoU with its target; the box loss has no weights then. */
        IOU
    }

    public FcosSettings {
        sizeRanges = List.copyOf(sizeRanges);
        Require.that(
                centerSamplingRadius >= 0 && centerSamplingRadius <= LARGEST_RADIUS,
                "model.centerSamplingRadius",
                centerSamplingRadius,
                "from 0 to 1000");
        Require.that(
                sizeRanges.size() == Fcos.LEVELS - 1 && ascends(sizeRanges),
                "model.sizeRanges",
                sizeRanges,
                Fcos.LEVELS - 1 + " ascending positive sizes up to " + LARGEST_SIZE + ", for the levels p3 to p6");
        Require.that(
                boxQuality == BoxQuality.CENTERNESS || variant == FcosVariant.ADELAIDET,
                "model.boxQuality",
                "iou",
                "centerness where model.variant is " + variant.name().toLowerCase(Locale.ROOT));
    }

    private static boolean ascends(List<Double> sizes) {
        double below = 0;
        for (double size : sizes) {
            if (!(size > below && size <= LARGEST_SIZE)) {
                return false;
            }
            below = size;
        }
        return true;
    }
}
