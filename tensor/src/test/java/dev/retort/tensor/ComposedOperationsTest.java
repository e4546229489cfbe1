package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.ComposedOperations.AdamWSettings;
import dev.retort.tensor.ComposedOperations.NormGradient;
import dev.retort.tensor.ComposedOperations.Normalized;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.reference.ReferenceBackend;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The defaults of composed operations against values worked out by hand. */
class ComposedOperationsTest {
    private static final Offset<Double> NEAR = within(1e-15);

    private final Backend backend = new ReferenceBackend();

    @AfterEach
    void close() {
        backend.close();
    }

    private Tensor of(double... values) {
        return backend.tensor(values, values.length);
    }

    @Test
    void softmaxOfLogarithmsGivesShares() {
        Tensor x = of(Math.log(1), Math.log(2), Math.log(5));
        assertThat(x.softmax(0).toDoubles()).containsExactly(new double[] {0.125, 0.25, 0.625}, NEAR);
        assertThat(x.add(5000).softmax(0).toDoubles())
                .containsExactly(new double[] {0.125, 0.25, 0.625}, within(1e-12));
        assertThat(backend.logSoftmax(x, -1).toDoubles())
                .containsExactly(new double[] {-Math.log(8), -Math.log(4), Math.log(0.625)}, NEAR);
        Tensor g = backend.softmaxGradient(of(0.125, 0.25, 0.625), of(8, 0, 0), 0);
        assertThat(g.toDoubles()).containsExactly(new double[] {0.875, -0.25, -0.625}, NEAR);
    }

    @Test
    void linearIsPyTorchs() {
        Tensor x = backend.tensor(new double[] {1, 2, 3, 4}, 2, 2);
        Tensor w = backend.tensor(new double[] {1, 0, 0, 1, 1, 1}, 3, 2);
        assertThat(backend.linear(x, w, of(10, 20, 30)).toDoubles()).containsExactly(11, 22, 33, 13, 24, 37);
        assertThat(backend.linear(x, w, null).toDoubles()).containsExactly(1, 2, 3, 3, 4, 7);
    }

    @Test
    void layerNormUsesTheBiasedVariance() {
        Tensor x = backend.tensor(new double[] {1, 3, -2, 2}, 2, 2);
        assertThat(backend.layerNorm(x, null, null, 0).toDoubles()).containsExactly(-1, 1, -1, 1);
        assertThat(backend.layerNorm(x, of(2, 3), of(0.5, 0), 3).toDoubles())
                .containsExactly(new double[] {-0.5, 1.5, -4 / Math.sqrt(7) + 0.5, 6 / Math.sqrt(7)}, NEAR);
    }

    @Test
    void layerNormGradientOfOneRow() {
        NormGradient gradient = backend.layerNormGradient(of(1, 3), of(1, 1), 0, of(1, 0));
        // Two elements are always -1 and 1: nothing moves.
        assertThat(gradient.x().toDoubles()).containsExactly(new double[] {0, 0}, NEAR);
        assertThat(gradient.gamma().toDoubles()).containsExactly(-1, 0);
        assertThat(gradient.beta().toDoubles()).containsExactly(1, 0);
    }

    @Test
    void batchNormReturnsItsStatistics() {
        Tensor x = backend.tensor(new double[] {1, 10, 3, 30}, 2, 2);
        Normalized normal = backend.batchNorm(x, of(1, 2), of(0, 5), 0);
        assertThat(normal.mean().toDoubles()).containsExactly(2, 20);
        assertThat(normal.variance().toDoubles()).containsExactly(1, 100);
        assertThat(normal.y().toDoubles()).containsExactly(-1, 3, 1, 7);
    }

    @Test
    void batchNormWithoutScaleAndShift() {
        Tensor x = backend.tensor(new double[] {1, 10, 3, 30}, 2, 2);
        assertThat(backend.batchNorm(x, null, null, 0).y().toDoubles()).containsExactly(-1, -1, 1, 1);
        assertThat(backend.batchNorm(x, null, of(2, 3), 0).y().toDoubles()).containsExactly(1, 2, 3, 4);
        NormGradient gradient = backend.batchNormGradient(
                x, null, of(2, 20), of(1, 100), 0, backend.tensor(new double[] {1, 0, 0, 0}, 2, 2));
        // Two rows are always -1 and 1: nothing moves.
        assertThat(gradient.x().toDoubles()).containsExactly(new double[4], NEAR);
        assertThat(gradient.gamma()).isNull();
    }

    @Test
    void groupNormTakesEachImagesGroups() {
        // Two positions of two groups of one channel: (1, 3) and (10, 30) of the first image, constants of the
        // second.
        Tensor x = backend.tensor(new double[] {1, 10, 3, 30, 5, 6, 5, 6}, 2, 2, 2);
        assertThat(backend.groupNorm(x, 2, null, of(0, 7), 0).toDoubles()[3]).isEqualTo(8);
        assertThat(backend.groupNorm(x, 2, of(2, 1), of(0, 7), 1e-30).toDoubles())
                .containsExactly(new double[] {-2, 6, 2, 8, 0, 7, 0, 7}, NEAR);
        // In one group the mean is 11 and the variance (100 + 1 + 64 + 361)/4.
        assertThat(backend.groupNorm(x, 1, null, null, 0).toDoubles()[0]).isCloseTo(-10 / Math.sqrt(526 / 4.0), NEAR);
    }

    @Test
    void activations() {
        assertThat(backend.silu(of(0, Math.log(3))).toDoubles())
                .containsExactly(new double[] {0, 0.75 * Math.log(3)}, NEAR);
        assertThat(backend.leakyRelu(of(-2, 0, 3), 0.25).toDoubles()).containsExactly(-0.5, 0, 3);
    }

    @Test
    void averagePoolingCountsPaddingOrNot() {
        Tensor x = backend.tensor(new double[] {1, 2, 3, 4}, 1, 2, 2, 1);
        Pool2dSpec spec = Pool2dSpec.of(2, 1, 1);
        assertThat(backend.avgPool2d(x, spec, false).toDoubles()).containsExactly(1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4);
        assertThat(backend.avgPool2d(x, spec, true).toDoubles())
                .containsExactly(0.25, 0.75, 0.5, 1, 2.5, 1.5, 0.75, 1.75, 1);
        assertThat(backend.avgPool2d(x, Pool2dSpec.of(2, 2, 0), true).item()).isEqualTo(2.5);
    }

    @Test
    void bilinearResizeHasHalfPixelCenters() {
        Tensor x = backend.tensor(new double[] {0, 4}, 1, 1, 2, 1);
        // Places (i + 1/2)/2 - 1/2: -1/4, 1/4, 3/4, 5/4, clamped to [0, 1].
        assertThat(backend.resizeBilinear(x, 1, 4).toDoubles()).containsExactly(0, 1, 3, 4);
        // Halving takes the mean of two neighbors in both directions.
        Tensor y = backend.tensor(new double[] {1, 2, 3, 6}, 1, 2, 2, 1);
        assertThat(backend.resizeBilinear(y, 1, 1).item()).isEqualTo(3);
        // A third: places 1 and 4 of 6.
        Tensor z = backend.tensor(new double[] {0, 1, 2, 3, 4, 5}, 1, 6, 1, 1);
        assertThat(backend.resizeBilinear(z, 2, 1).toDoubles()).containsExactly(1, 4);
    }

    @Test
    void attentionSharesValuesBySoftmax() {
        // Scores ln 1 and ln 3 of one query: shares 1/4 and 3/4.
        Tensor q = backend.tensor(new double[] {2, 0, 0, 0}, 1, 4);
        Tensor k = backend.tensor(new double[] {0, 9, 9, 9, Math.log(3), 0, 0, 0}, 2, 4);
        Tensor v = backend.tensor(new double[] {8, 0, 4, 12}, 2, 2);
        assertThat(backend.attention(q, k, v, null).toDoubles()).containsExactly(new double[] {5, 9}, within(1e-14));
        assertThat(backend.attention(q, k, v, null, 0).toDoubles()).containsExactly(6, 6);
    }

    @Test
    void attentionMasksAreTrueWhereAKeyTakesPart() {
        Tensor q = backend.tensor(new double[] {1, 1, 1}, 3, 1);
        Tensor k = backend.tensor(new double[] {0, 0}, 2, 1);
        Tensor v = backend.tensor(new double[] {8, 2}, 2, 1);
        Tensor mask = backend.tensor(new boolean[] {true, false, true, true, false, false}, 3, 2);
        assertThat(backend.attention(q, k, v, mask).toDoubles())
                .as("one key, both, none")
                .containsExactly(8, 5, 0);
        double out = Double.NEGATIVE_INFINITY;
        Tensor added = backend.tensor(new double[] {out, 0, 0, Math.log(2), out, out}, 3, 2);
        assertThat(backend.attention(q, k, v, added).toDoubles())
                .as("added: the other key, shares 1/3 and 2/3, none")
                .containsExactly(new double[] {2, 4, 0}, within(1e-14));
        Tensor none =
                backend.attention(q, backend.tensor(new double[0], 0, 1), backend.tensor(new double[0], 0, 2), null);
        assertThat(none.shape()).isEqualTo(Shape.of(3, 2));
        assertThat(none.toDoubles()).containsOnly(0);
    }

    @Test
    void dropoutFollowsItsStream() {
        long stream = CounterRandom.stream(5, Purpose.DROPOUT, 3);
        Tensor x = backend.full(Shape.of(20, 50), DType.F64, 3);
        double[] kept = x.dropout(0.25, stream).toDoubles();
        int dropped = 0;
        for (int i = 0; i < kept.length; i++) {
            boolean drops = CounterRandom.uniform(stream, i) < 0.25;
            assertThat(kept[i]).isEqualTo(drops ? 0 : 4);
            dropped += drops ? 1 : 0;
        }
        assertThat(dropped).isBetween(200, 300);
        assertThat(x.dropout(0, stream).toDoubles()).containsOnly(3);
        assertThat(backend.full(Shape.of(20, 50), DType.F32, 3)
                        .dropout(0.25, stream)
                        .toDoubles())
                .containsExactly(kept);
    }

    @Test
    void lossesAreTheirFormulas() {
        Tensor x = of(0, 0, Math.log(3));
        Tensor t = of(1, 0, 1);
        double ln2 = Math.log(2);
        assertThat(backend.bceWithLogits(x, t).toDoubles())
                .containsExactly(new double[] {ln2, ln2, Math.log(4.0 / 3)}, NEAR);
        // p = 1/2, 1/2, 3/4, so 1 - p_t = 1/2, 1/2, 1/4.
        assertThat(backend.sigmoidFocalLoss(x, t, 0.25, 2).toDoubles())
                .containsExactly(
                        new double[] {0.25 * 0.25 * ln2, 0.75 * 0.25 * ln2, 0.25 / 16 * Math.log(4.0 / 3)}, NEAR);
        assertThat(backend.sigmoidFocalLoss(x, t, -1, 0).toDoubles())
                .containsExactly(backend.bceWithLogits(x, t).toDoubles(), NEAR);
        Tensor smooth = backend.smoothL1(of(0, 0.5, -3), of(0, 0, 0), 1);
        assertThat(smooth.toDoubles()).containsExactly(0, 0.125, 2.5);
        assertThat(backend.smoothL1(of(0.5, -3), of(0, 0), 0).toDoubles()).containsExactly(0.5, 3);
        assertThat(backend.l1(of(0.5, -3), of(1, 1)).toDoubles()).containsExactly(0.5, 4);
        assertThat(backend.mse(of(0.5, -3), of(1, 1)).toDoubles()).containsExactly(0.25, 16);
    }

    @Test
    void focalGradientOfSaturatedLogitsIsFinite() {
        // p is 0 or 1 to rounding: a hit has loss and slope 0, a miss has m = 1 and BCE's slope p - t.
        Tensor x = of(-1000, 1000, -1000, 1000);
        Tensor t = of(0, 1, 1, 0);
        for (double gamma : new double[] {0, 0.1, 0.5, 1, 2, 5}) {
            assertThat(backend.sigmoidFocalLossGradient(x, t, -1, gamma, of(1, 1, 1, 1))
                            .toDoubles())
                    .as("gamma " + gamma)
                    .containsExactly(new double[] {0, 0, -1, 1}, NEAR);
        }
        // At p = 1/2, t = 0, gamma 1/2: sqrt(1/2)*(1/2 + 1/2*1/2*ln 2).
        assertThat(backend.sigmoidFocalLossGradient(of(0), of(0), -1, 0.5, of(1))
                        .item())
                .isCloseTo(Math.sqrt(0.5) * (0.5 + 0.25 * Math.log(2)), NEAR);
    }

    @Test
    void giouOfPairs() {
        Tensor a = backend.tensor(
                new double[] {1, 2, 5, 9, 0, 0, 1, 1, 0, 0, 4, 4, 0, 0, 2, 2, 0, 0, 3, 2, 1, 1, 1, 1}, 6, 4);
        Tensor b = backend.tensor(
                new double[] {1, 2, 5, 9, 3, 0, 4, 1, 1, 1, 3, 3, 2, 0, 4, 2, 1, 1, 4, 3, 1, 1, 1, 1}, 6, 4);
        // Equal; apart, union 2 in a hull of 4; inside; touching; crossing, 2 of 10 in a hull of 12; two empty ones in
        // one place.
        assertThat(backend.giou(a, b).toDoubles())
                .containsExactly(new double[] {0, 1.5, 0.75, 1, 1 - 0.2 + 1.0 / 6, 1}, within(1e-7));
        assertThat(backend.giou(a.narrow(5, 1), b.narrow(5, 1)).item()).isEqualTo(1);
    }

    @Test
    void divergenceOfTwoCoins() {
        Tensor logQ = of(Math.log(0.25), Math.log(0.75), Double.NEGATIVE_INFINITY);
        double[] parts = backend.klDivergence(logQ, of(0.5, 0.5, 0)).toDoubles();
        assertThat(parts).containsExactly(new double[] {0.5 * Math.log(2), 0.5 * Math.log(2.0 / 3), 0}, NEAR);
    }

    @Test
    void crossEntropyOfKnownShares() {
        // Shares 1/8, 2/8, 5/8 in each row.
        Tensor x = of(Math.log(1), Math.log(2), Math.log(5)).repeat(3, 1);
        Tensor targets = backend.tensor(new long[] {2, -100, 0}, 3);
        assertThat(backend.crossEntropy(x, targets).toDoubles())
                .containsExactly(new double[] {Math.log(1.6), 0, Math.log(8)}, within(1e-15));
        double mean = (Math.log(8) + Math.log(4) + Math.log(1.6)) / 3;
        assertThat(backend.crossEntropy(x, targets, -100, 0.25).toDoubles()[0])
                .isCloseTo(0.75 * Math.log(1.6) + 0.25 * mean, within(1e-15));
        assertThatThrownBy(() -> backend.crossEntropy(x, targets, 0, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("-100");
    }

    @Test
    void sgdStepsAsPyTorch() {
        Tensor value = of(1, 2);
        Tensor buffer = of(0, 0);
        Tensor gradient = of(0.5, -1);
        backend.sgdStep(value, gradient, buffer, 0.1, 0.9, 0.01);
        // d = (0.51, -0.98)
        assertThat(buffer.toDoubles()).containsExactly(new double[] {0.51, -0.98}, NEAR);
        assertThat(value.toDoubles()).containsExactly(new double[] {0.949, 2.098}, NEAR);
        backend.sgdStep(value, gradient, buffer, 0.1, 0.9, 0.01);
        // d = (0.50949, -0.97902); buffer = (0.459 + 0.50949, -0.882 - 0.97902)
        assertThat(buffer.toDoubles()).containsExactly(new double[] {0.96849, -1.86102}, NEAR);
        assertThat(value.toDoubles()).containsExactly(new double[] {0.852151, 2.284102}, NEAR);
    }

    @Test
    void adamwFirstStepIsTheSignOfTheGradient() {
        Tensor value = of(1, 2);
        Tensor average = of(0, 0);
        Tensor square = of(0, 0);
        backend.adamwStep(value, of(0.5, -4), average, square, 1, new AdamWSettings(0.1, 0.9, 0.999, 0, 0.5));
        assertThat(average.toDoubles()).containsExactly(new double[] {0.05, -0.4}, NEAR);
        assertThat(square.toDoubles()).containsExactly(new double[] {0.00025, 0.016}, NEAR);
        // value*(1 - 0.1*0.5) - 0.1*sign(gradient)
        assertThat(value.toDoubles()).containsExactly(new double[] {0.85, 2.0}, within(1e-14));
    }

    @Test
    void convolutionAddsBiasAndCutsBelowZero() {
        Tensor x = backend.tensor(new double[] {1, -2}, 1, 1, 2, 1);
        Tensor w = backend.tensor(new double[] {1, 3}, 2, 1, 1, 1);
        Conv2dSpec spec = Conv2dSpec.of(1, 0);
        assertThat(backend.convolution(x, w, of(1, -1), null, spec, false).toDoubles())
                .containsExactly(2, 2, -1, -7);
        assertThat(backend.convolution(x, w, of(1, -1), null, spec, true).toDoubles())
                .containsExactly(2, 2, 0, 0);
        Tensor addend = backend.tensor(new double[] {-5, 1, 3, 8}, 1, 1, 2, 2);
        assertThat(backend.convolution(x, w, of(1, -1), addend, spec, true).toDoubles())
                .containsExactly(0, 3, 2, 1);
        assertThat(backend.reluGradient(of(2, 0, -1), of(5, 6, 7)).toDoubles()).containsExactly(5, 0, 0);
    }
}
