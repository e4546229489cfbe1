package dev.retort.detection.model.retinanet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.Matcher;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RetinaNet's losses on three anchors, one of each kind, worked out by hand; ignored anchors; no instances; slopes. */
class RetinaNetLossTest {
    private static final AnchorLabeler LABELER = new AnchorLabeler(Matcher.RETINANET, 2);
    /** Anchor 0 is the foreground of class 1, anchor 1 is ignored, anchor 2 is background. */
    private static final double[] ANCHORS = {0, 0, 10, 20, 3, 3, 9, 9, 40, 40, 50, 50};
    /** Against anchor 0: dx = 0.1, dy = 0.35, dw = 0, dh = ln 1.5. */
    private static final double[] TRUTH = {1, 2, 11, 32};

    private static final double NORMALIZER = 2;

    private final Backend backend = Backends.create("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static RetinaNetLoss loss(RetinaNetLoss.Box box) {
        return new RetinaNetLoss(LABELER, 0.25, 2, box);
    }

    private static RetinaNetLoss.Targets targets(List<double[]> anchors) {
        AnchorLabeler.Labels labels =
                new AnchorLabeler.Labels(new int[] {1, AnchorLabeler.IGNORE, 2}, new int[3], new int[] {0});
        return new RetinaNetLoss.Targets(anchors, List.of(labels), List.of(TRUTH));
    }

    private Tensor tensor(int width, double... values) {
        return backend.tensor(values, Shape.of(1, values.length / width, width), DType.F64);
    }

    private double boxLoss(RetinaNetLoss.Box box, double... deltas) {
        return loss(box)
                .losses(
                        List.of(tensor(2, 0, 0, 0, 0, 0, 0)),
                        List.of(tensor(4, deltas)),
                        targets(List.of(ANCHORS)),
                        NORMALIZER)
                .box()
                .item();
    }

    @Test
    void classificationIsTheFocalLossOfForegroundAndBackground() {
        // Probability 3/4 for the true class of anchor 0, 1/2 for its other one; 1/4 and 1/2 for anchor 2.
        Tensor logits = tensor(2, 0, Math.log(3), 100, -100, -Math.log(3), 0);
        double expected = 0.25 * square(0.25) * -Math.log(0.75)
                + 0.75 * square(0.5) * -Math.log(0.5)
                + 0.75 * square(0.25) * -Math.log(0.75)
                + 0.75 * square(0.5) * -Math.log(0.5);
        RetinaNetLoss.Losses losses = loss(new RetinaNetLoss.Box.SmoothL1(0))
                .losses(List.of(logits), List.of(tensor(4, new double[12])), targets(List.of(ANCHORS)), NORMALIZER);
        assertThat(losses.classification().item()).isCloseTo(expected / NORMALIZER, within(1e-12));
    }

    @Test
    void boxLossHoldsDeltasAgainstTheEncodedTarget() {
        double[] deltas = {0.3, 0.35, -0.5, 0, 7, 7, 7, 7, 7, 7, 7, 7};
        double high = Math.log(1.5);
        assertThat(boxLoss(new RetinaNetLoss.Box.SmoothL1(0), deltas))
                .isCloseTo((0.2 + 0.5 + high) / NORMALIZER, within(1e-12));
        assertThat(boxLoss(new RetinaNetLoss.Box.SmoothL1(1), deltas))
                .isCloseTo(0.5 * (square(0.2) + square(0.5) + square(high)) / NORMALIZER, within(1e-12));
    }

    @Test
    void giouHoldsDecodedBoxesAgainstTheTruth() {
        // The anchor itself is predicted: intersection 9*18, union 200 + 300 - 162, hull 11*32.
        double expected = 1 - 162.0 / 338 + (352.0 - 338) / 352;
        assertThat(boxLoss(new RetinaNetLoss.Box.Giou(), new double[12]))
                .isCloseTo(expected / NORMALIZER, within(1e-9));
    }

    /** Even distributions expect 8 strides on each side of the anchor's center, whatever the anchor. */
    @Test
    void distributionsHaveTheLossOfExpectedBoxesAndTheirOwn() {
        double x = (ANCHORS[0] + ANCHORS[2]) / 2;
        double y = (ANCHORS[1] + ANCHORS[3]) / 2;
        double[] expected = {x - 8, y - 8, x + 8, y + 8};
        RetinaNetLoss.Losses losses = loss(new RetinaNetLoss.Box.Distribution(List.of(1)))
                .losses(
                        List.of(tensor(2, 0, 0, 0, 0, 0, 0)),
                        List.of(tensor(68, new double[3 * 68])),
                        targets(List.of(ANCHORS)),
                        NORMALIZER);
        Tensor boxes = backend.tensor(expected, Shape.of(1, 4), DType.F64);
        Tensor truth = backend.tensor(TRUTH, Shape.of(1, 4), DType.F64);
        assertThat(losses.box().item())
                .isCloseTo(2 * boxes.giou(truth).item() / NORMALIZER, within(1e-12))
                .isPositive();
        assertThat(losses.distribution().orElseThrow().item())
                .isCloseTo(0.25 * Math.log(17) / NORMALIZER, within(1e-12));
    }

    @Test
    void levelsAreJoinedInOrder() {
        Tensor logits = tensor(2, 1, -2, 3, 4, -1, 0.5);
        Tensor deltas = tensor(4, 0.3, 0.1, 0.2, -0.4, 1, 1, 1, 1, 2, 2, 2, 2);
        RetinaNetLoss loss = loss(new RetinaNetLoss.Box.SmoothL1(0));
        RetinaNetLoss.Losses one = loss.losses(List.of(logits), List.of(deltas), targets(List.of(ANCHORS)), NORMALIZER);
        RetinaNetLoss.Losses two = loss.losses(
                List.of(logits.slice(1, 0, 1), logits.slice(1, 1, 3)),
                List.of(deltas.slice(1, 0, 1), deltas.slice(1, 1, 3)),
                targets(List.of(Arrays.copyOf(ANCHORS, 4), Arrays.copyOfRange(ANCHORS, 4, 12))),
                NORMALIZER);
        assertThat(two.classification().item()).isCloseTo(one.classification().item(), within(1e-14));
        assertThat(two.box().item()).isCloseTo(one.box().item(), within(1e-14)).isPositive();
    }

    @Test
    void ignoredAnchorsGetNoGradientAndOnlyForegroundMovesBoxes() {
        try (Tape tape = Tape.on(backend)) {
            Tensor logits = tape.watch(tensor(2, 1, -2, 3, 4, -1, 0.5));
            Tensor deltas = tape.watch(tensor(4, new double[12]));
            RetinaNetLoss.Losses losses = loss(new RetinaNetLoss.Box.SmoothL1(0))
                    .losses(List.of(logits), List.of(deltas), targets(List.of(ANCHORS)), NORMALIZER);
            Gradients gradients = tape.gradients(losses.classification().add(losses.box()));
            double[] logitSlopes = gradients.of(logits).toDoubles();
            assertThat(Arrays.copyOfRange(logitSlopes, 2, 4)).containsOnly(0);
            assertThat(new double[] {logitSlopes[0], logitSlopes[1], logitSlopes[4], logitSlopes[5]})
                    .doesNotContain(0);
            // L1: the sign of prediction minus target, and 0 where they are equal.
            assertThat(gradients.of(deltas).toDoubles()).containsExactly(-0.5, -0.5, 0, -0.5, 0, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(BoxKind.class)
    void withoutInstancesAllIsBackgroundAndTheBoxLossIsZeroWithZeroGradient(BoxKind kind) {
        RetinaNetLoss loss = loss(kind.box);
        RetinaNetLoss.Targets empty = loss.targets(List.of(ANCHORS), List.of(new double[0]), List.of(new int[0]));
        assertThat(empty.foreground()).isZero();
        assertThat(empty.labels().get(0).classes()).containsOnly(2);
        try (Tape tape = Tape.on(backend)) {
            Tensor logits = tape.watch(tensor(2, new double[6]));
            Tensor encoded = tape.watch(kind.encoded(backend));
            RetinaNetLoss.Losses losses = loss.losses(List.of(logits), List.of(encoded), empty, NORMALIZER);
            assertThat(losses.box().item()).isZero();
            assertThat(losses.classification().item())
                    .isCloseTo(6 * 0.75 * 0.25 * Math.log(2) / NORMALIZER, within(1e-12));
            Gradients gradients = tape.gradients(sum(losses));
            assertThat(gradients.of(encoded).toDoubles()).containsOnly(0);
        }
    }

    @Test
    void targetsLabelEveryImageOfABatch() {
        RetinaNetLoss.Targets targets = RetinaNetLoss.standard(LABELER)
                .targets(
                        List.of(Arrays.copyOf(ANCHORS, 8), Arrays.copyOfRange(ANCHORS, 8, 12)),
                        List.of(new double[] {0, 0, 10, 19}, new double[] {40, 40, 50, 50, 0, 0, 10, 20}),
                        List.of(new int[] {0}, new int[] {1, 0}));
        assertThat(targets.labels().get(0).classes()).containsExactly(0, 2, 2);
        assertThat(targets.labels().get(1).classes()).containsExactly(0, 2, 1);
        assertThat(targets.foreground()).isEqualTo(3);
    }

    /** Box losses; points below lie off the kinks of their slopes. */
    private enum BoxKind {
        L1(new RetinaNetLoss.Box.SmoothL1(0), 0.25, -0.3, 0.4, 0.15, 1, 1, 1, 1, -1, 2, 0, 1),
        SMOOTH_L1(new RetinaNetLoss.Box.SmoothL1(0.3), 0.25, -0.3, 0.4, 0.15, 1, 1, 1, 1, -1, 2, 0, 1),
        GIOU(new RetinaNetLoss.Box.Giou(), 0.25, -0.3, 0.4, 0.15, 1, 1, 1, 1, -1, 2, 0, 1),
        DISTRIBUTION(new RetinaNetLoss.Box.Distribution(List.of(8)), waves());

        private final RetinaNetLoss.Box box;
        private final double[] encoded;

        BoxKind(RetinaNetLoss.Box box, double... encoded) {
            this.box = box;
            this.encoded = encoded;
        }

        private static double[] waves() {
            return IntStream.range(0, 3 * 68)
                    .mapToDouble(i -> Math.sin(0.7 * i))
                    .toArray();
        }

        Tensor encoded(Backend backend) {
            return backend.tensor(encoded, Shape.of(1, 3, encoded.length / 3), DType.F64);
        }
    }

    @ParameterizedTest
    @EnumSource(BoxKind.class)
    void gradientsAreTheSlopes(BoxKind kind) {
        GradientCheck.on(backend)
                .require(
                        inputs -> {
                            RetinaNetLoss.Losses losses = loss(kind.box)
                                    .losses(
                                            List.of(inputs.get(0)),
                                            List.of(inputs.get(1)),
                                            targets(List.of(ANCHORS)),
                                            NORMALIZER);
                            return sum(losses);
                        },
                        List.of(tensor(2, 0.7, -1.2, 2, 0.1, -0.4, 1.5), kind.encoded(backend)));
    }

    private static Tensor sum(RetinaNetLoss.Losses losses) {
        Tensor sum = losses.classification().add(losses.box());
        return losses.distribution().map(sum::add).orElse(sum);
    }

    private static double square(double x) {
        return x * x;
    }
}
