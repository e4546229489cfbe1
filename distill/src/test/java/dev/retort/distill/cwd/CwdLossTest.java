package dev.retort.distill.cwd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Tape;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Levels of a few cells, worked out by hand. */
class CwdLossTest {
    private static final double LN3 = Math.log(3);

    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor level(int cells, double... values) {
        return backend.tensor(values, Shape.of(1, cells, values.length / cells), DType.F64);
    }

    /** The teacher's channels are (3/4, 1/4) and (1/2, 1/2), the student's (1/2, 1/2): KL is ln 3 * 3/4 - ln 2, and 0. */
    @Test
    void theDivergenceIsTheMeanOfChannels() {
        Tensor teacher = level(2, LN3, 5, 0, 5);
        Tensor student = level(2, 7, 0, 7, 0);
        assertThat(CwdLoss.divergence(student, teacher, 1).item())
                .isCloseTo((0.75 * LN3 - Math.log(2)) / 2, within(1e-12));
    }

    /** Values four times as large at temperature 4 are the same shares; the loss is 16 times as large. */
    @Test
    void theTemperatureScalesItsSquare() {
        Tensor teacher = level(2, 4 * LN3, 0);
        assertThat(CwdLoss.divergence(level(2, 0, 0), teacher, 4).item())
                .isCloseTo(16 * (0.75 * LN3 - Math.log(2)), within(1e-12));
    }

    @Test
    void oneCellGivesNothingAndNoGradient() {
        try (Tape tape = Tape.on(backend)) {
            Tensor student = tape.watch(level(1, 1, 2));
            Tensor loss = CwdLoss.divergence(student, level(1, 3, -4), 1);
            assertThat(loss.item()).isZero();
            assertThat(tape.gradients(loss).of(student).toDoubles()).containsOnly(0);
        }
    }

    /** Shares that are 0 in the type: no infinity times 0. */
    @Test
    void extremeValuesGiveFiniteGradients() {
        try (Tape tape = Tape.on(backend)) {
            Tensor student = tape.watch(level(2, -2000, 2000));
            Tensor loss = CwdLoss.divergence(student, level(2, 2000, -2000), 1);
            assertThat(loss.item()).isCloseTo(4000, within(1e-9));
            assertThat(tape.gradients(loss).of(student).toDoubles()).containsExactly(-1, 1);
        }
    }

    @Test
    void gradientsOfBothOrdersAgreeWithDifferences() {
        Tensor teacher = level(3, 1, -0.5, 0.2, 2, -1, 0.7);
        GradientCheck.on(backend)
                .secondOrder()
                .require(in -> CwdLoss.divergence(in.get(0), teacher, 2), List.of(level(3, 0, 1, 0.4, -2, 1, 0.3)));
    }

    /** Two cells of two places with two classes are four channels. */
    @Test
    void logitsAreGroupedByCell() {
        Tensor logits = backend.tensor(new double[] {0, 1, 2, 3, 4, 5, 6, 7}, Shape.of(1, 4, 2), DType.F64);
        assertThat(CwdLoss.byCell(logits, 2).shape()).isEqualTo(Shape.of(1, 2, 4));
        assertThat(CwdLoss.byCell(logits, 2).slice(1, 1, 2).toDoubles()).containsExactly(4, 5, 6, 7);
    }

    @Test
    void aTemperatureOfZeroIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CwdSettings(1, 0, CwdSettings.On.PYRAMID, ComparedLevels.ALL))
                .withMessageStartingWith("distillation.cwd.tau must be");
    }
}
