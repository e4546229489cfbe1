package dev.retort.kernels.simd.internal.loops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.simd.internal.engine.Engines;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The elementary functions against StrictMath in float64, over floats of every exponent; vectors against scalars, bit for bit. */
class FloatMathTest {
    /** Units in the last place. */
    private static final double ACCEPTED = 3;

    private static final int SIZE = 1 << 20;

    private interface Run {
        void apply(Runs runs, float[] x, float[] y);
    }

    @TestFactory
    Iterable<DynamicTest> functions() {
        return List.of(
                test("exp", StrictMath::exp, (runs, x, y) -> new Activations(runs).exp(x, 0, y, 0, x.length)),
                test("log", StrictMath::log, (runs, x, y) -> each(FloatMath::log, x, y)),
                test("tanh", StrictMath::tanh, (runs, x, y) -> each(FloatMath::tanh, x, y)),
                test("sigmoid", x -> 1 / (1 + StrictMath.exp(-x)), (runs, x, y) -> new Activations(runs)
                        .sigmoid(x, 0, y, 0, x.length)),
                test(
                        "softplus",
                        x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x))),
                        (runs, x, y) -> new Activations(runs).softplus(x, 0, y, 0, x.length)));
    }

    private interface Function {
        float apply(float x);
    }

    private static void each(Function function, float[] x, float[] y) {
        for (int i = 0; i < x.length; i++) {
            y[i] = function.apply(x[i]);
        }
    }

    private static DynamicTest test(String name, DoubleUnaryOperator exact, Run run) {
        return DynamicTest.dynamicTest(name, () -> {
            float[] x = arguments();
            float[] plain = new float[x.length];
            float[] vector = new float[x.length];
            run.apply(new PlainRuns(), x, plain);
            run.apply(new VectorRuns(), x, vector);
            for (int i = 0; i < x.length; i++) {
                float expected = (float) exact.applyAsDouble(x[i]);
                if (Float.compare(plain[i], vector[i]) != 0 || !near(expected, plain[i], exact.applyAsDouble(x[i]))) {
                    assertThat(new float[] {plain[i], vector[i]})
                            .as(name + " of " + x[i])
                            .containsExactly(expected, expected);
                }
            }
        });
    }

    private static boolean near(float rounded, float actual, double exact) {
        if (!Float.isFinite(rounded) || rounded == 0f) {
            // Just above the range an overflow may come a little early or late; a zero must be one to the last bit of a
            // float.
            return Float.compare(rounded, actual) == 0 || Math.abs(actual - rounded) <= Float.MIN_VALUE;
        }
        return Math.abs(actual - exact) <= ACCEPTED * Math.ulp(rounded);
    }

    /** Special values, then bit patterns from all over the floats, half of them of moderate size. */
    private static float[] arguments() {
        float[] special = {
            0f,
            -0f,
            1f,
            -1f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.MIN_NORMAL,
            88.7f,
            88.8f,
            -87.3f,
            -87.4f,
            -103.9f,
            -104.5f,
            0.5f,
            2f,
            10f,
            -10f
        };
        float[] x = new float[SIZE + 5];
        float[] random = Engines.random(x.length, 17);
        for (int i = 0; i < x.length; i++) {
            boolean moderate = i % 2 == 0;
            x[i] = i < special.length ? special[i] : moderate ? 20f * random[i] : Float.intBitsToFloat(i * 4093);
        }
        return x;
    }
}
