package dev.retort.distill.frs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.distill.level.AdapterKind;
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

/** A level of two cells; worked out by hand. */
class FrsLossTest {
    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor tensor(Shape shape, double... values) {
        return backend.tensor(values, shape, DType.F64);
    }

    private Tensor mask(double... values) {
        return tensor(Shape.of(1, 1, 2, 1), values);
    }

    /** Squares 5 and 25 under 0.25 and 0.75. */
    @Test
    void mapsAreComparedUnderTheMask() {
        Tensor student = tensor(Shape.of(1, 1, 2, 2), 1, 2, 3, 4);
        Tensor teacher = backend.zeros(student.shape(), DType.F64);
        assertThat(FrsLoss.feature(student, teacher, mask(0.25, 0.75)).item()).isEqualTo(20);
        assertThat(FrsLoss.feature(student, teacher, mask(0.25, 0.25)).item()).isEqualTo(15);
    }

    /** Two places a cell, one class. Entropies with targets 1/2: ln 2 where the student says 1/2, (ln 4 + ln 4/3)/2 where 3/4. */
    @Test
    void scoresOfACellsPlacesAreAddedUp() {
        Tensor student = tensor(Shape.of(1, 4, 1), 0, 0, Math.log(3), 0);
        Tensor teacher = backend.zeros(student.shape(), DType.F64);
        double half = Math.log(2);
        double sure = (Math.log(4) + Math.log(4.0 / 3)) / 2;
        assertThat(FrsLoss.classes(student, teacher, mask(0.2, 0.6)).item())
                .isCloseTo((0.2 * 2 * half + 0.6 * (sure + half)) / 0.8, within(1e-12));
    }

    @Test
    void gradientsOfBothOrdersAgreeWithDifferences() {
        Tensor map = tensor(Shape.of(1, 1, 2, 2), 1, -1, 0.5, 2);
        Tensor scores = tensor(Shape.of(1, 4, 1), 0.3, -2, 1, 4);
        GradientCheck.on(backend)
                .secondOrder()
                .require(
                        in -> FrsLoss.feature(in.get(0), map, mask(0.2, 0.6))
                                .add(FrsLoss.classes(in.get(1), scores, mask(0.2, 0.6))),
                        List.of(tensor(Shape.of(1, 1, 2, 2), 0, 1, -0.5, 1), tensor(Shape.of(1, 4, 1), 1, 0.5, -1, 2)));
    }

    @Test
    void weightsRiseOverTheWarmup() {
        assertThat(FrsLoss.ramp(0, 500)).isZero();
        assertThat(FrsLoss.ramp(125, 500)).isEqualTo(0.25);
        assertThat(FrsLoss.ramp(500, 500)).isEqualTo(1);
        assertThat(FrsLoss.ramp(9000, 500)).isEqualTo(1);
        assertThat(FrsLoss.ramp(0, 0)).isEqualTo(1);
    }

    @Test
    void aNegativeWarmupIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FrsSettings(1, 1, -1, AdapterKind.NONE, ComparedLevels.ALL))
                .withMessageStartingWith("distillation.frs.warmup must be");
    }
}
