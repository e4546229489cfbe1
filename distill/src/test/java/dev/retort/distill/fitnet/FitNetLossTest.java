package dev.retort.distill.fitnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Tape;
import dev.retort.distill.fitnet.FitNetLoss.Normalization;
import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.region.AnchorCells;
import dev.retort.distill.region.Region;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two levels, of two cells and of one, with two channels; worked out by hand. */
class FitNetLossTest {
    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();
    private final List<Tensor> students = List.of(map(2, 1, 2, 3, 4), map(1, 1, 0));
    private final List<Tensor> teachers = List.of(map(2, 0, 2, 1, 1), map(1, 4, 4));

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor map(int cells, double... values) {
        return backend.tensor(values, Shape.of(1, 1, cells, values.length / cells), DType.F64);
    }

    private double loss(Normalization normalization, Tensor first, Tensor second) {
        return FitNetLoss.of(students, teachers, List.of(first, second), normalization)
                .item();
    }

    /** Squares: 1 and 13 on the first level, 25 on the second. */
    @Test
    void elementsAreTheMeansOfLevelsAddedUp() {
        assertThat(loss(Normalization.ELEMENTS, map(2, 1, 1), map(1, 1))).isEqualTo(14 / 4.0 + 25 / 2.0);
        assertThat(loss(Normalization.ELEMENTS, map(2, 0, 1), map(1, 0))).isEqualTo(13 / 2.0);
        assertThat(loss(Normalization.ELEMENTS, map(2, 1, 3), map(1, 0.5))).isEqualTo(40 / 8.0 + 25 / 2.0);
    }

    @Test
    void cellsOfAllLevelsDivideTogether() {
        assertThat(loss(Normalization.CELLS, map(2, 1, 0), map(1, 1))).isEqualTo(26 / 4.0);
        assertThat(loss(Normalization.CELLS, map(2, 0, 1), map(1, 0))).isEqualTo(13 / 2.0);
    }

    @ParameterizedTest
    @EnumSource
    void withoutCellsTheLossIsZeroAndSoIsItsGradient(Normalization normalization) {
        List<Tensor> nothing = List.of(map(2, 0, 0), map(1, 0));
        try (Tape tape = Tape.on(backend)) {
            Tensor first = tape.watch(students.get(0));
            Tensor loss = FitNetLoss.of(List.of(first, students.get(1)), teachers, nothing, normalization);
            assertThat(loss.item()).isZero();
            assertThat(tape.gradients(loss).of(first).toDoubles()).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfBothOrdersAgreeWithDifferences(Normalization normalization) {
        List<Tensor> weights = List.of(map(2, 0.5, 1), map(1, 2));
        GradientCheck.on(backend)
                .secondOrder()
                .require(in -> FitNetLoss.of(in, teachers, weights, normalization), students);
    }

    @Test
    void theConditionalRegionIsRefusedWithAHint() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FitNetSettings(
                        1,
                        AdapterKind.NONE,
                        Region.CONDITIONAL,
                        AnchorCells.Reference.ALL,
                        false,
                        Normalization.CELLS,
                        0,
                        ComparedLevels.ALL))
                .withMessage("distillation.fitnet.region must be one of all, boxes, anchors, activation, score: the"
                        + " method icd has the conditional one, not conditional");
    }
}
