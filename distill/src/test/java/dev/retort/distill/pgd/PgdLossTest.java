package dev.retort.distill.pgd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.Places;
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

/** PGD's losses, qualities and Gaussians worked out by hand; the golden cases hold larger ones. */
class PgdLossTest {
    private static final Offset<Double> CLOSE = within(1e-6);

    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor map(int images, int channels, double... values) {
        return backend.tensor(values, Shape.of(images, 1, values.length / images / channels, channels), DType.F64);
    }

    /** One channel and a flat teacher have attentions of 1; the student's, of (3, 1)/2, are 2 * softmax(1.5, 0.5). */
    @Test
    void lossesOfTwoCells() {
        Tensor student = map(1, 1, 3, 1);
        Tensor teacher = map(1, 1, 2, 2);
        PgdLoss.Classes classes = PgdLoss.classes(student, teacher, map(1, 1, 0.5, 0), map(1, 1, 0, 1), 2, false);
        assertThat(classes.foreground().item()).isCloseTo(0.5, CLOSE);
        assertThat(classes.background().item()).isCloseTo(1, CLOSE);
        double first = 2 / (1 + Math.exp(-1));
        assertThat(classes.attention().item()).isCloseTo(2 * (first - 1), CLOSE);
        PgdLoss.Boxes boxes = PgdLoss.boxes(student, teacher, map(1, 1, 0.5, 0.25), 2);
        assertThat(boxes.feature().item()).isCloseTo((0.5 + 0.25) / 2, CLOSE);
        assertThat(boxes.attention().item()).isCloseTo(0, CLOSE);
    }

    /** Two images, all differences 1: each under its own mask of one cell, or under both. */
    @Test
    void crossedMasksAreThoseOfAllImages() {
        Tensor student = map(2, 1, 3, 3, 3, 3);
        Tensor teacher = map(2, 1, 2, 2, 2, 2);
        Tensor mask = map(2, 1, 1, 0, 0, 1);
        Tensor none = map(2, 1, 0, 0, 0, 0);
        assertThat(PgdLoss.classes(student, teacher, mask, none, 1, false)
                        .foreground()
                        .item())
                .isCloseTo(1, CLOSE);
        assertThat(PgdLoss.classes(student, teacher, mask, none, 1, true)
                        .foreground()
                        .item())
                .isCloseTo(2, CLOSE);
    }

    @Test
    void gradientsAgreeWithDifferences() {
        Tensor teacher = map(1, 2, 1, 0.5, 2, 0.1, 0.7, 3);
        Tensor mask = map(1, 1, 0.3, 0, 0.9);
        List<Tensor> student = List.of(map(1, 2, 0.4, 2, 1.5, 0.3, 2.2, 1));
        GradientCheck.on(backend)
                .require(
                        in -> {
                            PgdLoss.Classes losses = PgdLoss.classes(in.get(0), teacher, mask, mask, 0.8, false);
                            return losses.foreground().add(losses.attention());
                        },
                        student);
        GradientCheck.on(backend)
                .require(
                        in -> {
                            PgdLoss.Boxes losses = PgdLoss.boxes(in.get(0), teacher, mask, 0.8);
                            return losses.feature().add(losses.attention());
                        },
                        student);
    }

    @Test
    void withoutMarkedCellsAndDifferencesGradientsAreNumbers() {
        Tensor none = map(1, 1, 0, 0);
        try (Tape tape = Tape.on(backend)) {
            Tensor student = tape.watch(map(1, 1, 0, 2));
            Tensor teacher = map(1, 1, 0, 2);
            PgdLoss.Classes classes = PgdLoss.classes(student, teacher, none, none, 1, false);
            PgdLoss.Boxes boxes = PgdLoss.boxes(student, teacher, none, 1);
            Tensor loss = classes.foreground()
                    .add(classes.background())
                    .add(classes.attention())
                    .add(boxes.feature())
                    .add(boxes.attention());
            assertThat(loss.item()).isZero();
            assertThat(tape.gradients(loss).of(student).toDoubles()).containsOnly(0);
        }
    }

    /**
     * Two cells of two places. Cell 0: a box of IoU 1 and one of 0, both of score 0.5. Cell 1: scores 0.9, IoU 0.25 and 0.
     * Quality is sqrt(score * IoU): 0.707 and 0.474; by the scores alone cell 1 is the best.
     */
    @Test
    void aCellHasTheQualityOfItsBestPlace() {
        GroundTruth truth = new GroundTruth(0, 9, 9, new double[] {0, 0, 4, 4}, new int[] {1});
        double high = Math.log(9);
        Tensor logits = backend.tensor(new double[] {high, 0, high, 0, 0, high, 0, high}, Shape.of(4, 2), DType.F64);
        Tensor boxes = backend.tensor(
                new double[] {0, 0, 4, 4, 5, 5, 6, 6, 0, 0, 2, 2, 5, 5, 6, 6}, Shape.of(4, 4), DType.F64);
        List<Places> places = List.of(new Places(1, 2, 2, new double[16]));
        assertThat(best(logits, boxes, places, truth, 0.5)).containsExactly(0, 1);
        assertThat(best(logits, boxes, places, truth, 0)).containsExactly(1, 0);
    }

    private static int[] best(Tensor logits, Tensor boxes, List<Places> places, GroundTruth truth, double exponent) {
        int[][] best = PgdQuality.best(List.of(logits), List.of(boxes), places, truth, exponent, 9);
        assertThat(best).hasNumberOfRows(1);
        return best[0];
    }

    /** A square of side 2 has the mean (1, 1) and variances 1: exp(-1) in its corners. A box holds the two right ones. */
    @Test
    void weightsAreDensitiesInsideOfTheBox() {
        double[] centers = {0, 0, 2, 0, 0, 2, 2, 2, 9, 9};
        GroundTruth truth = new GroundTruth(0, 9, 9, new double[] {1, -1, 3, 3}, new int[] {0});
        double[] middle = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
        double[] weights = PgdGaussian.weights(centers, truth, new int[][] {{0, 1, 2, 3}}, new double[][] {middle});
        assertThat(weights).containsExactly(new double[] {0, Math.exp(-1), 0, Math.exp(-1), 0}, CLOSE);
        assertThat(PgdGaussian.background(centers, truth)).containsExactly(1, 0, 1, 0, 1);
        assertThat(PgdGaussian.weights(centers, truth, new int[][] {{1}}, new double[][] {{0.5, 0.5}}))
                .as("one cell has no spread")
                .containsExactly(0, 1, 0, 0, 0);
    }
}
