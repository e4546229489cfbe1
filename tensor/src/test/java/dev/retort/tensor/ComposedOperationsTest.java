package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.ComposedOperations.AdamWSettings;
import dev.retort.tensor.ComposedOperations.NormGradient;
import dev.retort.tensor.ComposedOperations.Normalized;
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
        assertThat(backend.convolution(x, w, of(1, -1), spec, false).toDoubles())
                .containsExactly(2, 2, -1, -7);
        assertThat(backend.convolution(x, w, of(1, -1), spec, true).toDoubles()).containsExactly(2, 2, 0, 0);
        assertThat(backend.reluGradient(of(2, 0, -1), of(5, 6, 7)).toDoubles()).containsExactly(5, 0, 0);
    }
}
