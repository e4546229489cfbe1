package dev.retort.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolution with bias, norm and ReLU, against loops written here. */
class Conv2dTest {
    private static final int IN = 3;
    private static final int OUT = 4;
    private static final int HEIGHT = 5;
    private static final int WIDTH = 7;

    private final Backend backend = TestTensors.reference();
    private final Scope scope = Scope.open();
    private final Tensor x = TestTensors.tensor(backend, 11, 2, HEIGHT, WIDTH, IN);

    @AfterEach
    void nothingIsLeft() {
        scope.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    /** Cross-correlation with zero padding kernel/2, [N, H', W', OUT]. */
    private static double[] convolve(double[] x, double[] w, int kernel, int stride) {
        int pad = kernel / 2;
        int rows = (HEIGHT + 2 * pad - kernel) / stride + 1;
        int columns = (WIDTH + 2 * pad - kernel) / stride + 1;
        double[] y = new double[2 * rows * columns * OUT];
        int place = 0;
        for (int n = 0; n < 2; n++) {
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    for (int o = 0; o < OUT; o++, place++) {
                        for (int i = 0; i < kernel * kernel * IN; i++) {
                            int row = r * stride - pad + i / IN / kernel;
                            int column = c * stride - pad + i / IN % kernel;
                            if (row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH) {
                                y[place] += x[((n * HEIGHT + row) * WIDTH + column) * IN + i % IN]
                                        * w[o * kernel * kernel * IN + i];
                            }
                        }
                    }
                }
            }
        }
        return y;
    }

    private static double[] data(Module module, String name) {
        return module.state().get(name).toDoubles();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "3, 1", "3, 2"})
    void biasAndRelu(int kernel, int stride) {
        try (Conv2d conv = new Conv2d(
                TestTensors.f64(backend),
                Conv2d.of(IN, OUT, kernel).withStride(stride).withRelu())) {
            TestTensors.set(conv.state().get("bias"), 0.1, -0.2, 0.3, 0);
            double[] bias = data(conv, "bias");
            double[] expected = convolve(x.toDoubles(), data(conv, "weight"), kernel, stride);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = Math.max(expected[i] + bias[i % OUT], 0);
            }
            Tensor y = conv.forward(x);
            assertThat(y.dim(1)).isEqualTo((HEIGHT - 1) / stride + 1);
            assertThat(y.toDoubles()).containsExactly(expected, within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"FROZEN", "BATCH", "SYNC"})
    void fixedStatisticsAreFolded(Norm norm) {
        try (Conv2d conv = new Conv2d(
                TestTensors.f64(backend), Conv2d.of(IN, OUT, 3).withNorm(norm).withRelu())) {
            TestTensors.randomize(conv, 21);
            conv.setTraining(false);
            assertThat(conv.forward(x).toDoubles()).containsExactly(folded(conv), within(1e-12));
            // Weights loaded later must be seen, although the fold was kept.
            TestTensors.randomize(conv, 22);
            assertThat(conv.forward(x).toDoubles()).containsExactly(folded(conv), within(1e-12));
            assertThat(conv.forward(x).toDoubles()).containsExactly(folded(conv), within(1e-12));
        }
    }

    @Test
    void effectiveWeightAndBiasHaveTheNormInThem() {
        try (Conv2d conv =
                new Conv2d(TestTensors.f64(backend), Conv2d.of(IN, OUT, 1).withNorm(Norm.BATCH))) {
            TestTensors.randomize(conv, 23);
            assertThatThrownBy(conv::effectiveWeight)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("setTraining(false)");
            assertThatThrownBy(conv::effectiveBias).isInstanceOf(IllegalStateException.class);
            conv.setTraining(false);
            double[] weight = data(conv, "weight");
            double[] bias = new double[OUT];
            for (int c = 0; c < OUT; c++) {
                double scale = data(conv, "norm.weight")[c] / Math.sqrt(data(conv, "norm.running_var")[c] + 1e-5);
                bias[c] = data(conv, "norm.bias")[c] - data(conv, "norm.running_mean")[c] * scale;
                for (int i = 0; i < IN; i++) {
                    weight[c * IN + i] *= scale;
                }
            }
            assertThat(conv.effectiveWeight().toDoubles()).containsExactly(weight, within(1e-14));
            assertThat(conv.effectiveBias().toDoubles()).containsExactly(bias, within(1e-14));
        }
        try (Conv2d plain = new Conv2d(
                TestTensors.f64(backend),
                Conv2d.of(IN, OUT, 1)
                        .withInit(Initializers.ones(), Initializers.zeros())
                        .withoutBias())) {
            assertThat(plain.hasBias()).isFalse();
            assertThat(plain.effectiveWeight().toDoubles()).containsOnly(1);
            assertThatThrownBy(plain::effectiveBias).isInstanceOf(IllegalStateException.class);
        }
    }

    private double[] folded(Conv2d conv) {
        double[] y = convolve(x.toDoubles(), data(conv, "weight"), 3, 1);
        for (int i = 0; i < y.length; i++) {
            int c = i % OUT;
            double normal =
                    (y[i] - data(conv, "norm.running_mean")[c]) / Math.sqrt(data(conv, "norm.running_var")[c] + 1e-5);
            y[i] = Math.max(normal * data(conv, "norm.weight")[c] + data(conv, "norm.bias")[c], 0);
        }
        return y;
    }

    @Test
    void batchStatisticsNormalizeAndMoveTheRunningOnes() {
        try (Conv2d conv =
                new Conv2d(TestTensors.f64(backend), Conv2d.of(IN, OUT, 1).withNorm(Norm.BATCH))) {
            TestTensors.randomize(conv, 31);
            double[] y = convolve(x.toDoubles(), data(conv, "weight"), 1, 1);
            double[] runningMean = data(conv, "norm.running_mean");
            double[] runningVariance = data(conv, "norm.running_var");
            double[] gamma = data(conv, "norm.weight");
            double[] beta = data(conv, "norm.bias");
            int count = y.length / OUT;
            for (int c = 0; c < OUT; c++) {
                double mean = 0;
                double variance = 0;
                for (int i = c; i < y.length; i += OUT) {
                    mean += y[i] / count;
                }
                for (int i = c; i < y.length; i += OUT) {
                    variance += (y[i] - mean) * (y[i] - mean) / count;
                }
                for (int i = c; i < y.length; i += OUT) {
                    y[i] = (y[i] - mean) / Math.sqrt(variance + 1e-5) * gamma[c] + beta[c];
                }
                runningMean[c] = 0.9 * runningMean[c] + 0.1 * mean;
                runningVariance[c] = 0.9 * runningVariance[c] + 0.1 * variance * count / (count - 1);
            }
            assertThat(conv.forward(x).toDoubles()).containsExactly(y, within(1e-12));
            assertThat(data(conv, "norm.running_mean")).containsExactly(runningMean, within(1e-14));
            assertThat(data(conv, "norm.running_var")).containsExactly(runningVariance, within(1e-14));

            conv.freeze();
            assertThat(conv.isTraining()).isTrue();
            assertThat(conv.forward(x).toDoubles()).isNotEqualTo(y);
            assertThat(data(conv, "norm.running_mean")).containsExactly(runningMean, within(1e-14));
        }
    }

    /** Central differences of sum(y*y) by one element of each parameter. */
    @ParameterizedTest
    @CsvSource({"NONE, true", "FROZEN, true", "BATCH, true", "BATCH, false", "SYNC, true"})
    void gradientsAreSlopes(Norm norm, boolean training) {
        try (Conv2d conv = new Conv2d(
                TestTensors.f64(backend), Conv2d.of(IN, OUT, 3).withNorm(norm).withRelu())) {
            TestTensors.randomize(conv, 41);
            conv.setTraining(training);
            try (Tape tape = Tape.on(backend)) {
                tape.watch(conv.trainableParameters());
                Gradients gradients = tape.gradients(loss(conv));
                for (Parameter parameter : conv.parameters().values()) {
                    int place = (int) parameter.data().size() / 2;
                    double slope = slope(conv, parameter.data(), place);
                    assertThat(gradients.of(parameter).toDoubles()[place])
                            .isCloseTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
                }
            }
        }
    }

    private Tensor loss(Conv2d conv) {
        Tensor y = conv.forward(x);
        return y.square()
                .mul(TestTensors.tensor(backend, 5, y.shape().toArray()))
                .sum();
    }

    private double slope(Conv2d conv, Tensor data, int place) {
        double[] values = data.toDoubles();
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
            double[] moved = values.clone();
            moved[place] += side == 0 ? 1e-5 : -1e-5;
            try (Conv2d copy = new Conv2d(TestTensors.f64(backend), conv.options())) {
                copy.setTraining(conv.isTraining());
                conv.state()
                        .forEach((name, tensor) ->
                                TestTensors.set(copy.state().get(name), tensor == data ? moved : tensor.toDoubles()));
                losses[side] = loss(copy).item();
            }
        }
        return (losses[0] - losses[1]) / 2e-5;
    }

    @Test
    void frozenWeightsAreNotRecorded() {
        try (Conv2d conv =
                new Conv2d(TestTensors.f64(backend), Conv2d.of(IN, OUT, 3).withNorm(Norm.BATCH))) {
            conv.freeze();
            try (Tape tape = Tape.on(backend)) {
                tape.watch(conv.trainableParameters());
                conv.forward(x);
                assertThat(tape.size()).isZero();
            }
        }
    }

    @Test
    void badInputIsRefused() {
        try (Conv2d conv =
                new Conv2d(TestTensors.f64(backend), Conv2d.of(IN, OUT, 3).withNorm(Norm.FROZEN))) {
            assertThatThrownBy(() -> conv.forward(TestTensors.tensor(backend, 1, 1, 4, 4, 2)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[1, 4, 4, 2]");
        }
        try (BatchNorm2d norm = new BatchNorm2d(TestTensors.f64(backend), 3)) {
            assertThatThrownBy(() -> norm.forward(backend.zeros(Shape.of(1, 1, 1, 3), norm.dtype())))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("two or more values");
            assertThatThrownBy(() -> norm.forward(backend.zeros(Shape.of(1, 1, 1, 4), norm.dtype())))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[1, 1, 1, 4]");
        }
        assertThatThrownBy(() -> Conv2d.of(IN, OUT, 3)
                        .withNorm(Norm.FROZEN)
                        .withInit(Initializers.zeros(), Initializers.zeros()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bias");
        assertThatThrownBy(() -> Conv2d.of(0, OUT, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
