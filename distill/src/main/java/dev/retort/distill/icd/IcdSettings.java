package dev.retort.distill.icd;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;

/**
 * Section {@code distillation.icd} of a recipe.
 *
 * @param weight of the distillation loss; 0 trains the student alone (default 8)
 * @param startIteration iterations in which the student's features are detached in the distillation loss (default 1000)
 * @param heads of the conditional attention (default 8)
 * @param layers of the decoder (default 1)
 * @param hidden width of encoder and decoder, equal to the teacher's pyramid (default 256)
 * @param negativesPerPositive sampled instances for each real one (default 5)
 * @param maxInstances upper bound of instances in an image (default 300)
 * @param auxiliaryWeight of identification and localization (default 1)
 * @param temperature of the attention in the loss (default 1)
 * @param uniformPrior sample classes and boxes from a uniform prior, not the data set's (default false)
 * @param learningRate of AdamW (default 1e-4)
 * @param weightDecay of AdamW (default 1e-4)
 * @param clipNorm of AdamW's gradients (default 0.01)
 */
public record IcdSettings(
        double weight,
        int startIteration,
        @OnChange(Effect.ARCHITECTURE) int heads,
        @OnChange(Effect.ARCHITECTURE) int layers,
        @OnChange(Effect.ARCHITECTURE) int hidden,
        double negativesPerPositive,
        int maxInstances,
        double auxiliaryWeight,
        double temperature,
        boolean uniformPrior,
        double learningRate,
        double weightDecay,
        double clipNorm) {
    static final IcdSettings DEFAULTS = new IcdSettings(8, 1000, 8, 1, 256, 5, 300, 1, 1, false, 1e-4, 1e-4, 0.01);

    /** Far above everything that is trained. */
    private static final int MOST_CHANNELS = 16_384;

    private static final int MOST_LAYERS = 100;
    /** A position has sines and cosines of y and of x. */
    private static final int POSITION_PARTS = 4;

    public IcdSettings {
        Require.notNegative(weight, "distillation.icd.weight");
        Require.atLeast(0, startIteration, "distillation.icd.startIteration");
        Require.atLeast(1, heads, "distillation.icd.heads");
        Require.within(0, MOST_LAYERS, layers, "distillation.icd.layers");
        Require.within(1, MOST_CHANNELS, hidden, "distillation.icd.hidden");
        Require.that(
                hidden % heads == 0 && hidden % POSITION_PARTS == 0,
                "distillation.icd.hidden",
                hidden,
                "a multiple of distillation.icd.heads (" + heads + ") and of " + POSITION_PARTS);
        Require.notNegative(negativesPerPositive, "distillation.icd.negativesPerPositive");
        Require.atLeast(1, maxInstances, "distillation.icd.maxInstances");
        Require.notNegative(auxiliaryWeight, "distillation.icd.auxiliaryWeight");
        Require.positive(temperature, "distillation.icd.temperature");
        Require.notNegative(learningRate, "distillation.icd.learningRate");
        Require.notNegative(weightDecay, "distillation.icd.weightDecay");
        Require.notNegative(clipNorm, "distillation.icd.clipNorm");
    }

    /** What the objective takes for {@code classes} of a data set. */
    IcdConfig config(int classes) {
        return new IcdConfig(
                new IcdConfig.Descriptors(
                        classes, SlotRule.relative(negativesPerPositive, maxInstances), 0.3, true, false),
                new IcdConfig.Decoder(hidden, heads, layers, true, false),
                new IcdConfig.Auxiliary(auxiliaryWeight, auxiliaryWeight),
                new IcdConfig.Distillation(
                        weight,
                        LossForm.MSE,
                        DistillationNorm.BOTH,
                        Temperature.fixed(temperature),
                        false,
                        startIteration));
    }
}
