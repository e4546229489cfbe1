package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.simd.internal.engine.Engines;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.Backend;
import dev.retort.tensor.ComposedOperations.NormGradient;
import dev.retort.tensor.ComposedOperations.Normalized;
import dev.retort.tensor.DType;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sizes at which work is cut into blocks and tasks, against plain loops in float64. */
class LargeTensorsTest {
    private static final int ROWS = 10_007;
    private static final int COLUMNS = 67;
    private static final double UNIT = 0x1p-24;

    static Stream<Named<Backend>> backends() {
        return Stream.of(
                Named.of("vector", SimdBackend.vector(new Parallel(3))),
                Named.of("plain", SimdBackend.plain(new Parallel(3))));
    }

    /** Uniform in [0.5, 1.5): a sum that drifts shows. */
    private static Tensor matrix(Backend ops, long seed) {
        float[] values = Engines.random(ROWS * COLUMNS, seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = 1f + values[i] / 2;
        }
        return ops.tensor(values, ROWS, COLUMNS);
    }

    /** Fails if {@code actual} is off by more than {@code units} roundings of {@code expected}. */
    private static void check(String what, double expected, double actual, double units) {
        checkWithin(what, expected, actual, units * UNIT * Math.abs(expected));
    }

    /** Without AssertJ where all is well: this is called for millions of elements. */
    private static void checkWithin(String what, double expected, double actual, double error) {
        if (!(Math.abs(actual - expected) <= error)) {
            assertThat(actual).as(what).isCloseTo(expected, Offset.offset(error));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void sumsAreAboutAsAccurateAsPairwiseOnes(Backend ops) {
        try (Scope scope = Scope.open()) {
            Tensor x = matrix(ops, 1);
            float[] values = x.toFloats();
            double total = 0;
            double[] byColumn = new double[COLUMNS];
            for (int i = 0; i < values.length; i++) {
                total += values[i];
                byColumn[i % COLUMNS] += values[i];
            }
            check("all", total, x.sum().item(), 16);
            check("mean", total / values.length, x.mean().item(), 16);
            float[] sums = x.sum(0).toFloats();
            for (int c = 0; c < COLUMNS; c++) {
                check("column " + c, byColumn[c], sums[c], 16);
            }
            float[] narrow = x.reshape(-1, 1, 1)
                    .broadcastTo(Shape.of(values.length, 1, 3))
                    .sum(0)
                    .toFloats();
            check("narrow column", total, narrow[2], 16);
            check("long rows", total, x.reshape(1, -1).sum(1).toFloats()[0], 16);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void extremesAreFoundWhereverTheyLie(Backend ops) {
        int[] places = {0, 1, 65_535, 65_536, ROWS * COLUMNS / 2, ROWS * COLUMNS - 1};
        for (int place : places) {
            try (Scope scope = Scope.open()) {
                float[] values = Engines.random(ROWS * COLUMNS, 2);
                values[place] = 3f;
                Tensor x = ops.tensor(values, ROWS, COLUMNS);
                assertThat(x.max().item()).isEqualTo(3);
                assertThat(x.max(0).toFloats()[place % COLUMNS]).isEqualTo(3f);
                assertThat(x.max(1).toFloats()[place / COLUMNS]).isEqualTo(3f);
                assertThat(x.neg().min(0).toFloats()[place % COLUMNS]).isEqualTo(-3f);
                assertThat(ops.argReduce(true, x, 0).toLongs()[place % COLUMNS]).isEqualTo(place / COLUMNS);
                assertThat(ops.argReduce(true, x, 1).toLongs()[place / COLUMNS]).isEqualTo(place % COLUMNS);
                values[place] = Float.NaN;
                Tensor broken = ops.tensor(values, ROWS, COLUMNS);
                assertThat(broken.max().item()).isNaN();
                assertThat(broken.reduce(ReduceOp.MIN, false, 0).toFloats()[place % COLUMNS])
                        .isNaN();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void softmaxOfLongRows(Backend ops) {
        int rows = 3;
        int length = 40_003;
        float[] values = Engines.random(rows * length, 3);
        for (int i = 0; i < values.length; i++) {
            values[i] *= 20;
        }
        try (Scope scope = Scope.open()) {
            Tensor x = ops.tensor(values, rows, length);
            float[] y = x.softmax(1).toFloats();
            float[] log = ops.logSoftmax(x, 1).toFloats();
            for (int row = 0; row < rows; row++) {
                double sum = 0;
                for (int i = 0; i < length; i++) {
                    sum += Math.exp(values[row * length + i]);
                }
                for (int i = row * length; i < (row + 1) * length; i++) {
                    check("softmax", Math.exp(values[i]) / sum, y[i], 64);
                    check("logSoftmax", values[i] - Math.log(sum), log[i], 16);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void batchNormOfManyRowsFarFromZero(Backend ops) {
        try (Scope scope = Scope.open()) {
            Tensor x = matrix(ops, 4).add(100);
            Tensor g = matrix(ops, 5);
            Tensor gamma = ops.full(Shape.of(COLUMNS), x.dtype(), 2);
            Normalized batch = ops.batchNorm(x, gamma, null, 1e-5);
            NormGradient gradient = ops.batchNormGradient(x, gamma, batch.mean(), batch.variance(), 1e-5, g);
            float[] values = x.toFloats();
            float[] slopes = g.toFloats();
            float[] gammas = gradient.gamma().toFloats();
            for (int c = 0; c < COLUMNS; c++) {
                double mean = 0;
                double slope = 0;
                for (int i = c; i < values.length; i += COLUMNS) {
                    mean += values[i] / (double) ROWS;
                    slope += slopes[i];
                }
                double variance = 0;
                for (int i = c; i < values.length; i += COLUMNS) {
                    variance += (values[i] - mean) * (values[i] - mean) / ROWS;
                }
                // The gradient is given the mean as a float; far from zero its rounding is no error of the gradient.
                double along = 0;
                double given = batch.mean().toFloats()[c];
                for (int i = c; i < values.length; i += COLUMNS) {
                    along += slopes[i] * (values[i] - given) / Math.sqrt(variance + 1e-5);
                }
                check("mean", mean, batch.mean().toFloats()[c], 2);
                check("variance", variance, batch.variance().toFloats()[c], 64);
                check("beta", slope, gradient.beta().toFloats()[c], 16);
                // A sum of both signs: its error goes with the sum of the magnitudes.
                checkWithin("gamma " + c, along, gammas[c], ROWS * 64 * UNIT);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void layerNormGradientOfManyRows(Backend ops) {
        try (Scope scope = Scope.open()) {
            Tensor x = matrix(ops, 6);
            Tensor g = matrix(ops, 7);
            Tensor gamma = ops.full(Shape.of(COLUMNS), x.dtype(), 1.5);
            NormGradient gradient = ops.layerNormGradient(x, gamma, 1e-5, g);
            float[] values = x.toFloats();
            float[] slopes = g.toFloats();
            float[] dx = gradient.x().toFloats();
            double[] beta = new double[COLUMNS];
            for (int row = 0; row < ROWS; row++) {
                int start = row * COLUMNS;
                double mean = 0;
                double scaled = 0;
                for (int i = start; i < start + COLUMNS; i++) {
                    mean += values[i] / (double) COLUMNS;
                    scaled += 1.5 * slopes[i] / COLUMNS;
                    beta[i - start] += slopes[i];
                }
                double variance = 0;
                for (int i = start; i < start + COLUMNS; i++) {
                    variance += (values[i] - mean) * (values[i] - mean) / COLUMNS;
                }
                double inverse = 1 / Math.sqrt(variance + 1e-5);
                double along = 0;
                for (int i = start; i < start + COLUMNS; i++) {
                    along += 1.5 * slopes[i] * (values[i] - mean) * inverse / COLUMNS;
                }
                for (int i = start; i < start + COLUMNS; i++) {
                    double expected = inverse * (1.5 * slopes[i] - scaled - (values[i] - mean) * inverse * along);
                    checkWithin("dx", expected, dx[i], 256 * UNIT);
                }
            }
            for (int c = 0; c < COLUMNS; c++) {
                check("beta", beta[c], gradient.beta().toFloats()[c], 16);
            }
        }
    }

    /** The bound is far above what reordered sums of a third of a million terms do, and far below what a float would do. */
    @ParameterizedTest
    @MethodSource("backends")
    void everyOperationInF64AgreesWithTheReference(Backend ops) {
        Map<String, double[]> actual = OperationSet.run(ops, DType.F64, 71, 93, 24);
        try (Backend reference = new ReferenceBackend()) {
            OperationSet.run(reference, DType.F64, 71, 93, 24).forEach((name, expected) -> {
                double[] values = actual.get(name);
                assertThat(values).as(name).hasSameSizeAs(expected);
                for (int i = 0; i < values.length; i++) {
                    if (Double.compare(values[i], expected[i]) != 0) {
                        checkWithin(name + " at " + i, expected[i], values[i], 1e-11 * (1 + Math.abs(expected[i])));
                    }
                }
            });
        }
    }
}
