package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.DType;
import dev.retort.tensor.cases.OperationCase.Accuracy;
import dev.retort.tensor.cases.Tolerance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    /** In one dimension: whole vectors and a rest, with something added. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void transformsGiveTheConvolution(int size) {
        for (WinogradTransforms t : size == 2
                ? List.of(VectorTransforms.TWO, PlainTransforms.TWO)
                : List.of(VectorTransforms.FOUR, PlainTransforms.FOUR)) {
            int points = t.points();
            int n = 37;
            float[] d = Engines.random(points * n, 1);
            float[] w = Engines.random(3 * n, 2);
            float[] v = new float[points * n];
            float[] u = new float[points * n];
            t.input().run(d, 0, n, v, 0, n, n);
            t.weight().run(w, 0, n, u, 0, n, n);
            for (int i = 0; i < points * n; i++) {
                v[i] *= u[i];
            }
            float[] add = Engines.random(n, 3);
            float[] y = new float[size * n];
            t.output().run(v, 0, n, add, 0, y, 0, n, n);
            for (int i = 0; i < size; i++) {
                for (int lane = 0; lane < n; lane++) {
                    double expected = add[lane];
                    for (int tap = 0; tap < 3; tap++) {
                        expected += (double) d[(i + tap) * n + lane] * w[tap * n + lane];
                    }
                    assertThat((double) y[i * n + lane]).isCloseTo(expected, within(3e-6));
                }
            }
        }
    }

    /** Root mean square and largest error against float64, and the largest as a share of what the kit's tolerance allows. */
    private record Errors(double relative, double largest, double share) {}

    /**
     * Inputs N(0, 1) and weights N(0, 2 / (9 channels)), as in a network at its start; errors are per unit of the result's root
     * mean square. The bounds are near twice what was measured.
     */
    @ParameterizedTest
    @CsvSource({"64, 9, 14", "128, 9, 14", "256, 8, 13", "512, 6, 9"})
    void errorsStayWithinTheirBounds(int channels, int height, int width) {
        ConvolutionShape shape = ConvolutionShape.square(1, height, width, channels, 48, 3, 1, 1);
        Map<ConvolutionAlgorithm, Errors> errors = new EnumMap<>(ConvolutionAlgorithm.class);
        for (ConvolutionAlgorithm algorithm : ConvolutionAlgorithm.values()) {
            Errors e = errors(shape, algorithm);
            errors.put(algorithm, e);
            System.out.printf(
                    "%d channels, %s: error %.2g rms, %.2g at most, %.3f of the kit's bound%n",
                    channels, algorithm, e.relative, e.largest, e.share);
        }
        double direct = errors.get(ConvolutionAlgorithm.DIRECT).relative;
        assertThat(direct).isLessThan(1e-6);
        assertThat(errors.get(ConvolutionAlgorithm.WINOGRAD_2).relative).isLessThan(3 * direct);
        assertThat(errors.get(ConvolutionAlgorithm.WINOGRAD_4).relative).isLessThan(8 * direct);
        errors.values().forEach(e -> assertThat(e.share).isLessThan(0.5));
    }

    private static Errors errors(ConvolutionShape shape, ConvolutionAlgorithm algorithm) {
        double scale = Math.sqrt(2.0 / shape.depth());
        float[] x = normal(shape.height() * shape.width() * shape.inputs(), 1, 1);
        float[] w = normal(shape.outputs() * shape.depth(), scale, 2);
        float[] y = new float[shape.outPixels() * shape.outputs()];
        new Convolution(Engine.vector(new Parallel(1), algorithm)).forward(shape, x, 0, w, 0, y, 0, Epilogue.NONE);
        Tolerance tolerance = Tolerance.forward(DType.F32, new Accuracy(shape.depth(), scale));
        double squares = 0;
        double results = 0;
        double largest = 0;
        double share = 0;
        for (int i = 0; i < y.length; i++) {
            double exact = exact(shape, x, w, i / shape.outputs(), i % shape.outputs());
            double error = Math.abs(y[i] - exact);
            squares += error * error;
            results += exact * exact;
            largest = Math.max(largest, error);
            share = Math.max(share, error / tolerance.bound(exact));
        }
        return new Errors(Math.sqrt(squares / results), largest / Math.sqrt(results / y.length), share);
    }

    private static float[] normal(int size, double scale, long seed) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    /** One result of a convolution of one picture with padding 1. */
    private static double exact(ConvolutionShape s, float[] x, float[] w, int pixel, int output) {
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
        Process interpreted = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xint",
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Digest.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        for (int i = 0; i < 300; i++) {
            Digest.hashes();
        }
        String cold = new String(interpreted.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(interpreted.waitFor()).isZero();
        assertThat(cold.strip()).isEqualTo(Digest.hashes());
    }

    /** Prints a hash of a convolution and its input gradient by each algorithm, with whole vectors of channels and a rest. */
    static final class Digest {
        private Digest() {}

        static String hashes() {
            ConvolutionShape shape = ConvolutionShape.square(1, 7, 9, 21, 35, 3, 1, 1);
            float[] x = Engines.random(7 * 9 * 21, 1);
            float[] w = Engines.random(35 * shape.depth(), 2);
            int[] hashes = Arrays.stream(ConvolutionAlgorithm.values())
                    .map(algorithm -> new Convolution(Engine.vector(new Parallel(1), algorithm)))
                    .flatMapToInt(convolution -> {
                        float[] y = new float[shape.outPixels() * 35];
                        float[] dx = new float[x.length];
                        convolution.forward(shape, x, 0, w, 0, y, 0, new Epilogue(w, 0, true));
                        convolution.inputGradient(shape, y, 0, w, 0, dx, 0);
                        return IntStream.of(Arrays.hashCode(y), Arrays.hashCode(dx));
                    })
                    .toArray();
            return Arrays.toString(hashes);
        }

        public static void main(String[] arguments) {
            System.out.println(hashes());
        }
    }

    @Test
    void aNonFiniteInputReachesNoFartherThanItsTiles() {
        ConvolutionShape shape = ConvolutionShape.square(1, 20, 20, 16, 16, 3, 1, 1);
        float[] x = Engines.random(20 * 20 * 16, 1);
        float[] w = Engines.random(16 * shape.depth(), 2);
        x[(10 * 20 + 10) * 16] = Float.NaN;
        float[] y = new float[20 * 20 * 16];
        Engine engine = Engine.vector(new Parallel(1), ConvolutionAlgorithm.WINOGRAD_4);
        new Convolution(engine).forward(shape, x, 0, w, 0, y, 0, Epilogue.NONE);
        for (int pixel = 0; pixel < 400; pixel++) {
            boolean near = Math.abs(pixel / 20 - 10) <= 1 && Math.abs(pixel % 20 - 10) <= 1;
            boolean tileNear = Math.abs(pixel / 20 - 10) <= 4 && Math.abs(pixel % 20 - 10) <= 4;
            if (near || !tileNear) {
                assertThat(Float.isNaN(y[pixel * 16])).as("pixel %d", pixel).isEqualTo(near);
            }
        }
    }

    @Test
    void autoChoosesByShape() {
        ConvolutionAlgorithm auto = ConvolutionAlgorithm.AUTO;
        assertThat(auto.resolve(ConvolutionShape.square(1, 100, 152, 256, 256, 3, 1, 1)))
                .isEqualTo(ConvolutionAlgorithm.WINOGRAD_4);
        assertThat(auto.resolve(ConvolutionShape.square(1, 7, 10, 256, 256, 3, 1, 1)))
                .isEqualTo(ConvolutionAlgorithm.DIRECT);
        assertThat(auto.resolve(ConvolutionShape.square(1, 100, 152, 8, 256, 3, 1, 1)))
                .isEqualTo(ConvolutionAlgorithm.DIRECT);
        for (ConvolutionAlgorithm algorithm : ConvolutionAlgorithm.values()) {
            assertThat(algorithm.resolve(ConvolutionShape.square(1, 100, 152, 256, 256, 3, 2, 1)))
                    .isEqualTo(ConvolutionAlgorithm.DIRECT);
            assertThat(algorithm.resolve(ConvolutionShape.square(1, 100, 152, 256, 256, 1, 1, 0)))
                    .isEqualTo(ConvolutionAlgorithm.DIRECT);
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
