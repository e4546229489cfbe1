package dev.retort.distill.bckd;

import dev.retort.detection.settings.Require;

/**
 * Section {@code distillation.bckd} of a recipe. The weights are those of the published GFL detectors.
 *
 * @param classes weight of the loss of classes (default 1)
 * @param boxes weight of the loss of boxes (default 4)
 * @param beta exponent of the distance that weights the loss of classes (default 1)
 * @param emptyLevels what levels without a positive place in the micro-batch do (default count)
 */
public record BckdSettings(double classes, double boxes, double beta, EmptyLevels emptyLevels) {
    /** What becomes of a level without a positive place. */
    public enum EmptyLevels {
        /** It counts as any other, as in the paper. */
        COUNT,
        /** It adds nothing, as in the released code. */
        SKIP
    }

    static final BckdSettings DEFAULTS = new BckdSettings(1, 4, 1, EmptyLevels.COUNT);

    public BckdSettings {
        Require.notNegative(classes, "distillation.bckd.classes");
        Require.notNegative(boxes, "distillation.bckd.boxes");
        Require.that(beta >= 1 && Double.isFinite(beta), "distillation.bckd.beta", beta, "1 or more");
    }
}
