package dev.retort.distill.icd;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.distill.region.Region;
import java.util.List;

/**
 * Section {@code distillation.icd} of a recipe. Iterations count from 0, from the beginning of the run.
 *
 * @param weight of the distillation loss; 0 trains the student alone (default 8)
 * @param startIteration iterations in which the student's features are detached in the distillation loss (default 1000)
 * @param endIteration from this iteration on the student learns alone; 0 for never (default 0)
 * @param region where student and teacher are compared: at the decoder's attention (conditional), or without a decoder (default
 *     conditional)
 * @param levels of the pyramid that are distilled; empty for all (default empty)
 * @param form how values are compared (default mse)
 * @param norm whose values are layer-normalized before that (default both)
 * @param negatives whether sampled instances count in the distillation loss as real ones do (default false)
 * @param temperature of the attention in the loss (default 1)
 * @param temperatureEnd at the run's end, moved to linearly; 0 stays at {@code temperature} (default 0)
 * @param heads of the conditional attention (default 8)
 * @param layers of the decoder (default 1)
 * @param hidden width of encoder and decoder, equal to the teacher's pyramid (default 256)
 * @param projectPositions whether positions pass a linear layer before they are added (default true)
 * @param positionsOnValues whether positions are added to values, too (default false)
 * @param slotRule how many instances an image has: {@code negativesPerPositive} for each real one, or always
 *     {@code maxInstances} (default relative)
 * @param negativesPerPositive sampled instances for each real one (default 5)
 * @param maxInstances upper bound of instances in an image (default 300)
 * @param uniformPrior sample classes and boxes from a uniform prior, not the data set's (default false)
 * @param jitter how far a center may move, as a fraction of the box's size (default 0.3)
 * @param scaleIndicator whether the descriptor tells the box's size in 5 steps (default true)
 * @param identificationWeight of the loss that tells real instances from sampled ones (default 1)
 * @param localizationWeight of the loss that says where a box's edges are (default 1)
 * @param decoderPretraining iterations in which encoder and decoder learn while the student does not move, see {@link
 *     IcdConfig.Phases} (default 0)
 * @param endOfJointTraining from this iteration on encoder and decoder are frozen; 0 for never (default 0)
 * @param learningRate of AdamW (default 1e-4)
 * @param weightDecay of AdamW (default 1e-4)
 * @param clipNorm of AdamW's gradients (default 0.01)
 */
public record IcdSettings(
        double weight,
        int startIteration,
        int endIteration,
        @OnChange(Effect.ARCHITECTURE) Region region,
        List<String> levels,
        LossForm form,
        DistillationNorm norm,
        boolean negatives,
        double temperature,
        double temperatureEnd,
        @OnChange(Effect.ARCHITECTURE) int heads,
        @OnChange(Effect.ARCHITECTURE) int layers,
        @OnChange(Effect.ARCHITECTURE) int hidden,
        @OnChange(Effect.ARCHITECTURE) boolean projectPositions,
        @OnChange(Effect.ARCHITECTURE) boolean positionsOnValues,
        SlotRule.Kind slotRule,
        double negativesPerPositive,
        int maxInstances,
        boolean uniformPrior,
        double jitter,
        @OnChange(Effect.ARCHITECTURE) boolean scaleIndicator,
        double identificationWeight,
        double localizationWeight,
        int decoderPretraining,
        int endOfJointTraining,
        double learningRate,
        double weightDecay,
        double clipNorm) {
    static final IcdSettings DEFAULTS = new IcdSettings(
            8,
            1000,
            0,
            Region.CONDITIONAL,
            List.of(),
            LossForm.MSE,
            DistillationNorm.BOTH,
            false,
            1,
            0,
            8,
            1,
            256,
            true,
            false,
            SlotRule.Kind.RELATIVE,
            5,
            300,
            false,
            0.3,
            true,
            1,
            1,
            0,
            0,
            1e-4,
            1e-4,
            0.01);

    /** Far above everything that is trained. */
    private static final int MOST_CHANNELS = 16_384;

    private static final int MOST_LAYERS = 100;
    private static final int MOST_NEGATIVES = 1_000_000;
    /** A position has sines and cosines of y and of x. */
    private static final int POSITION_PARTS = 4;

    public IcdSettings {
        Require.notNegative(weight, "distillation.icd.weight");
        Require.atLeast(0, startIteration, "distillation.icd.startIteration");
        levels = List.copyOf(levels);
        Require.that(
                levels.stream().distinct().count() == levels.size(),
                "distillation.icd.levels",
                levels,
                "a list of different levels, such as [p3, p4], or empty for all");
        Require.positive(temperature, "distillation.icd.temperature");
        Require.notNegative(temperatureEnd, "distillation.icd.temperatureEnd");
        Require.atLeast(1, heads, "distillation.icd.heads");
        Require.within(0, MOST_LAYERS, layers, "distillation.icd.layers");
        Require.within(1, MOST_CHANNELS, hidden, "distillation.icd.hidden");
        Require.that(
                hidden % heads == 0 && hidden % POSITION_PARTS == 0,
                "distillation.icd.hidden",
                hidden,
                "a multiple of distillation.icd.heads (" + heads + ") and of " + POSITION_PARTS);
        Require.that(
                negativesPerPositive >= 0 && negativesPerPositive <= MOST_NEGATIVES,
                "distillation.icd.negativesPerPositive",
                negativesPerPositive,
                "from 0 to " + MOST_NEGATIVES);
        Require.atLeast(1, maxInstances, "distillation.icd.maxInstances");
        Require.notNegative(jitter, "distillation.icd.jitter");
        Require.notNegative(identificationWeight, "distillation.icd.identificationWeight");
        Require.notNegative(localizationWeight, "distillation.icd.localizationWeight");
        Require.atLeast(0, decoderPretraining, "distillation.icd.decoderPretraining");
        boolean hasTask = identificationWeight > 0 || localizationWeight > 0;
        Require.that(
                decoderPretraining == 0 || region == Region.CONDITIONAL && hasTask,
                "distillation.icd.decoderPretraining",
                decoderPretraining,
                "0 where nothing trains a decoder: with another region than conditional, and with"
                        + " identificationWeight and localizationWeight 0");
        Require.that(
                endOfJointTraining == 0 || endOfJointTraining >= Math.max(1, decoderPretraining),
                "distillation.icd.endOfJointTraining",
                endOfJointTraining,
                "0 for never, or at least decoderPretraining (" + decoderPretraining + ")");
        int begins = Math.max(startIteration, decoderPretraining);
        Require.that(
                endIteration == 0 || endIteration > begins,
                "distillation.icd.endIteration",
                endIteration,
                "0 for never, or more than startIteration and decoderPretraining (" + begins + ")");
        Require.that(
                region == Region.CONDITIONAL || !positionsOnValues,
                "distillation.icd.positionsOnValues",
                positionsOnValues,
                "false where distillation.icd.region is not conditional: there are no positions without a decoder");
        Require.notNegative(learningRate, "distillation.icd.learningRate");
        Require.notNegative(weightDecay, "distillation.icd.weightDecay");
        Require.notNegative(clipNorm, "distillation.icd.clipNorm");
    }

    /** What the objective takes for {@code classes} of a data set. */
    IcdConfig config(int classes) {
        return new IcdConfig(
                new IcdConfig.Descriptors(classes, slots(), jitter, scaleIndicator, false),
                new IcdConfig.Decoder(hidden, heads, layers, projectPositions, positionsOnValues),
                new IcdConfig.Auxiliary(identificationWeight, localizationWeight),
                new IcdConfig.Distillation(weight, form, norm, softening(), negatives, startIteration),
                new IcdConfig.Phases(decoderPretraining, endOfJointTraining, endIteration));
    }

    private SlotRule slots() {
        return new SlotRule(slotRule, negativesPerPositive, maxInstances);
    }

    private Temperature softening() {
        return temperatureEnd == 0 ? Temperature.fixed(temperature) : Temperature.linear(temperature, temperatureEnd);
    }
}
