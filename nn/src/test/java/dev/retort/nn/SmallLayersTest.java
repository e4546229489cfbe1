package dev.retort.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Linear, MLP, layer norm and position embedding, by hand. */
class SmallLayersTest {
    private final Backend backend = TestTensors.reference();
    private final Scope scope = Scope.open();

    @AfterEach
    void nothingIsLeft() {
        scope.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    @Test
    void linearTakesAnyLeadingAxes() {
        try (Linear linear = new Linear(TestTensors.f64(backend), 2, 3)) {
            TestTensors.set(linear.state().get("weight"), 1, 2, 3, 4, 5, 6);
            TestTensors.set(linear.state().get("bias"), 0.5, 0, -1);
            Tensor y = linear.forward(backend.tensor(new double[] {1, 10, 2, 20}, 1, 2, 2));
            assertThat(y.shape().toArray()).containsExactly(1, 2, 3);
            assertThat(y.toDoubles()).containsExactly(21.5, 43, 64, 42.5, 86, 129);
            assertThatThrownBy(() -> linear.forward(TestTensors.tensor(backend, 1, 2, 3)))
                    .isInstanceOf(ShapeException.class);
        }
    }

    @Test
    void mlpHasReluBetweenLayersOnly() {
        try (Mlp mlp = new Mlp(TestTensors.f64(backend), 1, 2, 1)) {
            assertThat(mlp.parameters().keySet())
                    .containsExactly("layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias");
            TestTensors.set(mlp.state().get("layers.0.weight"), 1, -1);
            TestTensors.set(mlp.state().get("layers.0.bias"), 0, 0);
            TestTensors.set(mlp.state().get("layers.1.weight"), -3, 5);
            TestTensors.set(mlp.state().get("layers.1.bias"), 1);
            assertThat(mlp.forward(backend.tensor(new double[] {2, -2}, 2, 1)).toDoubles())
                    .containsExactly(-5, 11);
        }
        assertThatThrownBy(() -> new Mlp(TestTensors.f64(backend), 3)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void layerNormWithAndWithoutAffine() {
        Tensor x = backend.tensor(new double[] {1, 2, 3, 6}, 1, 4);
        // mean 3, biased variance 3.5
        double unit = 1 / Math.sqrt(3.5 + 1e-5);
        try (LayerNorm affine = new LayerNorm(TestTensors.f64(backend), 4);
                LayerNorm plain = new LayerNorm(TestTensors.f64(backend), 4, 1e-5, false)) {
            TestTensors.set(affine.state().get("weight"), 1, 2, 3, 4);
            TestTensors.set(affine.state().get("bias"), 0, 0, 7, 0);
            assertThat(affine.forward(x).toDoubles())
                    .containsExactly(new double[] {-2 * unit, -2 * unit, 7, 12 * unit}, within(1e-12));
            assertThat(plain.parameters()).isEmpty();
            assertThat(plain.forward(x).toDoubles())
                    .containsExactly(new double[] {-2 * unit, -unit, 0, 3 * unit}, within(1e-12));
            assertThatThrownBy(() -> plain.forward(TestTensors.tensor(backend, 1, 4, 3)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[4, 3]");
        }
    }

    @Test
    void groupNormTakesItsStatisticsPerImageAndGroup() {
        // Two images of 2 positions and 4 channels in 2 groups: (1, 3, 5, 7) has mean 4 and variance 5, (0, 0, 2, 2) 1
        // and 1.
        Tensor x = backend.tensor(new double[] {1, 3, 0, 0, 5, 7, 2, 2, 10, 10, 1, 3, 10, 10, 5, 7}, 2, 1, 2, 4);
        double five = 1 / Math.sqrt(5 + 1e-5);
        double one = 1 / Math.sqrt(1 + 1e-5);
        try (GroupNorm norm = new GroupNorm(TestTensors.f64(backend), 2, 4, 1e-5)) {
            assertThat(norm.parameters().keySet()).containsExactly("weight", "bias");
            assertThat(norm.parameters().get("weight").data().toDoubles()).containsOnly(1);
            assertThat(norm.parameters().get("bias").data().toDoubles()).containsOnly(0);
            TestTensors.set(norm.state().get("weight"), 1, 2, 3, 4);
            TestTensors.set(norm.state().get("bias"), 0, 0, 0, 7);
            assertThat(norm.forward(x).toDoubles())
                    .containsExactly(
                            new double[] {
                                -3 * five,
                                -2 * five,
                                -3 * one,
                                7 - 4 * one,
                                five,
                                6 * five,
                                3 * one,
                                7 + 4 * one,
                                0,
                                0,
                                -9 * five,
                                7 - 4 * five,
                                0,
                                0,
                                3 * five,
                                7 + 12 * five
                            },
                            within(1e-12));
            assertThatThrownBy(() -> norm.forward(TestTensors.tensor(backend, 1, 2, 4)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[N, H, W, 4], got [2, 4]");
            assertThatThrownBy(() -> norm.forward(TestTensors.tensor(backend, 1, 1, 2, 2, 6)))
                    .isInstanceOf(ShapeException.class);
        }
        assertThatThrownBy(() -> new GroupNorm(TestTensors.f64(backend), 48))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("48 do not make 32");
    }

    /** A large mean beside a small deviation: float32 loses nothing by the order in which means are taken. */
    @Test
    void groupNormOfShiftedValuesStaysAccurateInFloat32() {
        double[] values = TestTensors.values(3, 2 * 9 * 7 * 64);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (1000 + values[i]);
        }
        Shape shape = Shape.of(2, 9, 7, 64);
        Tensor exact = backend.groupNorm(backend.tensor(values, shape, DType.F64), 32, null, null, 1e-5);
        Tensor single = backend.groupNorm(backend.tensor(values, shape, DType.F32), 32, null, null, 1e-5);
        // float32 holds 1000 to 3e-5; the deviation is 0.58, and means of 126 values round by less than one such step.
        assertThat(single.toDoubles()).containsExactly(exact.toDoubles(), within(1.5e-4));
    }

    /** 2 x 3 cells, the last column padding: x counts 1, 2, 2 of 2 and y 1, 2 of 2 where valid, 0 of 0 in the padding. */
    @Test
    void positionsCountValidCells() {
        boolean[] padding = {false, false, true, false, false, true};
        Tensor embedding = new SinePositionEmbedding(4).embed(backend.tensor(padding, 1, 2, 3), DType.F64);
        assertThat(embedding.shape().toArray()).containsExactly(1, 2, 3, 8);
        double[] found = embedding.toDoubles();
        assertCell(found, 0, 1 / 2.000001, 1 / 2.000001);
        assertCell(found, 1, 1 / 2.000001, 2 / 2.000001);
        assertCell(found, 2, 0, 2 / 2.000001);
        assertCell(found, 4, 2 / 2.000001, 2 / 2.000001);
        assertCell(found, 5, 0, 2 / 2.000001);
    }

    /** Four features a coordinate: angles p and p/100, since 10000^(2/4) = 100. */
    private static void assertCell(double[] found, int cell, double y, double x) {
        double py = 2 * Math.PI * y;
        double px = 2 * Math.PI * x;
        double[] expected = {
            Math.sin(py), Math.cos(py), Math.sin(py / 100), Math.cos(py / 100),
            Math.sin(px), Math.cos(px), Math.sin(px / 100), Math.cos(px / 100)
        };
        for (int i = 0; i < 8; i++) {
            assertThat(found[cell * 8 + i]).isCloseTo(expected[i], within(1e-12));
        }
    }

    @Test
    void positionsNeedAWholeMask() {
        assertThatThrownBy(() -> new SinePositionEmbedding(4).embed(backend, DType.F32, new boolean[5], 1, 2, 3))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("6 cells, got 5");
        assertThatThrownBy(() -> new SinePositionEmbedding(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
