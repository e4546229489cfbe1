package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck.Kink;
import dev.retort.autograd.GradientCheck.Report;
import dev.retort.autograd.GradientCheck.Worst;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That the check can fail and what it says then, and that kinks and odd scales are no failures. */
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

    private Tensor vector(double... values) {
        return backend.tensor(values, values.length);
    }

    private Report check(UnaryOperator<Tensor> function, double... x) {
        return GradientCheck.on(backend).check(in -> function.apply(in.get(0)), List.of(vector(x)));
    }

    /** A function with the values of {@code value} and the gradient of {@code gradient}: a planted mistake. */
    private static Tensor planted(Tensor value, Tensor gradient) {
        return value.detach().add(gradient.sub(gradient.detach()));
    }

    @Test
    void rightGradientsPass() {
        Report report = check(Tensor::exp, 0.5, -1.5, 2);
        assertThat(report.passed()).isTrue();
        assertThat(report.error()).isLessThan(1e-8);
        assertThat(report.kinks()).isEmpty();
    }

    @Test
    void aGradientThatMissesATermIsFoundAndPlaced() {
        Tensor x = vector(0, 0, 3);
        // The slope of x*x is 2x; cut off from the tape, one factor gives only x.
        Report report =
                GradientCheck.on(backend).check(in -> in.get(0).mul(in.get(0).detach()), List.of(x));
        assertThat(report.passed()).isFalse();
        Worst worst = report.worst().get(0);
        assertThat(worst.index()).isEqualTo(2);
        assertThat(worst.numeric()).isCloseTo(2 * worst.analytic(), within(1e-6));
        assertThat(report.toString()).contains("DISAGREE").contains("worst at 2");
    }

    @Test
    void aWrongSignIsFound() {
        Report report = check(x -> planted(x.square(), x.square().neg()), 1, 2);
        Worst worst = report.worst().get(0);
        assertThat(report.passed()).isFalse();
        assertThat(worst.analytic()).isCloseTo(-worst.numeric(), within(1e-6));
    }

    @Test
    void aLostBroadcastIsFound() {
        // Each of 2 elements reaches 3 rows; one that forgets to sum them has a third of the slope.
        Tensor rows = backend.tensor(new double[] {1, 1, 1, 1, 1, 1}, 3, 2);
        GradientCheck check = GradientCheck.on(backend).names("bias");
        Report right = check.check(in -> in.get(0).mul(rows), List.of(vector(0.5, 0.25)));
        assertThat(right.passed()).isTrue();
        Report wrong = check.check(
                in -> planted(
                        in.get(0).mul(rows),
                        in.get(0)
                                .mul(rows.narrow(0, 1))
                                .broadcastTo(rows.shape())
                                .mul(1.0 / 3)),
                List.of(vector(0.5, 0.25)));
        assertThat(wrong.passed()).isFalse();
        assertThat(wrong.worst().get(0).name()).isEqualTo("bias");
    }

    @Test
    void aWrongFactorOfAMillionthIsFoundAndOneOfABillionthIsNot() {
        assertThat(check(x -> planted(x.exp(), x.exp().mul(1 + 5e-6)), 1).passed())
                .isFalse();
        assertThat(check(x -> planted(x.exp(), x.exp().mul(1 + 1e-9)), 1).passed())
                .isTrue();
    }

    @Test
    void aReportNamesPlaceUlpsStepAndAReplay() {
        Tensor x = backend.tensor(new double[] {0, 0, 0, 0, 4, 0}, 2, 3);
        GradientCheck check = GradientCheck.on(backend).seed(9);
        GradientCheck.Function wrong = in -> in.get(0).mul(in.get(0).detach());
        Worst worst = check.check(wrong, List.of(x)).worst().get(0);
        assertThat(worst.place()).isEqualTo("[1, 1]");
        assertThat(worst.step()).isBetween(1e-7, 1e-4);
        // Twice as large is 2^52 numbers away, give or take the rounding of the difference.
        assertThat((double) worst.ulps()).isCloseTo(0x1p52, within(0x1p32));
        assertThat(worst.replay()).isEqualTo("GradientCheck.on(backend).seed(9).only(0, 4).check(function, inputs)");
        Worst again = check.only(0, 4).check(wrong, List.of(x)).worst().get(0);
        assertThat(again.analytic()).isEqualTo(worst.analytic());
        assertThat(again.numeric()).isEqualTo(worst.numeric());
        assertThatThrownBy(() -> check.only(0, 6).check(wrong, List.of(x)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("element 6");
    }

    @Test
    void aLargeInputIsCheckedAlongADirectionToo() {
        double[] values = new double[500];
        values[499] = 3;
        Tensor x = backend.tensor(values, 500);
        GradientCheck few = GradientCheck.on(backend).samples(2).seed(5);
        assertThat(few.check(in -> in.get(0).square(), List.of(x)).passed()).isTrue();
        Report report = few.check(in -> in.get(0).mul(in.get(0).detach()), List.of(x));
        assertThat(report.passed()).isFalse();
        assertThat(report.worst().get(0).index()).isEqualTo(-1);
    }

    @Test
    void projectionsAloneFindAMistakeAndReplay() {
        double[] values = new double[300];
        values[7] = 2;
        GradientCheck check = GradientCheck.on(backend).projections(3);
        GradientCheck.Function wrong = in -> in.get(0).mul(in.get(0).detach());
        Worst worst = check.check(wrong, List.of(vector(values))).worst().get(0);
        assertThat(worst.index()).isBetween(-3L, -1L);
        assertThat(worst.error()).isGreaterThan(0.1);
        Worst again = check.only(0, worst.index())
                .check(wrong, List.of(vector(values)))
                .worst()
                .get(0);
        assertThat(again.numeric()).isEqualTo(worst.numeric());
    }

    @Test
    void tinyLargeAndFastBendingInputsAreNoFalseAlarms() {
        assertThat(check(Tensor::log, 1e-3, 2e-3, 7e-5).passed()).isTrue();
        assertThat(check(Tensor::square, 1e6, -3e5, 2).passed()).isTrue();
        assertThat(check(x -> x.mul(200).unary(UnaryOp.TANH), 0.001, -0.004, 0.02)
                        .passed())
                .isTrue();
        assertThat(check(x -> x.mul(1e-6).exp().mul(1e6), 3, -8, 1e5).passed()).isTrue();
        // One element so small beside the others that a common step leaves the logarithm's domain.
        assertThat(check(Tensor::log, 5, 3e-7).passed()).isTrue();
    }

    @Test
    void theStepFollowsTheInputsScale() {
        assertThat(check(Tensor::square, 1e6).worst().get(0).step()).isGreaterThan(1);
        assertThat(check(Tensor::log, 1e-4).worst().get(0).step()).isLessThan(1e-8);
        assertThat(check(Tensor::exp, 0.3).worst().get(0).step()).isBetween(1e-6, 1e-5);
    }

    @Test
    void extrapolationIsSurerByOrders() {
        GradientCheck.Function function = in -> in.get(0).unary(UnaryOp.SIN).exp();
        List<Tensor> x = List.of(vector(0.3, -0.9, 0.7));
        double plain = GradientCheck.on(backend).check(function, x).error();
        double extrapolated =
                GradientCheck.on(backend).richardson().check(function, x).error();
        assertThat(plain).isBetween(1e-13, 1e-9);
        assertThat(extrapolated).isLessThan(Math.min(5e-12, plain / 4));
    }

    @Test
    void aRectifierAtZeroIsAKinkThatIsCheckedBesideIt() {
        Report report = check(Tensor::relu, 1, 0, -2);
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.kinks()).hasSize(1);
        Kink kink = report.kinks().get(0);
        assertThat(kink.index()).isEqualTo(1);
        assertThat(kink.resolved()).isTrue();
        // The slopes are 0 and the projection's weight.
        assertThat(Math.min(Math.abs(kink.low()), Math.abs(kink.high()))).isLessThan(1e-9);
        assertThat(Math.max(Math.abs(kink.low()), Math.abs(kink.high()))).isBetween(0.5, 1.0);
    }

    @Test
    void theMeanOfBothSlopesAtAKinkIsNoSilentPass() {
        // |x| at 0 has the claimed slope 0, and the central difference is 0 as well: agreement that means nothing.
        Report report = check(Tensor::abs, 0);
        assertThat(report.passed()).isTrue();
        assertThat(report.kinks()).hasSize(1);
        assertThat(report.kinks().get(0).resolved()).isTrue();
        // Right at the kink, wrong beside it.
        Report wrong = check(x -> planted(x.abs(), x.abs().neg()), 0);
        assertThat(wrong.passed()).isFalse();
    }

    @Test
    void aClaimOutsideTheSlopesOfAKinkFails() {
        Report report = check(x -> planted(x.relu(), x.mul(1.5)), 0);
        assertThat(report.passed()).isFalse();
    }

    @Test
    void tiesOfAMaximumAreKinks() {
        Report report = check(x -> x.max(), 2, 5, 5, 1);
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.kinks()).extracting(Kink::index).containsExactly(1L, 2L);
        Tensor a = vector(1, 2);
        Report both = GradientCheck.on(backend)
                .check(in -> in.get(0).binary(BinaryOp.MAX, in.get(1)), List.of(a, vector(1, 3)));
        assertThat(both.passed()).isTrue();
        assertThat(both.kinks()).hasSize(2).allMatch(kink -> kink.index() == 0 && kink.resolved());
    }

    @Test
    void aKinkNearTheElementIsSteppedShortOf() {
        Report report = check(Tensor::relu, 3e-6, -2e-6);
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.kinks()).isEmpty();
    }

    @Test
    void aSharpCurveIsNoKink() {
        Report report = check(x -> x.mul(1e4).square().mul(1e-2), 0, 1e-3, 1);
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.kinks()).isEmpty();
    }

    @Test
    void kinksWithoutASmoothPlaceAroundAreReported() {
        // A saw with teeth of 1e-7: whatever way off, there is a tooth within a step.
        Report report = check(
                x -> {
                    Tensor sum = x.relu();
                    return planted(saw(x.detach()), sum.mul(0));
                },
                0);
        assertThat(report.kinks()).hasSize(1);
        assertThat(report.kinks().get(0).resolved()).isFalse();
        assertThat(report.toString()).contains("KINK at 0");
    }

    /** |x*1e8 - round(x*1e8)|*1e-8: slopes of 1 and -1 by turns. */
    private static Tensor saw(Tensor x) {
        Tensor scaled = x.mul(1e8);
        Tensor floor = scaled.add(0.5).unary(UnaryOp.FLOOR);
        return scaled.sub(floor).abs().mul(1e-8);
    }

    @Test
    void aJumpIsAKinkToo() {
        Report report = check(x -> x.compare(CompareOp.GE, 0.5).where(x.mul(2), x.mul(0)), 0.5, 0.75);
        assertThat(report.kinks()).extracting(Kink::index).containsExactly(0L);
        assertThat(report.passed()).as(report.toString()).isTrue();
    }

    @Test
    void secondDerivativesAreChecked() {
        GradientCheck second = GradientCheck.on(backend).secondOrder();
        List<Tensor> inputs = List.of(vector(0.5, -1.5), vector(2, 0.25));
        Report right = second.check(in -> in.get(0).mul(in.get(1)).exp().mul(in.get(0)), inputs);
        assertThat(right.passed()).as(right.toString()).isTrue();
        // First derivative of x^3 right, the second missing a factor: 3*x*detach(x).
        GradientCheck.Function halfDetached = in -> new HalfDetachedCube().apply(in.get(0));
        assertThat(GradientCheck.on(backend)
                        .check(halfDetached, List.of(vector(2, 3)))
                        .passed())
                .isTrue();
        Report wrong = second.check(halfDetached, List.of(vector(2, 3)));
        assertThat(wrong.passed()).isFalse();
        assertThat(wrong.worst().get(0).replay()).contains(".secondOrder()");
    }

    /** x^3/3 with the first derivative x*x, whose own derivative a tape takes for x: planted by a constant that is x. */
    private static final class HalfDetachedCube {
        Tensor apply(Tensor x) {
            // d/dx of x*c^2 is c^2 = x^2 in value, and constant for a second tape.
            Tensor constant = x.detach();
            Tensor value = constant.mul(constant).mul(constant).mul(1.0 / 3);
            Tensor first = x.sub(constant).mul(constant.square());
            return value.add(first);
        }
    }

    @Test
    void aFunctionThatIsNotDeterministicIsRefused() {
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> check(x -> x.mul(calls.incrementAndGet()), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not deterministic");
    }

    @Test
    void gradientsThatAreNotDeterministicAreRefused() {
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> check(x -> planted(x, x.mul(calls.incrementAndGet())), 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("backward passes");
    }

    @Test
    void notANumberFails() {
        Report report = check(x -> planted(x, x.mul(Double.NaN)), 1);
        assertThat(report.passed()).isFalse();
    }

    @Test
    void singlePrecisionIsRefused() {
        Tensor x = backend.tensor(new float[] {1}, 1);
        assertThatThrownBy(() -> GradientCheck.on(backend).check(in -> in.get(0), List.of(x)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("float64");
    }

    @Test
    void aCheckOfNothingIsRefused() {
        GradientCheck check = GradientCheck.on(backend);
        assertThatThrownBy(() -> check.projections(0)).hasMessageContaining("would check nothing");
        assertThatThrownBy(() -> check.samples(-1)).hasMessageContaining("no -1 elements");
        assertThatThrownBy(() -> check.tolerance(Double.NaN)).hasMessageContaining("NaN");
    }

    @Test
    void aFloorMakesSmallSlopesCount() {
        UnaryOperator<Tensor> twice =
                x -> planted(x.square(), x.square().mul(2)).mul(1e-8);
        assertThat(check(twice, 1, 2, 3).passed()).isTrue();
        GradientCheck fine = GradientCheck.on(backend).floor(1e-8);
        List<Tensor> x = List.of(vector(1, 2, 3));
        Report wrong = fine.check(in -> twice.apply(in.get(0)), x);
        assertThat(wrong.error()).isCloseTo(0.5, within(1e-6));
        assertThat(wrong.toString()).contains(".floor(1.0E-8)");
        assertThat(fine.check(in -> in.get(0).mul(1e4).sin().mul(1e-12), x).passed())
                .isTrue();
        assertThat(fine.check(in -> in.get(0).sub(2).relu().mul(1e-8), x).kinks())
                .hasSize(1);
    }

    /** The step that suits a large element leads a small one beside it out of the logarithm's domain. */
    @Test
    void elementsOfUnlikeSizeGetStepsThatStayInTheDomain() {
        assertThat(check(Tensor::log, 1e-6, 1e6).passed()).isTrue();
        assertThat(check(x -> planted(x.log(), x.log().mul(1.001)), 1e-6, 1e6).passed())
                .isFalse();
    }
}
