package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Values worked out by hand: 2 images, 2 cells, 1 head of width 2; differences (1, 3), (0, 2) and (-2, 0), (0.5, 0.5).
 */
class DistillationLossTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();
    private final Tensor teacher = backend.tensor(new double[] {1, 1, 2, 2, 3, 3, 4, 4}, 2, 2, 2);
    private final Tensor student = backend.tensor(new double[] {2, 4, 2, 4, 1, 3, 4.5, 4.5}, 2, 2, 2);
    private final Tensor weights = backend.tensor(new double[] {0.25, 0.75, 1.5, 0.5}, 2, 1, 1, 2);

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private static DistillationLoss loss(LossForm form) {
        return new DistillationLoss(1, form, DistillationNorm.NONE);
    }

    @Test
    void mseIsNormalizedPerImage() {
        // Mean squares over d: 5, 2 and 2, 0.25. Image 0: (0.25*5 + 0.75*2)/1 = 2.75; image 1: (1.5*2 + 0.5*0.25)/2 =
        // 1.5625.
        assertThat(loss(LossForm.MSE).layer(student, teacher, weights).item()).isCloseTo((2.75 + 1.5625) / 2, CLOSE);
    }

    @Test
    void l1IsNormalizedOverTheBatch() {
        // Mean distances: 2, 1 and 1, 0.5; 0.25*2 + 0.75*1 + 1.5*1 + 0.5*0.5 = 3, weights add up to 3.
        assertThat(loss(LossForm.L1).layer(student, teacher, weights).item()).isCloseTo(1, CLOSE);
    }

    @Test
    void smoothL1IsNormalizedOverTheBatch() {
        // (0.5 + 2.5)/2 = 1.5; (0 + 1.5)/2 = 0.75; (1.5 + 0)/2 = 0.75; 0.125: 0.375 + 0.5625 + 1.125 + 0.0625 = 2.125.
        assertThat(loss(LossForm.SMOOTH_L1).layer(student, teacher, weights).item())
                .isCloseTo(2.125 / 3, CLOSE);
    }

    @Test
    void rootL2IsTheRootOfTheBatchMean() {
        // 0.25*5 + 0.75*2 + 1.5*2 + 0.5*0.25 = 5.875.
        assertThat(loss(LossForm.ROOT_L2).layer(student, teacher, weights).item())
                .isCloseTo(Math.sqrt(5.875 / 3), CLOSE);
    }

    @Test
    void normsTouchTheSidesTheyName() {
        // Layer norm of (1, 1) and its like is 0; of (2, 4) and (1, 3) it is (-1, 1)/sqrt(1 + 1e-5).
        Tensor firstCells = backend.tensor(new double[] {1, 0, 1, 0}, 2, 1, 1, 2);
        double teacherOnly = new DistillationLoss(1, LossForm.MSE, DistillationNorm.TEACHER)
                .layer(student, teacher, firstCells)
                .item();
        assertThat(teacherOnly).isCloseTo((10 + 5) / 2.0, CLOSE);
        double both = new DistillationLoss(1, LossForm.MSE, DistillationNorm.BOTH)
                .layer(student, teacher, firstCells)
                .item();
        assertThat(both).isCloseTo(1 / (1 + 1e-5), CLOSE);
    }

    @Test
    void headsAreWeightedSeparately() {
        Tensor perHead = backend.tensor(new double[] {1, 0, 0, 1, 0, 0, 0, 0}, 2, 2, 1, 2);
        // Head 0 of image 0 sees cell 0 (1 squared), head 1 cell 1 (2 squared); image 1 counts as 0: (1 + 4 + 0 + 0)/4.
        assertThat(new DistillationLoss(2, LossForm.MSE, DistillationNorm.NONE)
                        .layer(student, teacher, perHead)
                        .item())
                .isCloseTo(1.25, CLOSE);
    }

    @Test
    void layersAreAveraged() {
        Tensor same = student.mul(1);
        double one = loss(LossForm.MSE).layer(student, teacher, weights).item();
        assertThat(loss(LossForm.MSE)
                        .forward(List.of(student, same), List.of(teacher, student), List.of(weights, weights))
                        .item())
                .isCloseTo(one / 2, CLOSE);
    }

    @ParameterizedTest
    @EnumSource(LossForm.class)
    void withoutInstancesLossAndGradientAreZero(LossForm form) {
        Tensor nothing = backend.tensor(new double[4], 2, 1, 1, 2);
        assertZero(form, student, nothing);
    }

    @ParameterizedTest
    @EnumSource(LossForm.class)
    void whereStudentEqualsTeacherLossAndGradientAreZero(LossForm form) {
        assertZero(form, teacher, weights);
    }

    private void assertZero(LossForm form, Tensor values, Tensor places) {
        try (Tape tape = Tape.on(backend)) {
            Tensor leaf = tape.watch(values);
            Tensor loss = loss(form).layer(leaf, teacher, places);
            assertThat(loss.item()).isZero();
            Gradients gradients = tape.gradients(loss);
            assertThat(Arrays.stream(gradients.of(leaf).toDoubles()).allMatch(x -> x == 0))
                    .isTrue();
        }
    }

    @Test
    void teacherAndWeightsGetNoGradient() {
        try (Tape tape = Tape.on(backend)) {
            Tensor leaf = tape.watch(student);
            Tensor other = tape.watch(teacher);
            Tensor places = tape.watch(weights);
            Gradients gradients = tape.gradients(loss(LossForm.MSE).layer(leaf, other, places));
            assertThat(gradients.of(other)).isNull();
            assertThat(gradients.of(places)).isNull();
            // d/ds of w*(s - t)^2/(d*N*sum w): image 0 cell 0 first number: 0.25*2*1/(2*2*1).
            assertThat(gradients.of(leaf).toDoubles()[0]).isCloseTo(0.125, CLOSE);
        }
    }

    @Test
    void refusesShapesAndNamesThatDoNotFit() {
        assertThatThrownBy(() ->
                        new DistillationLoss(2, LossForm.MSE, DistillationNorm.NONE).layer(student, teacher, weights))
                .hasMessageContaining("2 heads")
                .hasMessageContaining("[2, 1, 1, 2]");
        assertThatThrownBy(() -> loss(LossForm.MSE).forward(List.of(student), List.of(), List.of(weights)))
                .hasMessageContaining("1, 0 and 1");
        assertThatThrownBy(() -> LossForm.ofOfficial("kl")).hasMessageContaining("smoothL1");
        assertThatThrownBy(() -> DistillationNorm.ofOfficial("bn")).hasMessageContaining("tln");
    }
}
