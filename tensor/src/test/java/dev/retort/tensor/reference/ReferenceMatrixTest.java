package dev.retort.tensor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products and convolutions of the reference against hand-computed values and against the sums written out as loops. */
class ReferenceMatrixTest {
    private final ReferenceBackend backend = new ReferenceBackend();
    private final SplittableRandom random = new SplittableRandom(7);

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void multipliesTwoMatrices() {
        Tensor a = backend.tensor(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor b = backend.tensor(new double[] {7, 8, 9, 10, 11, 12}, 3, 2);
        assertThat(a.matmul(b).toDoubles()).containsExactly(58, 64, 139, 154);
        assertThat(a.matmul(a, true, false).toDoubles()).containsExactly(17, 22, 27, 22, 29, 36, 27, 36, 45);
        assertThat(a.matmul(a, false, true).toDoubles()).containsExactly(14, 32, 32, 77);
    }

    @Test
    void broadcastsLeadingAxesOfAProduct() {
        Tensor a = backend.tensor(new double[] {1, 2, 3, 4}, 2, 1, 1, 2);
        Tensor b = backend.tensor(new double[] {1, 10, 100, 1000, 5, 7}, 3, 2, 1);
        Tensor y = a.matmul(b);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 3, 1, 1));
        assertThat(y.toDoubles()).containsExactly(21, 2100, 19, 43, 4300, 43);
    }

    @Test
    void productsOfEmptyMatricesAreZeroOrEmpty() {
        Tensor a = backend.zeros(Shape.of(2, 0), DType.F64);
        Tensor b = backend.zeros(Shape.of(0, 3), DType.F64);
        assertThat(a.matmul(b).toDoubles()).containsExactly(0, 0, 0, 0, 0, 0);
        assertThat(b.matmul(a, true, true).toDoubles()).containsExactly(0, 0, 0, 0, 0, 0);
        Tensor wide = backend.zeros(Shape.of(2, 0, 3), DType.F64);
        assertThat(wide.matmul(backend.zeros(Shape.of(2, 3, 4), DType.F64)).shape())
                .isEqualTo(Shape.of(2, 0, 4));
    }

    @Test
    void carriesNaNThroughZeros() {
        Tensor a = backend.tensor(new double[] {0, 0, 1, 1}, 2, 2);
        Tensor b = backend.tensor(new double[] {Double.NaN, 1}, 2, 1);
        assertThat(a.matmul(b).toDoubles()).containsExactly(Double.NaN, Double.NaN);
    }

    @Test
    void readsAttentionHeadsInPlace() {
        int sequence = 3;
        int heads = 2;
        int width = 2;
        Tensor q = random(Shape.of(2, sequence, heads * width));
        Tensor k = random(Shape.of(2, sequence, heads * width));
        GemmSpec.Layout layout = new GemmSpec.Layout(0, heads * width, sequence * heads * width, width);
        GemmSpec spec = new GemmSpec(
                sequence,
                sequence,
                width,
                false,
                true,
                2,
                heads,
                layout,
                layout,
                new GemmSpec.Layout(0, sequence, heads * sequence * sequence, sequence * sequence));
        double[] y =
                backend.gemm(q, k, spec, Shape.of(2, heads, sequence, sequence)).toDoubles();
        double[] left = q.toDoubles();
        double[] right = k.toDoubles();
        for (int n = 0; n < 2; n++) {
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < sequence; i++) {
                    for (int j = 0; j < sequence; j++) {
                        double sum = 0;
                        for (int c = 0; c < width; c++) {
                            sum += left[((n * sequence + i) * heads + h) * width + c]
                                    * right[((n * sequence + j) * heads + h) * width + c];
                        }
                        assertThat(y[((n * heads + h) * sequence + i) * sequence + j])
                                .isCloseTo(sum, within(1e-14));
                    }
                }
            }
        }
    }

    @Test
    void roundsFloat32ProductsOnce() {
        float[] values = new float[] {1f, 1e-8f, -1f};
        Tensor a = backend.tensor(values, 1, 3);
        Tensor ones = backend.tensor(new float[] {1, 1, 1}, 3, 1);
        assertThat(a.matmul(ones).item()).isCloseTo(1e-8f, within(1e-15));
    }

    @Test
    void convolvesByHand() {
        Tensor x = backend.tensor(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 3, 3, 1);
        Tensor w = backend.tensor(new double[] {1, 0, 0, -1}, 1, 2, 2, 1);
        assertThat(backend.conv2d(x, w, Conv2dSpec.of(1, 0)).toDoubles()).containsExactly(-4, -4, -4, -4);
        assertThat(backend.conv2d(x, w, Conv2dSpec.of(2, 1)).toDoubles()).containsExactly(-1, -3, -7, -4);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 5, 6, 4, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1",
        "2, 7, 5, 3, 5, 3, 2, 2, 1, 1, 0, 1, 2, 1",
        "2, 4, 6, 4, 6, 1, 1, 1, 1, 0, 0, 1, 1, 2",
        "1, 6, 6, 6, 6, 3, 3, 2, 2, 2, 2, 2, 1, 3",
        "0, 6, 6, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1",
    })
    void convolvesAsTheSumSays(
            int n,
            int height,
            int width,
            int in,
            int out,
            int kernelH,
            int kernelW,
            int strideH,
            int strideW,
            int padH,
            int padW,
            int dilationH,
            int dilationW,
            int groups) {
        Conv2dSpec spec = new Conv2dSpec(strideH, strideW, padH, padW, dilationH, dilationW, groups);
        Tensor x = random(Shape.of(n, height, width, in));
        Tensor w = random(Shape.of(out, kernelH, kernelW, in / groups));
        Tensor y = backend.conv2d(x, w, spec);
        Tensor g = random(y.shape());
        double[] expected = new double[(int) y.size()];
        double[] dx = new double[(int) x.size()];
        double[] dw = new double[(int) w.size()];
        double[] values = x.toDoubles();
        double[] weights = w.toDoubles();
        double[] upstream = g.toDoubles();
        int place = 0;
        for (int image = 0; image < n; image++) {
            for (int oy = 0; oy < y.dim(1); oy++) {
                for (int ox = 0; ox < y.dim(2); ox++) {
                    for (int o = 0; o < out; o++, place++) {
                        int group = o / (out / groups);
                        for (int ky = 0; ky < kernelH; ky++) {
                            for (int kx = 0; kx < kernelW; kx++) {
                                int iy = oy * strideH - padH + ky * dilationH;
                                int ix = ox * strideW - padW + kx * dilationW;
                                if (iy < 0 || iy >= height || ix < 0 || ix >= width) {
                                    continue;
                                }
                                for (int c = 0; c < in / groups; c++) {
                                    int at = ((image * height + iy) * width + ix) * in + group * (in / groups) + c;
                                    int weight = ((o * kernelH + ky) * kernelW + kx) * (in / groups) + c;
                                    expected[place] += values[at] * weights[weight];
                                    dx[at] += upstream[place] * weights[weight];
                                    dw[weight] += upstream[place] * values[at];
                                }
                            }
                        }
                    }
                }
            }
        }
        assertThat(y.toDoubles()).containsExactly(expected, within(1e-12));
        assertThat(backend.conv2dInputGradient(g, w, x.shape(), spec).toDoubles())
                .containsExactly(dx, within(1e-12));
        assertThat(backend.conv2dWeightGradient(x, g, w.shape(), spec).toDoubles())
                .containsExactly(dw, within(1e-12));
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor x = backend.zeros(Shape.of(1, 4, 4, 3), DType.F64);
        Tensor w = backend.zeros(Shape.of(2, 3, 3, 2), DType.F64);
        assertThatThrownBy(() -> backend.conv2d(x, w, Conv2dSpec.of(1, 1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 4, 4, 3]")
                .hasMessageContaining("[2, 3, 3, 2]");
        Tensor narrow = backend.zeros(Shape.of(2, 3), DType.F32);
        Tensor wide = backend.zeros(Shape.of(3, 2), DType.F64);
        assertThatThrownBy(() -> narrow.matmul(wide))
                .hasMessageContaining("F32")
                .hasMessageContaining("F64");
        assertThatThrownBy(() -> wide.matmul(wide)).hasMessageContaining("inner extents differ");
    }

    private Tensor random(Shape shape) {
        return backend.upload(random.doubles(shape.size(), -1, 1).toArray(), shape, DType.F64);
    }
}
