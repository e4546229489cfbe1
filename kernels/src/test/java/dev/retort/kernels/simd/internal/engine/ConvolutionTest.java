package dev.retort.kernels.simd.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.kernels.simd.internal.engine.Engines.Precision;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.tensor.dense.ConvolutionGeometry;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolution and its two gradients, in both precisions, against seven nested loops in double precision. */
class ConvolutionTest {
    private static final int OFFSET = 2;

    private static final List<ConvolutionGeometry> SHAPES = List.of(
            ConvolutionGeometry.square(2, 6, 13, 4, 6, 3, 1, 1),
            ConvolutionGeometry.square(1, 13, 6, 31, 33, 3, 2, 1),
            ConvolutionGeometry.square(1, 15, 14, 3, 20, 7, 2, 3),
            ConvolutionGeometry.square(2, 5, 7, 31, 13, 1, 1, 0),
            ConvolutionGeometry.square(1, 5, 8, 9, 40, 1, 2, 0),
            ConvolutionGeometry.square(1, 1, 1, 4, 6, 3, 1, 1),
            ConvolutionGeometry.square(1, 4, 4, 1, 1, 3, 3, 0),
            ConvolutionGeometry.square(1, 9, 11, 64, 48, 3, 1, 1),
            ConvolutionGeometry.square(2, 8, 5, 7, 34, 3, 1, 0),
            ConvolutionGeometry.square(1, 3, 10, 17, 5, 3, 1, 2),
            ConvolutionGeometry.square(1, 4, 3, 3, 5, 3, 1, 4),
            ConvolutionGeometry.square(1, 2, 7, 268, 257, 3, 1, 1),
            new ConvolutionGeometry(2, 6, 7, 5, 3, 3, 3, 1, 1, 2, 0, 0, 1, 1, 1, 1),
            new ConvolutionGeometry(2, 9, 8, 4, 6, 3, 2, 2, 1, 0, 2, 1, 0, 1, 3, 2),
            new ConvolutionGeometry(1, 12, 10, 6, 4, 3, 3, 2, 3, 2, 2, 2, 2, 2, 2, 1),
            new ConvolutionGeometry(1, 7, 7, 5, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 5));

    private record Data(Precision precision, double[] x, double[] w, double[] dy, double[] bias) {
        static Data of(ConvolutionGeometry s, Precision precision) {
            return new Data(
                    precision,
                    precision.random(OFFSET + s.images() * s.height() * s.width() * s.inputs(), 1),
                    precision.random(OFFSET + s.outputs() * s.depth(), 2),
                    precision.random(OFFSET + s.outPixels() * s.outputs(), 3),
                    precision.random(OFFSET + s.outputs(), 4));
        }
    }

    /** A call of a convolution with two operands, all arrays beginning at {@link #OFFSET}. */
    private interface Call {
        <A> void run(Convolution<A> convolution, A first, A second, A bias, A result);
    }

    private static double[] run(Engine engine, Data data, double[] first, double[] second, double[] before, Call call) {
        double[] result = before.clone();
        if (data.precision == Precision.DOUBLE) {
            call.run(Convolution.doubles(engine), first, second, data.bias, result);
            return result;
        }
        float[] narrow = Engines.narrow(result);
        call.run(
                Convolution.floats(engine),
                Engines.narrow(first),
                Engines.narrow(second),
                Engines.narrow(data.bias),
                narrow);
        return Engines.widen(narrow);
    }

    @FunctionalInterface
    private interface Product {
        void add(int x, int w, int y);
    }

    /** Calls back with the indices of input, weight and output of every product that the convolution sums. */
    private static void forEachProduct(ConvolutionGeometry s, Product product) {
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

    private static void assertClose(double[] actual, double[] expected, int terms, Precision precision, Object label) {
        assertThat(actual).hasSize(expected.length + OFFSET);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[OFFSET + i])
                    .as("element %d of %s in %s", i, label, precision)
                    .isCloseTo(expected[i], within(precision.tolerance(terms)));
        }
    }

    private static Stream<Arguments> enginesAndPrecisions() {
        return Engines.convolutions()
                .flatMap(engine -> Arrays.stream(Precision.values()).map(precision -> Arguments.of(engine, precision)));
    }

    @ParameterizedTest
    @MethodSource("enginesAndPrecisions")
    void forward(Engine engine, Precision precision) {
        for (ConvolutionGeometry s : SHAPES) {
            Data data = Data.of(s, precision);
            double[] expected = new double[s.outPixels() * s.outputs()];
            forEachProduct(s, (x, w, y) -> expected[y] += data.x[OFFSET + x] * data.w[OFFSET + w]);
            assertClose(forward(engine, s, data, false), expected, s.depth(), precision, s);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = Math.max(0, expected[i] + data.bias[OFFSET + i % s.outputs()]);
            }
            assertClose(forward(engine, s, data, true), expected, s.depth(), precision, s);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndPrecisions")
    void inputGradient(Engine engine, Precision precision) {
        for (ConvolutionGeometry s : SHAPES) {
            Data data = Data.of(s, precision);
            double[] expected = new double[data.x.length - OFFSET];
            forEachProduct(s, (x, w, y) -> expected[x] += data.dy[OFFSET + y] * data.w[OFFSET + w]);
            int terms = s.depth() * s.outputs() / s.groupInputs();
            assertClose(inputGradient(engine, s, data), expected, terms, precision, s);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndPrecisions")
    void weightGradient(Engine engine, Precision precision) {
        for (ConvolutionGeometry s : SHAPES) {
            Data data = Data.of(s, precision);
            double[] expected = new double[data.w.length - OFFSET];
            forEachProduct(s, (x, w, y) -> expected[w] += data.dy[OFFSET + y] * data.x[OFFSET + x]);
            assertClose(weightGradient(engine, s, data), expected, s.outPixels(), precision, s);
        }
    }

    /** With bias and ReLU if {@code fused}. */
    private static double[] forward(Engine engine, ConvolutionGeometry s, Data data, boolean fused) {
        return run(engine, data, data.x, data.w, data.dy, new Call() {
            @Override
            public <A> void run(Convolution<A> convolution, A x, A w, A bias, A y) {
                Epilogue<A> epilogue = fused ? Epilogue.bias(bias, OFFSET, true) : Epilogue.none();
                convolution.forward(s, x, OFFSET, w, OFFSET, y, OFFSET, epilogue);
            }
        });
    }

    private static double[] inputGradient(Engine engine, ConvolutionGeometry s, Data data) {
        return run(engine, data, data.dy, data.w, data.x, new Call() {
            @Override
            public <A> void run(Convolution<A> convolution, A dy, A w, A bias, A dx) {
                convolution.inputGradient(s, dy, OFFSET, w, OFFSET, dx, OFFSET);
            }
        });
    }

    private static double[] weightGradient(Engine engine, ConvolutionGeometry s, Data data) {
        return run(engine, data, data.x, data.dy, data.w, new Call() {
            @Override
            public <A> void run(Convolution<A> convolution, A x, A dy, A bias, A dw) {
                convolution.weightGradient(s, x, OFFSET, dy, OFFSET, dw, OFFSET);
            }
        });
    }

    @Test
    void sameBitsWithAnyNumberOfThreads() {
        List<ConvolutionGeometry> shapes = List.of(
                ConvolutionGeometry.square(2, 30, 31, 33, 40, 3, 1, 1),
                ConvolutionGeometry.square(1, 40, 33, 48, 70, 3, 2, 1));
        for (Engine[] pair : Engines.convolutionPairs()) {
            for (ConvolutionGeometry s : shapes) {
                for (Precision precision : Precision.values()) {
                    Data data = Data.of(s, precision);
                    assertThat(forward(pair[1], s, data, false)).isEqualTo(forward(pair[0], s, data, false));
                    assertThat(inputGradient(pair[1], s, data)).isEqualTo(inputGradient(pair[0], s, data));
                    assertThat(weightGradient(pair[1], s, data)).isEqualTo(weightGradient(pair[0], s, data));
                }
            }
        }
    }

    @Test
    void refusesImpossibleShapes() {
        IntConsumer stride = value -> ConvolutionGeometry.square(1, 4, 4, 3, 3, 3, value, 1);
        assertThatThrownBy(() -> stride.accept(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ConvolutionGeometry.square(1, 4, 4, 3, 3, 7, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("larger than the padded input");
    }
}
