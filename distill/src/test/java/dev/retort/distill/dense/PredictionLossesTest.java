package dev.retort.distill.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Tape;
import dev.retort.detection.model.PlaceLabels;
import dev.retort.distill.bckd.BckdLoss;
import dev.retort.distill.crosskd.CrossKdLoss;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Losses of BCKD and CrossKD worked out by hand; the golden cases hold larger ones. */
class PredictionLossesTest {
    private static final Offset<Double> CLOSE = within(1e-6);
    /** The logit of 0.75. */
    private static final double LOG3 = Math.log(3);

    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor rows(int columns, double... values) {
        return backend.tensor(values, Shape.of(1, values.length / columns, columns), DType.F64);
    }

    /** 0.5 against 0.75: |p - q| = 0.25, BCE = ln 2; the second place does not count. */
    @Test
    void classesAreTheCrossEntropyTimesTheDistance() {
        Tensor student = rows(1, 0, 5);
        Tensor teacher = rows(1, LOG3, -5);
        Tensor counted = rows(1, 1, 0);
        assertThat(PredictionLosses.classes(student, teacher, counted, 1).item())
                .isCloseTo(0.25 * Math.log(2), CLOSE);
        assertThat(PredictionLosses.classes(student, teacher, counted, 2).item())
                .isCloseTo(0.0625 * Math.log(2), CLOSE);
    }

    /** Boxes half over each other: GIoU = IoU = 1/3, so 2/3 each; weights 0.25 (max |p - q|) and 0.75 (max q). */
    @Test
    void boxesWeighAsTheMethodSays() {
        Tensor student = rows(4, 0, 0, 2, 2, 0, 0, 9, 9);
        Tensor teacher = rows(4, 1, 0, 3, 2, 7, 0, 9, 9);
        Tensor own = rows(2, 0, -LOG3, 0, 0);
        Tensor given = rows(2, LOG3, -LOG3, 9, 9);
        Tensor counted = rows(1, 1, 0);
        assertThat(BckdLoss.boxes(student, teacher, own, given, counted).item()).isCloseTo(0.25 * 2 / 3, CLOSE);
        assertThat(CrossKdLoss.boxes(student, teacher, given, counted).item()).isCloseTo(0.75 * 2 / 3, CLOSE);
    }

    @Test
    void gradientsAgreeWithDifferences() {
        Tensor teacher = rows(2, 1, -2, 0.5, 3);
        Tensor counted = rows(1, 1, 1);
        GradientCheck.on(backend)
                .secondOrder()
                .require(
                        in -> PredictionLosses.classes(in.get(0), teacher, counted, 1),
                        List.of(rows(2, -1, 0.3, 2, -0.7)));
        Tensor boxes = rows(4, 0, 0, 4, 5, 2, 2, 9, 8);
        GradientCheck.on(backend)
                .require(
                        in -> BckdLoss.boxes(in.get(0), boxes, teacher, rows(2, 0, 0, 1, 1), counted),
                        List.of(rows(4, 1, -1, 5, 4.5, 3, 1, 7, 9)));
    }

    @Test
    void theWeightOfBckdsBoxesHasNoGradient() {
        Tensor given = rows(1, 1, 2);
        Tensor boxes = rows(4, 0, 0, 4, 5, 2, 2, 9, 8);
        try (Tape tape = Tape.on(backend)) {
            Tensor logits = tape.watch(rows(1, -1, 0.5));
            Tensor own = tape.watch(rows(4, 1, -1, 5, 4.5, 3, 1, 7, 9));
            Tensor loss = BckdLoss.boxes(own, boxes, logits, given, rows(1, 1, 1));
            assertThat(tape.gradients(loss).of(logits)).isNull();
        }
    }

    @Test
    void whereStudentAndTeacherAgreeNothingIsToLearn() {
        Tensor logits = rows(2, 1, -2, 0.5, 3);
        Tensor boxes = rows(4, 0, 0, 4, 5, 2, 2, 9, 8);
        Tensor counted = rows(1, 1, 1);
        try (Tape tape = Tape.on(backend)) {
            Tensor own = tape.watch(logits);
            Tensor ownBoxes = tape.watch(boxes);
            Tensor loss = PredictionLosses.classes(own, logits, counted, 1)
                    .add(BckdLoss.boxes(ownBoxes, boxes, own, logits, counted))
                    .add(CrossKdLoss.boxes(ownBoxes, boxes, logits, counted));
            assertThat(loss.item()).isCloseTo(0, CLOSE);
            var gradients = tape.gradients(loss);
            assertThat(gradients.of(own).toDoubles()).containsOnly(0);
            assertThat(gradients.of(ownBoxes).toDoubles()).doesNotContain(Double.NaN);
        }
    }

    /** Two levels of two places, two images: a positive in the first level only. */
    @Test
    void ignoredPlacesAndIfAskedLevelsWithoutPositivesDoNotCount() {
        int ignored = PlaceLabels.IGNORED;
        int background = PlaceLabels.BACKGROUND;
        PlaceLabels labels = new PlaceLabels(List.of(
                new int[] {0, 2, background, ignored}, new int[] {ignored, background, background, background}));
        List<Tensor> logits =
                List.of(backend.zeros(Shape.of(2, 2, 3), DType.F64), backend.zeros(Shape.of(2, 2, 3), DType.F64));
        CountedPlaces all = CountedPlaces.of(labels, logits, false);
        assertThat(all.weights().get(0).toDoubles()).containsExactly(1, 1, 0, 1);
        assertThat(all.weights().get(1).toDoubles()).containsExactly(1, 0, 1, 1);
        assertThat(all.share().item()).as("2 positives and at least 1").isCloseTo(1.0 / 3, CLOSE);
        assertThat(all.divided(level -> all.weights().get(level).sum()).item()).isCloseTo(2, CLOSE);
        CountedPlaces skipping = CountedPlaces.of(labels, logits, true);
        assertThat(skipping.weights().get(0).toDoubles()).containsExactly(1, 1, 0, 1);
        assertThat(skipping.weights().get(1).toDoubles()).containsOnly(0);
    }
}
