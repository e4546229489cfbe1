package dev.retort.nn.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InitializersTest {
    /** 40 outputs, 3x3 window, 50 inputs: 18,000 draws. */
    private static final Shape WEIGHT = Shape.of(40, 3, 3, 50);

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length);
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElseThrow();
    }

    @Test
    void fansCountTheWindow() {
        assertThat(Initializers.fanIn(WEIGHT)).isEqualTo(450);
        assertThat(Initializers.fanOut(WEIGHT)).isEqualTo(360);
        assertThat(Initializers.fanIn(Shape.of(6, 2))).isEqualTo(2);
        assertThatThrownBy(() -> Initializers.fanIn(Shape.of(3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3]");
    }

    /** The standard error of a deviation over 18,000 draws is near 0.5 %. */
    @Test
    void deviationsAndBoundsAreThoseOfTheFormulas() {
        double[] he = Initializers.heNormalFanOut().values(WEIGHT, 3);
        assertThat(deviation(he)).isCloseTo(Math.sqrt(2.0 / 360), within(0.002));
        assertThat(Arrays.stream(he).average().orElseThrow()).isCloseTo(0, within(0.002));
        assertThat(deviation(Initializers.normal(0.01).values(WEIGHT, 4))).isCloseTo(0.01, within(0.0003));

        double[] pyramid = Initializers.unitVarianceFanIn().values(WEIGHT, 5);
        assertThat(largest(pyramid)).isLessThan(Math.sqrt(3.0 / 450)).isGreaterThan(0.999 * Math.sqrt(3.0 / 450));
        assertThat(deviation(pyramid)).isCloseTo(Math.sqrt(1.0 / 450), within(0.001));

        double[] linear = Initializers.inverseRootFanIn().values(Shape.of(300, 64), 6);
        assertThat(largest(linear)).isLessThan(0.125).isGreaterThan(0.1249);
        double[] xavier = Initializers.xavierUniform().values(Shape.of(300, 100), 7);
        assertThat(largest(xavier)).isLessThan(Math.sqrt(6.0 / 400)).isGreaterThan(0.999 * Math.sqrt(6.0 / 400));
    }

    @Test
    void constantsAreConstant() {
        assertThat(Initializers.constant(-2.5).values(Shape.of(3), 1)).containsExactly(-2.5, -2.5, -2.5);
        assertThat(Initializers.ones().values(Shape.SCALAR, 1)).containsExactly(1);
        assertThat(Initializers.zeros().values(Shape.of(0), 1)).isEmpty();
    }
}
