package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.autograd.KernelCheck.Report;
import dev.retort.autograd.KernelCheck.Worst;
import dev.retort.tensor.Shape;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Foreign kernels: right ones of many kinds pass in both types, wrong ones are found, and misbehaving ones refused in words. */
class KernelCheckTest {
    private static final int SEEDS = 3;

    static Stream<ForeignKernels.Sample> kernels() {
        return ForeignKernels.all().stream();
    }

    private static void passes(KernelCheck check) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Report report = check.seed(seed).check();
            assertThat(report.passed()).as(report.toString()).isTrue();
        }
    }

    private static void fails(KernelCheck check) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Report report = check.seed(seed).check();
            assertThat(report.passed()).as(report.toString()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aRightKernelPasses(ForeignKernels.Sample sample) {
        passes(sample.floats(1));
        passes(sample.doubles(1));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aRightKernelPassesBesideItsTwin(ForeignKernels.Sample sample) {
        passes(sample.floats(1).against(sample.forward()));
        passes(sample.doubles(1).against(sample.forward()));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aGradientThatIsOffByAFactorIsFound(ForeignKernels.Sample sample) {
        fails(sample.floats(sample.visible()));
        fails(sample.doubles(1 + 1e-5));
        fails(sample.floats(sample.visible()).against(sample.forward()));
    }

    /** Rounding of one long sum hides a thousandth of a single element, but not of all together. */
    @Test
    void aLongSumIsCheckedAlongItsGradient() {
        ForeignKernels.Sample sum = ForeignKernels.sum(3000);
        passes(sum.floats(1).samples(20));
        fails(sum.floats(1.001).samples(20));
    }

    @Test
    void aTwinFindsWhatOnlyTheResultHasWrong() {
        KernelCheck check = KernelCheck.ofFloat(
                        x -> map(x, v -> (float) Math.exp(v) * 1.00001f),
                        (x, g) -> map(x, g, v -> (float) Math.exp(v) * 1.00001f))
                .inputs(Shape.of(6));
        passes(check);
        Report report = check.against(in -> Arrays.stream(in[0]).map(Math::exp).toArray())
                .check();
        assertThat(report.passed()).isFalse();
        assertThat(report.result().orElseThrow().passed()).isFalse();
        assertThat(report.result().orElseThrow().ulps()).isBetween(50.0, 200.0);
        assertThat(report.toString()).contains("result DISAGREES").contains("where the twin has");
    }

    private interface Slope {
        float of(float x);
    }

    private static float[] map(float[] x, Slope f) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = f.of(x[i]);
        }
        return y;
    }

    private static float[] map(float[] x, float[] g, Slope f) {
        float[] y = map(x, f);
        for (int i = 0; i < y.length; i++) {
            y[i] *= g[i];
        }
        return y;
    }

    private static float[] squares(float[] x) {
        return map(x, v -> v * v);
    }

    private static float[] twice(float[] x, float[] g) {
        return map(x, g, v -> 2 * v);
    }

    private static KernelCheck square(BinaryOperator<float[]> backward) {
        return KernelCheck.ofFloat(KernelCheckTest::squares, backward).inputs(Shape.of(3, 4));
    }

    @Test
    void oneWrongElementIsNamedAndReplayed() {
        KernelCheck check = square((x, g) -> {
                    float[] gradient = twice(x, g);
                    gradient[6] *= 1.001f;
                    return gradient;
                })
                .names("pixels");
        Report report = check.seed(5).check();
        assertThat(report.passed()).isFalse();
        Worst worst = report.worst().get(0);
        assertThat(worst.index()).isEqualTo(6);
        assertThat(report.toString())
                .contains("kernel DISAGREES (F32, seed 5)")
                .contains("pixels, worst at 6 [1, 2]: analytic ")
                .contains("again: check.seed(5).only(0, 6).check()");
        Worst again = check.seed(5).only(0, 6).check().worst().get(0);
        assertThat(again.analytic()).isEqualTo(worst.analytic());
        assertThat(again.numeric()).isEqualTo(worst.numeric());
        assertThat(check.seed(5).only(0, 5).check().passed()).isTrue();
        assertThatThrownBy(check::require)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("pixels, worst at 6 [1, 2]");
    }

    @Test
    void aForgottenTermIsFound() {
        // y = x*x + x, whose slope is 2x + 1.
        fails(KernelCheck.ofDouble(x -> Arrays.stream(x).map(v -> v * v + v).toArray(), (x, g) -> {
                    double[] gradient = new double[x.length];
                    Arrays.setAll(gradient, i -> 2 * x[i] * g[i]);
                    return gradient;
                })
                .inputs(Shape.of(5)));
    }

    @Test
    void aTransposedGradientIsFound() {
        ForeignKernels.Sample matmul = ForeignKernels.matmul(4, 4, 4);
        KernelCheck.DoubleGradient transposed = (in, g) -> {
            double[][] right = matmul.gradient().apply(in, g);
            return new double[][] {ForeignKernels.transposed(right[0], 4, 4), right[1]};
        };
        Report report = KernelCheck.ofDoubles(matmul.forward(), transposed)
                .inputs(Shape.of(4, 4), Shape.of(4, 4))
                .check();
        assertThat(report.worst().get(0).passed()).isFalse();
        assertThat(report.worst().get(1).passed()).isTrue();
    }

    @Test
    void aRectifierAtZeroIsAKinkThatIsCheckedBesideIt() {
        KernelCheck right = KernelCheck.ofFloat(
                        x -> map(x, v -> Math.max(v, 0)), (x, g) -> map(x, g, v -> v > 0 ? 1 : 0))
                .inputs(new float[] {1, 0, -2});
        Report report = right.check();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.kinks()).hasSize(1).allMatch(kink -> kink.index() == 1 && kink.resolved());
        assertThat(report.toString()).contains("1 kinks met and checked a little way off");
        fails(KernelCheck.ofFloat(x -> map(x, v -> Math.max(v, 0)), (x, g) -> map(x, g, v -> v > 0 ? 1 : 1.5f))
                .inputs(new float[] {1, 0, 2}));
        // Right at the kink, between the slopes, and wrong beside it.
        fails(KernelCheck.ofFloat(x -> map(x, Math::abs), (x, g) -> map(x, g, v -> v > 0 ? -1 : v < 0 ? 1 : 0))
                .inputs(new float[] {0}));
    }

    @Test
    void anInputWhoseSlopesRoundingHidesFails() {
        KernelCheck check = KernelCheck.ofFloat(x -> map(x, v -> v + 1e9f), (x, g) -> g.clone())
                .inputs(Shape.of(4));
        Report report = check.check();
        assertThat(report.passed()).isFalse();
        assertThat(report.worst().get(0).hidden()).isTrue();
        assertThat(report.toString()).contains("HIDDEN: rounding of the kernel's result hides its slopes");
        passes(check.against(in -> Arrays.stream(in[0]).map(v -> v + 1e9).toArray()));
    }

    @Test
    void aConstantKernelHasSlopesOfZero() {
        passes(KernelCheck.ofFloat(x -> new float[] {3}, (x, g) -> new float[x.length])
                .inputs(Shape.of(4)));
        fails(KernelCheck.ofFloat(x -> new float[] {3}, (x, g) -> map(x, v -> 1e-6f))
                .inputs(Shape.of(4)));
    }

    @Test
    void emptyInputsAndResultsPass() {
        passes(KernelCheck.ofFloats(in -> in[0], (in, g) -> new float[][] {g, new float[0]})
                .inputs(Shape.of(2), Shape.of(0)));
        passes(KernelCheck.ofFloat(x -> new float[0], (x, g) -> new float[x.length])
                .inputs(Shape.of(3)));
    }

    @Test
    void aKernelMayReuseItsBuffer() {
        float[] buffer = new float[12];
        passes(KernelCheck.ofFloat(
                        x -> {
                            System.arraycopy(squares(x), 0, buffer, 0, 12);
                            return buffer;
                        },
                        KernelCheckTest::twice)
                .inputs(Shape.of(3, 4)));
    }

    private static void refused(ThrowingCallable check, String... words) {
        assertThatThrownBy(check).isInstanceOf(IllegalStateException.class).hasMessageContainingAll(words);
    }

    @Test
    void resultsOfAWrongLengthAreRefused() {
        AtomicInteger calls = new AtomicInteger();
        KernelCheck growing = KernelCheck.ofFloat(x -> new float[calls.incrementAndGet()], (x, g) -> x)
                .inputs(Shape.of(2));
        refused(growing::check, "The kernel returned 2 elements, and 1 before");
        refused(square((x, g) -> new float[5])::check, "returned 5 elements as the gradient of input 0, which has 12");
        refused(square((x, g) -> null)::check, "null in place of the gradient of input 0");
        refused(
                KernelCheck.ofFloats(in -> squares(in[0]), (in, g) -> new float[1][])
                        .inputs(Shape.of(2), Shape.of(2))::check,
                "returned 1 gradients for 2 inputs");
        refused(
                KernelCheck.ofFloats(in -> squares(in[0]), (in, g) -> null).inputs(Shape.of(2))::check,
                "The backward kernel returned null for 1 inputs");
        refused(KernelCheck.ofFloat(x -> null, (x, g) -> x).inputs(Shape.of(2))::check, "The kernel returned null");
        refused(square(KernelCheckTest::twice).against(in -> new double[3])::check, "returns 12 elements", "twin 3");
    }

    @Test
    void whatIsNoNumberIsRefused() {
        refused(
                KernelCheck.ofFloat(x -> map(x, v -> (float) Math.log(v)), (x, g) -> x)
                        .inputs(new float[] {1, -1})::check,
                "The kernel returns NaN as element 1",
                "take inputs at which it is a number");
        refused(
                square((x, g) -> map(x, v -> Float.POSITIVE_INFINITY))::check,
                "in the gradient of input 0, Infinity as element 0");
        assertThatThrownBy(square(KernelCheckTest::twice).inputs(new double[] {1, 1e300})::check)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Element 1 of input 0 is Infinity in F32");
    }

    @Test
    void whatChangesFromCallToCallIsRefused() {
        AtomicInteger calls = new AtomicInteger();
        refused(
                KernelCheck.ofFloat(x -> map(x, v -> v + calls.incrementAndGet()), (x, g) -> g)
                        .inputs(new float[] {1})::check,
                "The kernel is not deterministic: element 0 is 2.0 in one call and 3.0 in another");
        refused(
                square((x, g) -> map(x, v -> calls.incrementAndGet()))::check,
                "The backward kernel is not deterministic");
    }

    @Test
    void whatWritesIntoItsInputsIsRefused() {
        refused(
                KernelCheck.ofFloat(
                                x -> {
                                    x[1] = 7;
                                    return x;
                                },
                                (x, g) -> g)
                        .inputs(new float[] {1, 2})::check,
                "The kernel writes into input 0: element 1 was 2.0 before the call and is 7.0 after it");
        refused(
                square((x, g) -> {
                    g[0] = 9;
                    return twice(x, g);
                })::check,
                "The backward kernel writes into its upstream gradient: element 0");
    }

    @Test
    void aCheckOfNothingIsRefused() {
        KernelCheck check = KernelCheck.ofFloat(KernelCheckTest::squares, KernelCheckTest::twice);
        refused(check::check, "No inputs", "call inputs with shapes or with arrays");
        assertThatThrownBy(() -> check.samples(0)).hasMessageContaining("would check nothing");
        assertThatThrownBy(() -> check.between(1, 1)).hasMessageContaining("[1.0, 1.0)");
        assertThatThrownBy(() -> check.inputs(Shape.of(2)).only(0, 2).check())
                .hasMessageContaining("no element 2 of input 0");
    }
}
