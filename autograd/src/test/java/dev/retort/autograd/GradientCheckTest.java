package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That the check can fail, and what it says then. */
class GradientCheckTest {
    private final Backend backend = Backends.create("reference");
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    @Test
    void rightGradientsPass() {
        Tensor x = backend.tensor(new double[] {0.5, -1.5, 2}, 3);
        GradientCheck.Report report =
                GradientCheck.on(backend).check(in -> in.get(0).exp(), List.of(x));
        assertThat(report.passed()).isTrue();
        assertThat(report.error()).isLessThan(1e-8);
    }

    @Test
    void aGradientThatMissesATermIsFoundAndPlaced() {
        Tensor x = backend.tensor(new double[] {0, 0, 3}, 3);
        // The slope of x*x is 2x; cut off from the tape, one factor gives only x.
        GradientCheck.Report report =
                GradientCheck.on(backend).check(in -> in.get(0).mul(in.get(0).detach()), List.of(x));
        assertThat(report.passed()).isFalse();
        GradientCheck.Worst worst = report.worst().get(0);
        assertThat(worst.index()).isEqualTo(2);
        assertThat(worst.numeric()).isCloseTo(2 * worst.analytic(), within(1e-6));
        assertThat(report.toString()).contains("DISAGREE").contains("worst at 2");
    }

    @Test
    void aLargeInputIsCheckedAlongADirectionToo() {
        double[] values = new double[500];
        values[499] = 3;
        Tensor x = backend.tensor(values, 500);
        GradientCheck few = GradientCheck.on(backend).samples(2).seed(5);
        assertThat(few.check(in -> in.get(0).square(), List.of(x)).passed()).isTrue();
        GradientCheck.Report report = few.check(in -> in.get(0).mul(in.get(0).detach()), List.of(x));
        assertThat(report.passed()).isFalse();
        assertThat(report.worst().get(0).index()).isEqualTo(-1);
    }

    @Test
    void aFunctionThatIsNotDeterministicIsRefused() {
        Tensor x = backend.tensor(new double[] {1}, 1);
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(
                        () -> GradientCheck.on(backend).check(in -> in.get(0).mul(calls.incrementAndGet()), List.of(x)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not deterministic");
    }

    @Test
    void singlePrecisionIsRefused() {
        Tensor x = backend.tensor(new float[] {1}, 1);
        assertThatThrownBy(() -> GradientCheck.on(backend).check(in -> in.get(0), List.of(x)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("float64");
    }
}
