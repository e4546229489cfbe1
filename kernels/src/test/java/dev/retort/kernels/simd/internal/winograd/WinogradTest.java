package dev.retort.kernels.simd.internal.winograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.simd.SimdProvider;
import dev.retort.kernels.simd.internal.engine.Convolution;
import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.engine.Engines;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.DType;
import dev.retort.tensor.dense.ConvolutionGeometry;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import dev.retort.testkit.cases.Tolerance;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Winograd's convolutions beyond what {@link ConvolutionTest} and the conformance kit hold: exact transforms, errors on the channel
 * counts of a ResNet, bits, and the choice of an algorithm.
 */
class WinogradTest {
    private static final KernelParameters PARAMETERS = KernelParameters.defaults();

    /** In one dimension, whole vectors and a rest, with something added; in plain Java the same bits. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void transformsGiveTheConvolution(int size) {
        int n = 37;
        float[] d = Engines.random((size + 2) * n, 1);
        float[] w = Engines.random(3 * n, 2);
        float[] add = Engines.random(n, 3);
        float[] y = convolve(size == 2 ? VectorTransforms.TWO : VectorTransforms.FOUR, d, w, add);
        for (int i = 0; i < y.length; i++) {
            double expected = add[i % n];
            for (int tap = 0; tap < 3; tap++) {
                expected += (double) d[i + tap * n] * w[tap * n + i % n];
            }
            assertThat((double) y[i]).as("result %d", i).isCloseTo(expected, within(3e-6));
        }
        assertThat(convolve(size == 2 ? PlainTransforms.TWO : PlainTransforms.FOUR, d, w, add))
                .isEqualTo(y);
    }

    /** Likewise the gradient of the three taps. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void adjointTransformsGiveTheWeightGradient(int size) {
        int n = 37;
        float[] d = Engines.random((size + 2) * n, 1);
        float[] dy = Engines.random(size * n, 2);
        float[] dw = correlate(size == 2 ? VectorTransforms.TWO : VectorTransforms.FOUR, d, dy, n);
        for (int i = 0; i < dw.length; i++) {
            double expected = 0;
            for (int result = 0; result < size; result++) {
                expected += (double) d[i + result * n] * dy[result * n + i % n];
            }
            assertThat((double) dw[i]).as("tap %d", i).isCloseTo(expected, within(3e-6));
        }
        assertThat(correlate(size == 2 ? PlainTransforms.TWO : PlainTransforms.FOUR, d, dy, n))
                .isEqualTo(dw);
    }

    private static float[] correlate(WinogradTransforms<float[]> transforms, float[] d, float[] dy, int n) {
        float[] v = new float[d.length];
        float[] m = new float[d.length];
        transforms.input().run(d, 0, n, v, 0, n, n);
        transforms.outputAdjoint().run(dy, 0, n, m, 0, n, n);
        for (int i = 0; i < v.length; i++) {
            v[i] *= m[i];
        }
        float[] dw = new float[3 * n];
        transforms.weightAdjoint().run(v, 0, n, dw, 0, n, n);
        return dw;
    }

    private static float[] convolve(WinogradTransforms<float[]> transforms, float[] d, float[] w, float[] add) {
        int n = add.length;
        float[] v = new float[d.length];
        float[] u = new float[d.length];
        transforms.input().run(d, 0, n, v, 0, n, n);
        transforms.weight().run(w, 0, n, u, 0, n, n);
        for (int i = 0; i < v.length; i++) {
            v[i] *= u[i];
        }
        float[] y = new float[transforms.size() * n];
        transforms.output().run(v, 0, n, add, 0, y, 0, n, n);
        return y;
    }

    /** Errors against float64 by root mean square and at most, both per unit of the results' root mean square. */
    private record Errors(double typical, double largest) {}

    /**
     * Inputs N(0, 1) and weights N(0, 2 / (9 channels)), as in a network at its start. The bounds are near 1.5 times the
     * worst that was measured, and the same for all numbers of channels.
     */
    @ParameterizedTest
    @CsvSource({"64, 19, 30", "128, 19, 30", "256, 14, 18", "512, 9, 14"})
    void errorsDoNotGrow(int channels, int height, int width) {
        ConvolutionGeometry shape = ConvolutionGeometry.square(1, height, width, channels, 48, 3, 1, 1);
        float[] x = normal(height * width * channels, 1, 1);
        float[] w = normal(48 * shape.depth(), Math.sqrt(2.0 / shape.depth()), 2);
        Map<ConvolutionAlgorithm, Errors> errors = new EnumMap<>(ConvolutionAlgorithm.class);
        for (ConvolutionAlgorithm algorithm : ConvolutionAlgorithm.values()) {
            errors.put(algorithm, errors(shape, algorithm, x, w));
        }
        System.out.println(channels + " channels, errors per unit of the result: " + errors);
        assertThat(errors.get(ConvolutionAlgorithm.DIRECT)).satisfies(e -> atMost(e, 4.5e-7, 4e-6));
        assertThat(errors.get(ConvolutionAlgorithm.WINOGRAD_2)).satisfies(e -> atMost(e, 7.5e-7, 6e-6));
        assertThat(errors.get(ConvolutionAlgorithm.WINOGRAD_4)).satisfies(e -> atMost(e, 1.2e-6, 1.2e-5));
    }

    private static void atMost(Errors errors, double typical, double largest) {
        assertThat(errors.typical).isLessThan(typical);
        assertThat(errors.largest).isLessThan(largest);
    }

    private static Errors errors(ConvolutionGeometry shape, ConvolutionAlgorithm algorithm, float[] x, float[] w) {
        float[] y = new float[shape.outPixels() * shape.outputs()];
        Convolution.floats(Engine.vector(new Parallel(1), algorithm)).forward(shape, x, 0, w, 0, y, 0, Epilogue.none());
        double[] exact = IntStream.range(0, y.length)
                .mapToDouble(i -> exact(shape, x, w, i / shape.outputs(), i % shape.outputs()))
                .toArray();
        return errors(exact, y);
    }

    /** Inputs and output gradients N(0, 1); the bounds are near 1.5 times the worst that was measured, on maps of all sizes. */
    @ParameterizedTest
    @CsvSource({"64, 200, 304", "128, 100, 152", "256, 50, 76", "512, 25, 38"})
    void errorsOfTheWeightGradientDoNotGrow(int channels, int height, int width) {
        ConvolutionGeometry shape = ConvolutionGeometry.square(1, height, width, channels, 4, 3, 1, 1);
        float[] x = normal(height * width * channels, 1, 1);
        float[] dy = normal(shape.outPixels() * 4, 1, 2);
        double[] exact = exactWeightGradient(shape, x, dy);
        Map<ConvolutionAlgorithm, Errors> errors = new EnumMap<>(ConvolutionAlgorithm.class);
        for (ConvolutionAlgorithm algorithm : ConvolutionAlgorithm.values()) {
            errors.put(algorithm, errors(exact, weightGradient(shape, algorithm, x, dy)));
        }
        System.out.println(channels + " x " + height + " x " + width + ", errors per unit of the gradient: " + errors);
        assertThat(errors.get(ConvolutionAlgorithm.DIRECT)).satisfies(e -> atMost(e, 6.2e-7, 4e-6));
        assertThat(errors.get(ConvolutionAlgorithm.WINOGRAD_2)).satisfies(e -> atMost(e, 7.5e-7, 4e-6));
        assertThat(errors.get(ConvolutionAlgorithm.WINOGRAD_4)).satisfies(e -> atMost(e, 1.8e-6, 1.15e-5));
    }

    private static float[] weightGradient(
            ConvolutionGeometry shape, ConvolutionAlgorithm algorithm, float[] x, float[] dy) {
        float[] dw = new float[shape.outputs() * shape.depth()];
        Convolution.floats(Engine.vector(new Parallel(2), algorithm)).weightGradient(shape, x, 0, dy, 0, dw, 0);
        return dw;
    }

    private static Errors errors(double[] exact, float[] actual) {
        double squares = 0;
        double results = 0;
        double largest = 0;
        for (int i = 0; i < exact.length; i++) {
            double error = Math.abs(actual[i] - exact[i]);
            squares += error * error;
            results += exact[i] * exact[i];
            largest = Math.max(largest, error);
        }
        return new Errors(Math.sqrt(squares / results), largest / Math.sqrt(results / exact.length));
    }

    /** Of a convolution of one image with padding 1. */
    private static double[] exactWeightGradient(ConvolutionGeometry s, float[] x, float[] dy) {
        double[] dw = new double[s.outputs() * s.depth()];
        for (int pixel = 0; pixel < s.outPixels(); pixel++) {
            for (int tap = 0; tap < 9; tap++) {
                int row = pixel / s.width() + tap / 3 - 1;
                int column = pixel % s.width() + tap % 3 - 1;
                if (row >= 0 && row < s.height() && column >= 0 && column < s.width()) {
                    for (int output = 0; output < s.outputs(); output++) {
                        double factor = dy[pixel * s.outputs() + output];
                        int from = (row * s.width() + column) * s.inputs();
                        int to = output * s.depth() + tap * s.inputs();
                        for (int c = 0; c < s.inputs(); c++) {
                            dw[to + c] += factor * x[from + c];
                        }
                    }
                }
            }
        }
        return dw;
    }

    /** Data as the kit draws it, at the sizes where AUTO takes F(4 x 4): within the bound of the kit. */
    @ParameterizedTest
    @ValueSource(ints = {32, 64, 128})
    void autoKeepsTheBoundOfTheKit(int channels) {
        ConvolutionGeometry shape = ConvolutionGeometry.square(1, 38, 42, channels, 32, 3, 1, 1);
        assertThat(ConvolutionAlgorithm.AUTO.resolve(shape, PARAMETERS)).isEqualTo(ConvolutionAlgorithm.WINOGRAD_4);
        float[] x = Engines.random(38 * 42 * channels, 1);
        float[] w = Engines.random(32 * shape.depth(), 2);
        float[] y = new float[shape.outPixels() * 32];
        Convolution.floats(Engine.vector(new Parallel(2), ConvolutionAlgorithm.AUTO))
                .forward(shape, x, 0, w, 0, y, 0, Epilogue.none());
        Tolerance tolerance = Tolerance.forward(DType.F32, Accuracy.sum(shape.depth()));
        for (int i = 0; i < y.length; i++) {
            double exact = exact(shape, x, w, i / 32, i % 32);
            assertThat(tolerance.accepts(exact, y[i]))
                    .as("result %d: %s for %s", i, y[i], exact)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"32, 38, 42", "64, 38, 42", "64, 15, 17", "128, 50, 76"})
    void autoKeepsTheBoundOfTheKitInWeightGradients(int channels, int height, int width) {
        ConvolutionGeometry shape = ConvolutionGeometry.square(1, height, width, channels, 32, 3, 1, 1);
        assertThat(ConvolutionAlgorithm.AUTO.resolveGradient(shape, PARAMETERS))
                .isIn(ConvolutionAlgorithm.WINOGRAD_2, ConvolutionAlgorithm.WINOGRAD_4);
        float[] x = Engines.random(height * width * channels, 1);
        float[] dy = Engines.random(shape.outPixels() * 32, 2);
        double[] exact = exactWeightGradient(shape, x, dy);
        float[] dw = weightGradient(shape, ConvolutionAlgorithm.AUTO, x, dy);
        Tolerance tolerance = Tolerance.forward(DType.F32, Accuracy.sum(shape.outPixels()));
        for (int i = 0; i < dw.length; i++) {
            assertThat(tolerance.accepts(exact[i], dw[i]))
                    .as("weight %d: %s for %s", i, dw[i], exact[i])
                    .isTrue();
        }
    }

    private static float[] normal(int size, double scale, long seed) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    /** One result of a convolution of one image with padding 1. */
    private static double exact(ConvolutionGeometry s, float[] x, float[] w, int pixel, int output) {
        double sum = 0;
        for (int tap = 0; tap < 9; tap++) {
            int row = pixel / s.width() + tap / 3 - 1;
            int column = pixel % s.width() + tap % 3 - 1;
            if (row >= 0 && row < s.height() && column >= 0 && column < s.width()) {
                for (int c = 0; c < s.inputs(); c++) {
                    sum += (double) x[(row * s.width() + column) * s.inputs() + c]
                            * w[output * s.depth() + tap * s.inputs() + c];
                }
            }
        }
        return sum;
    }

    @Test
    void compiledCodeGivesTheBitsOfAnInterpretedProcess() throws IOException, InterruptedException {
        Process interpreted = JavaProcess.of(Digest.class, "-Xint")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        for (int i = 0; i < 300; i++) {
            Digest.hashes();
        }
        assertThat(JavaProcess.output(interpreted).strip()).isEqualTo(Digest.hashes());
    }

    /** Prints a hash of a convolution and its gradients by each algorithm, with whole vectors of channels and a rest. */
    static final class Digest {
        private Digest() {}

        static String hashes() {
            ConvolutionGeometry shape = ConvolutionGeometry.square(1, 7, 9, 21, 35, 3, 1, 1);
            float[] x = Engines.random(7 * 9 * 21, 1);
            float[] w = Engines.random(35 * shape.depth(), 2);
            int[] hashes = Arrays.stream(ConvolutionAlgorithm.values())
                    .map(algorithm -> Convolution.floats(Engine.vector(new Parallel(1), algorithm)))
                    .flatMapToInt(convolution -> {
                        float[] y = new float[shape.outPixels() * 35];
                        float[] dx = new float[x.length];
                        convolution.forward(shape, x, 0, w, 0, y, 0, Epilogue.bias(w, 0, true));
                        convolution.inputGradient(shape, y, 0, w, 0, dx, 0);
                        float[] dw = new float[w.length];
                        convolution.weightGradient(shape, x, 0, y, 0, dw, 0);
                        return IntStream.of(Arrays.hashCode(y), Arrays.hashCode(dx), Arrays.hashCode(dw));
                    })
                    .toArray();
            return Arrays.toString(hashes);
        }

        public static void main(String[] arguments) {
            System.out.println(hashes());
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNotFiniteReachesOnlyWhatDependsOnIt(float value) {
        ConvolutionGeometry shape = ConvolutionGeometry.square(1, 20, 20, 16, 16, 3, 1, 1);
        float[] x = Engines.random(20 * 20 * 16, 1);
        float[] w = Engines.random(16 * shape.depth(), 2);
        x[(10 * 20 + 10) * 16] = value;
        float[][] y = new float[2][20 * 20 * 16];
        for (int i = 0; i < 2; i++) {
            ConvolutionAlgorithm algorithm = i == 0 ? ConvolutionAlgorithm.DIRECT : ConvolutionAlgorithm.WINOGRAD_4;
            Convolution.floats(Engine.vector(new Parallel(2), algorithm))
                    .forward(shape, x, 0, w, 0, y[i], 0, Epilogue.bias(null, 0, true));
        }
        assertThat(y[1]).isEqualTo(y[0]).contains(value == Float.NaN ? value : Math.abs(value));
    }

    /** In the map's last column, where a tile of the last results also covers what lies beyond. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNotFiniteReachesOnlyTheWeightsThatDependOnIt(float value) {
        ConvolutionGeometry shape = ConvolutionGeometry.square(1, 21, 21, 16, 16, 3, 1, 1);
        float[] x = Engines.random(21 * 21 * 16, 1);
        float[] dy = Engines.random(21 * 21 * 16, 2);
        dy[(10 * 21 + 20) * 16 + 5] = value;
        float[] direct = weightGradient(shape, ConvolutionAlgorithm.DIRECT, x, dy);
        assertThat(weightGradient(shape, ConvolutionAlgorithm.WINOGRAD_2, x, dy))
                .isEqualTo(direct);
        assertThat(weightGradient(shape, ConvolutionAlgorithm.WINOGRAD_4, x, dy))
                .isEqualTo(direct);
        assertThat(Arrays.copyOfRange(direct, 5 * shape.depth(), 6 * shape.depth()))
                .contains(value);
        assertThat(Arrays.copyOf(direct, 5 * shape.depth())).doesNotContain(value);
    }

    @Test
    void autoChoosesByShape() {
        ConvolutionAlgorithm auto = ConvolutionAlgorithm.AUTO;
        assertThat(auto.resolve(ConvolutionGeometry.square(1, 100, 152, 256, 256, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.WINOGRAD_4);
        assertThat(auto.resolve(ConvolutionGeometry.square(1, 7, 10, 256, 256, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.DIRECT);
        assertThat(auto.resolve(ConvolutionGeometry.square(1, 100, 152, 8, 256, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.DIRECT);
        assertThat(auto.resolveGradient(ConvolutionGeometry.square(1, 100, 152, 256, 256, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.WINOGRAD_4);
        assertThat(auto.resolve(ConvolutionGeometry.square(1, 13, 19, 256, 256, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.WINOGRAD_2);
        assertThat(auto.resolveGradient(ConvolutionGeometry.square(1, 25, 38, 512, 512, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.WINOGRAD_4);
        assertThat(auto.resolveGradient(ConvolutionGeometry.square(1, 20, 30, 512, 512, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.WINOGRAD_2);
        assertThat(auto.resolveGradient(ConvolutionGeometry.square(1, 13, 19, 256, 256, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.DIRECT);
        assertThat(auto.resolveGradient(ConvolutionGeometry.square(1, 100, 152, 256, 8, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.DIRECT);
        assertThat(ConvolutionAlgorithm.WINOGRAD_4.resolveGradient(
                        ConvolutionGeometry.square(1, 3, 5, 64, 64, 3, 1, 1), PARAMETERS))
                .isEqualTo(ConvolutionAlgorithm.WINOGRAD_2);
        for (ConvolutionAlgorithm algorithm : ConvolutionAlgorithm.values()) {
            for (ConvolutionGeometry other : List.of(
                    ConvolutionGeometry.square(1, 100, 152, 256, 256, 3, 2, 1),
                    ConvolutionGeometry.square(1, 100, 152, 256, 256, 1, 1, 0))) {
                assertThat(algorithm.resolve(other, PARAMETERS)).isEqualTo(ConvolutionAlgorithm.DIRECT);
                assertThat(algorithm.resolveGradient(other, PARAMETERS)).isEqualTo(ConvolutionAlgorithm.DIRECT);
            }
        }
    }

    @Test
    void thePropertyNamesAnAlgorithm() {
        String before = System.getProperty(ConvolutionAlgorithm.PROPERTY);
        try {
            System.setProperty(ConvolutionAlgorithm.PROPERTY, "winograd_2");
            assertThat(ConvolutionAlgorithm.configured()).isEqualTo(ConvolutionAlgorithm.WINOGRAD_2);
            System.setProperty(ConvolutionAlgorithm.PROPERTY, "fft");
            assertThatThrownBy(() -> Engine.plain(new Parallel(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'fft'")
                    .hasMessageContaining("auto, direct, winograd_2, winograd_4");
            assertThat(new SimdProvider().usability().usable()).isFalse();
        } finally {
            if (before == null) {
                System.clearProperty(ConvolutionAlgorithm.PROPERTY);
            } else {
                System.setProperty(ConvolutionAlgorithm.PROPERTY, before);
            }
        }
    }
}
