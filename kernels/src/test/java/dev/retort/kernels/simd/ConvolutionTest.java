package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolution and its two gradients against seven nested loops in double precision. */
class ConvolutionTest {
    private static final int OFFSET = 2;

    private static final List<ConvolutionShape> SHAPES = List.of(
            ConvolutionShape.square(2, 6, 13, 4, 6, 3, 1, 1),
            ConvolutionShape.square(1, 13, 6, 31, 33, 3, 2, 1),
            ConvolutionShape.square(1, 15, 14, 3, 20, 7, 2, 3),
            ConvolutionShape.square(2, 5, 7, 31, 13, 1, 1, 0),
            ConvolutionShape.square(1, 5, 8, 9, 40, 1, 2, 0),
            ConvolutionShape.square(1, 1, 1, 4, 6, 3, 1, 1),
            ConvolutionShape.square(1, 4, 4, 1, 1, 3, 3, 0),
            ConvolutionShape.square(1, 9, 11, 64, 48, 3, 1, 1),
            ConvolutionShape.square(2, 8, 5, 7, 34, 3, 1, 0),
            ConvolutionShape.square(1, 3, 10, 17, 5, 3, 1, 2),
            ConvolutionShape.square(1, 4, 3, 3, 5, 3, 1, 4),
            ConvolutionShape.square(1, 2, 7, 268, 257, 3, 1, 1),
            new ConvolutionShape(2, 6, 7, 5, 3, 3, 3, 1, 1, 2, 0, 0, 1, 1, 1, 1),
            new ConvolutionShape(2, 9, 8, 4, 6, 3, 2, 2, 1, 0, 2, 1, 0, 1, 3, 2),
            new ConvolutionShape(1, 12, 10, 6, 4, 3, 3, 2, 3, 2, 2, 2, 2, 2, 2, 1),
            new ConvolutionShape(1, 7, 7, 5, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 5));

    private record Data(float[] x, float[] w, float[] dy, float[] bias) {
        static Data of(ConvolutionShape s) {
            return new Data(
                    Engines.random(OFFSET + s.images() * s.height() * s.width() * s.inputs(), 1),
                    Engines.random(OFFSET + s.outputs() * s.depth(), 2),
                    Engines.random(OFFSET + s.outPixels() * s.outputs(), 3),
                    Engines.random(OFFSET + s.outputs(), 4));
        }
    }

    @FunctionalInterface
    private interface Product {
        void add(int x, int w, int y);
    }

    /** Calls back with the indices of input, weight and output of every product that the convolution sums. */
    private static void forEachProduct(ConvolutionShape s, Product product) {
        for (int y = 0; y < s.outPixels(); y++) {
            int image = y / s.outWidth() / s.outHeight();
            int outY = y / s.outWidth() % s.outHeight();
            int outX = y % s.outWidth();
            for (int output = 0; output < s.outputs(); output++) {
                int group = output / s.groupOutputs();
                for (int kernelY = 0; kernelY < s.kernelHeight(); kernelY++) {
                    for (int kernelX = 0; kernelX < s.kernelWidth(); kernelX++) {
                        int inY = outY * s.strideY() + kernelY * s.dilationY() - s.padTop();
                        int inX = outX * s.strideX() + kernelX * s.dilationX() - s.padLeft();
                        if (inY < 0 || inY >= s.height() || inX < 0 || inX >= s.width()) {
                            continue;
                        }
                        for (int c = 0; c < s.groupInputs(); c++) {
                            product.add(
                                    ((image * s.height() + inY) * s.width() + inX) * s.inputs()
                                            + group * s.groupInputs()
                                            + c,
                                    ((output * s.kernelHeight() + kernelY) * s.kernelWidth() + kernelX)
                                                    * s.groupInputs()
                                            + c,
                                    y * s.outputs() + output);
                        }
                    }
                }
            }
        }
    }

    private static void assertClose(float[] actual, double[] expected, int terms, Object label) {
        assertThat(actual).hasSize(expected.length + OFFSET);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[OFFSET + i])
                    .as("element %d of %s", i, label)
                    .isCloseTo(expected[i], within(1e-6 * Math.sqrt(terms) + 1e-7 * terms));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.Engines#convolutions")
    void forward(Engine engine) {
        for (ConvolutionShape s : SHAPES) {
            Data data = Data.of(s);
            double[] expected = new double[s.outPixels() * s.outputs()];
            forEachProduct(s, (x, w, y) -> expected[y] += (double) data.x[OFFSET + x] * data.w[OFFSET + w]);
            assertClose(forward(engine, s, Epilogue.NONE), expected, s.depth(), s);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = Math.max(0, expected[i] + data.bias[OFFSET + i % s.outputs()]);
            }
            assertClose(forward(engine, s, new Epilogue(data.bias, OFFSET, true)), expected, s.depth(), s);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.Engines#convolutions")
    void inputGradient(Engine engine) {
        for (ConvolutionShape s : SHAPES) {
            Data data = Data.of(s);
            double[] expected = new double[data.x.length - OFFSET];
            forEachProduct(s, (x, w, y) -> expected[x] += (double) data.dy[OFFSET + y] * data.w[OFFSET + w]);
            assertClose(inputGradient(engine, s), expected, s.depth() * s.outputs() / s.groupInputs(), s);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.Engines#both")
    void weightGradient(Engine engine) {
        for (ConvolutionShape s : SHAPES) {
            Data data = Data.of(s);
            double[] expected = new double[data.w.length - OFFSET];
            forEachProduct(s, (x, w, y) -> expected[w] += (double) data.dy[OFFSET + y] * data.x[OFFSET + x]);
            assertClose(weightGradient(engine, s, false), expected, s.outPixels(), s);
            for (int i = 0; i < expected.length; i++) {
                expected[i] += data.w[OFFSET + i];
            }
            assertClose(weightGradient(engine, s, true), expected, s.outPixels(), s);
        }
    }

    private static float[] forward(Engine engine, ConvolutionShape s, Epilogue epilogue) {
        Data data = Data.of(s);
        float[] y = data.dy.clone();
        new Convolution(engine).forward(s, data.x, OFFSET, data.w, OFFSET, y, OFFSET, epilogue);
        return y;
    }

    private static float[] inputGradient(Engine engine, ConvolutionShape s) {
        Data data = Data.of(s);
        float[] dx = data.x.clone();
        new Convolution(engine).inputGradient(s, data.dy, OFFSET, data.w, OFFSET, dx, OFFSET);
        return dx;
    }

    private static float[] weightGradient(Engine engine, ConvolutionShape s, boolean accumulate) {
        Data data = Data.of(s);
        float[] dw = data.w.clone();
        new Convolution(engine).weightGradient(s, data.x, OFFSET, data.dy, OFFSET, dw, OFFSET, accumulate);
        return dw;
    }

    @Test
    void sameBitsWithAnyNumberOfThreads() {
        List<ConvolutionShape> shapes = List.of(
                ConvolutionShape.square(2, 30, 31, 33, 40, 3, 1, 1),
                ConvolutionShape.square(1, 40, 33, 48, 70, 3, 2, 1));
        for (Engine[] pair : Engines.convolutionPairs()) {
            for (ConvolutionShape s : shapes) {
                assertThat(forward(pair[1], s, Epilogue.NONE)).isEqualTo(forward(pair[0], s, Epilogue.NONE));
                assertThat(inputGradient(pair[1], s)).isEqualTo(inputGradient(pair[0], s));
                assertThat(weightGradient(pair[1], s, false)).isEqualTo(weightGradient(pair[0], s, false));
            }
        }
    }

    @Test
    void refusesImpossibleShapes() {
        IntConsumer stride = value -> ConvolutionShape.square(1, 4, 4, 3, 3, 3, value, 1);
        assertThatThrownBy(() -> stride.accept(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ConvolutionShape.square(1, 4, 4, 3, 3, 7, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("larger than the padded input");
    }
}
