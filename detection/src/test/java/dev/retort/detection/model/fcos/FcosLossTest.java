package dev.retort.detection.model.fcos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.fcos.FcosSettings.BoxQuality;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** FCOS's losses on three points worked out by hand, in each variant; no instances; slopes. */
class FcosLossTest {
    private static final double NORMALIZER = 5;
    private static final FcosPoints POINTS = new FcosPoints(new double[] {4, 4, 12, 4, 20, 4}, 8);
    private static final GroundTruth TRUTH = new GroundTruth(0, 8, 24, new double[] {0, 0, 1, 1}, new int[] {1});
    /** Centerness sqrt(1/3 * 2/4). */
    private static final double[] WIDE = {1, 2, 3, 4};

    private static final double[] SQUARE = {2, 2, 2, 2};
    private static final double CENTERNESS = Math.sqrt(1 / 6.0);

    /** Points 0 and 2 are foreground of class 1. */
    private static final FcosTargets TARGETS = new FcosTargets(
            List.of(POINTS),
            List.of(TRUTH),
            List.of(new FcosTargets.Foreground(0, 0, 0, 0, WIDE), new FcosTargets.Foreground(0, 0, 2, 0, SQUARE)));

    private static final FcosTargets EMPTY = new FcosTargets(List.of(POINTS), List.of(TRUTH), List.of());

    private final Backend backend = Backends.create("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private Tensor tensor(int width, double... values) {
        return backend.tensor(values, Shape.of(1, values.length / width, width), DType.F64);
    }

    private FcosLoss.Losses losses(FcosVariant variant, BoxQuality quality, Tensor... output) {
        return new FcosLoss(variant, quality, BoxOutput.DIRECT, 2)
                .losses(List.of(new FcosHead.Output(output[0], output[1], output[2])), TARGETS, NORMALIZER);
    }

    /** Predicts 2, 2, 2, 2 for the wide box and 1, 1, 1, 1 for the square one. */
    private FcosLoss.Losses losses(FcosVariant variant, BoxQuality quality) {
        return losses(
                variant,
                quality,
                tensor(2, 0, Math.log(3), -Math.log(3), 0, 0, 0),
                tensor(4, 2, 2, 2, 2, 9, 9, 9, 9, 1, 1, 1, 1),
                tensor(1, 0.5, 99, -1));
    }

    private static double focal(double p, boolean isTarget) {
        return isTarget ? 0.25 * (1 - p) * (1 - p) * -Math.log(p) : 0.75 * p * p * -Math.log(1 - p);
    }

    private static double crossEntropy(double logit, double target) {
        return Math.log1p(Math.exp(logit)) - logit * target;
    }

    @ParameterizedTest
    @EnumSource(FcosVariant.class)
    void classificationIsTheFocalLossOfAllPoints(FcosVariant variant) {
        double expected = focal(0.5, false)
                + focal(0.75, true) // point 0
                + focal(0.25, false)
                + focal(0.5, false) // point 1, background
                + focal(0.5, false)
                + focal(0.5, true); // point 2
        assertThat(losses(variant, BoxQuality.CENTERNESS).classification().item())
                .isCloseTo(expected / NORMALIZER, within(1e-12));
    }

    /** Wide: I = (1 + 2)(2 + 2), U = 16 + 24 - 12, C = (2 + 3)(2 + 4). Square: I = 4, U = C = 16. */
    @Test
    void adelaidetWeightsBoxesByTheirCenterness() {
        double wide = 1 - (13 / 29.0 - 2 / 30.0);
        double square = 1 - 5 / 17.0;
        FcosLoss.Losses losses = losses(FcosVariant.ADELAIDET, BoxQuality.CENTERNESS);
        assertThat(losses.box().item()).isCloseTo((CENTERNESS * wide + square) / (CENTERNESS + 1), within(1e-12));
        assertThat(losses.quality().item())
                .isCloseTo((crossEntropy(0.5, CENTERNESS) + crossEntropy(-1, 1)) / NORMALIZER, within(1e-12));
    }

    @Test
    void withIouAsQualityBoxesHaveNoWeights() {
        FcosLoss.Losses losses = losses(FcosVariant.ADELAIDET, BoxQuality.IOU);
        assertThat(losses.box().item()).isCloseTo((2 - (13 / 29.0 - 2 / 30.0) - 5 / 17.0) / NORMALIZER, within(1e-12));
        assertThat(losses.quality().item())
                .isCloseTo((crossEntropy(0.5, 13 / 29.0) + crossEntropy(-1, 5 / 17.0)) / NORMALIZER, within(1e-12));
    }

    /** The same boxes in pixels, with stride 8; 1e-7 beside areas of hundreds. */
    @ParameterizedTest
    @CsvSource({"DETECTRON2", "TORCHVISION"})
    void othersDivideTheGeneralizedIouLossByTheNormalizer(FcosVariant variant) {
        FcosLoss.Losses losses = losses(variant, BoxQuality.CENTERNESS);
        assertThat(losses.box().item()).isCloseTo((2 - (12 / 28.0 - 2 / 30.0) - 4 / 16.0) / NORMALIZER, within(1e-9));
        assertThat(losses.quality().item())
                .isCloseTo((crossEntropy(0.5, CENTERNESS) + crossEntropy(-1, 1)) / NORMALIZER, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"ADELAIDET, CENTERNESS", "ADELAIDET, IOU", "DETECTRON2, CENTERNESS", "TORCHVISION, CENTERNESS"})
    void withoutInstancesOnlyClassesLearn(FcosVariant variant, BoxQuality quality) {
        try (Tape tape = Tape.on(backend)) {
            Tensor logits = tape.watch(tensor(2, new double[6]));
            Tensor distances = tape.watch(tensor(4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3));
            Tensor centerness = tape.watch(tensor(1, 1, 2, 3));
            FcosLoss.Losses losses = new FcosLoss(variant, quality, BoxOutput.DIRECT, 2)
                    .losses(List.of(new FcosHead.Output(logits, distances, centerness)), EMPTY, 1);
            assertThat(losses.classification().item()).isCloseTo(6 * focal(0.5, false), within(1e-12));
            assertThat(losses.box().item()).isZero();
            assertThat(losses.quality().item()).isZero();
            Gradients gradients =
                    tape.gradients(losses.classification().add(losses.box()).add(losses.quality()));
            assertThat(gradients.of(logits).toDoubles()).doesNotContain(0);
            assertThat(gradients.of(distances).toDoubles()).containsOnly(0);
            assertThat(gradients.of(centerness).toDoubles()).containsOnly(0);
        }
    }

    /** The IoU that the third branch learns is a constant: without its loss the slopes are the gradients. */
    @ParameterizedTest
    @CsvSource({"ADELAIDET, CENTERNESS", "ADELAIDET, IOU", "DETECTRON2, CENTERNESS", "TORCHVISION, CENTERNESS"})
    void gradientsAreTheSlopes(FcosVariant variant, BoxQuality quality) {
        GradientCheck.on(backend)
                .require(
                        inputs -> {
                            FcosLoss.Losses losses =
                                    losses(variant, quality, inputs.get(0), inputs.get(1), inputs.get(2));
                            Tensor sum = losses.classification().add(losses.box());
                            return quality == BoxQuality.IOU ? sum : sum.add(losses.quality());
                        },
                        List.of(
                                tensor(2, 0.7, -1.2, 2, 0.1, -0.4, 1.5),
                                tensor(4, 1.5, 2.5, 2.3, 3.1, 1, 1, 1, 1, 2.4, 1.7, 0.6, 2.9),
                                tensor(1, 0.3, 5, -0.8)));
    }

    @Test
    void theLearnedIouHasNoGradientForBoxes() {
        try (Tape tape = Tape.on(backend)) {
            Tensor distances = tape.watch(tensor(4, 1.5, 2.5, 2.3, 3.1, 1, 1, 1, 1, 2.4, 1.7, 0.6, 2.9));
            Tensor quality = tape.watch(tensor(1, 0.3, 5, -0.8));
            FcosLoss.Losses losses =
                    losses(FcosVariant.ADELAIDET, BoxQuality.IOU, tensor(2, new double[6]), distances, quality);
            Gradients gradients = tape.gradients(losses.quality());
            assertThat(gradients.of(distances)).isNull();
            assertThat(gradients.of(quality).toDoubles()[1]).isZero();
            assertThat(gradients.of(quality).toDoubles()[0]).isNotZero();
        }
    }

    /** Even distributions expect 8 strides on each side; the loss of distributions has the weights of that of boxes. */
    @ParameterizedTest
    @EnumSource
    void distributionsAddTheirLossWithTheWeightsOfBoxes(FcosVariant variant) {
        Tensor logits = tensor(2, new double[6]);
        Tensor quality = tensor(1, 0, 0, 0);
        FcosLoss.Losses plain =
                losses(variant, BoxQuality.CENTERNESS, logits, tensor(4, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8), quality);
        FcosLoss.Losses spread = new FcosLoss(variant, BoxQuality.CENTERNESS, BoxOutput.DISTRIBUTION, 2)
                .losses(
                        List.of(new FcosHead.Output(logits, tensor(68, new double[3 * 68]), quality)),
                        TARGETS,
                        NORMALIZER);
        assertThat(plain.distribution()).isEmpty();
        assertThat(spread.box().item()).isCloseTo(plain.box().item(), within(1e-9));
        double each = 0.25 * Math.log(17);
        double expected = variant == FcosVariant.ADELAIDET ? each : 2 * each / NORMALIZER;
        assertThat(spread.distribution().orElseThrow().item()).isCloseTo(expected, within(1e-9));
    }
}
