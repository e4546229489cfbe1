package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Extents, axes, strides, reduction and broadcasting. */
class ShapeTest {
    private final Shape shape = Shape.of(2, 3, 4);

    @Test
    void countsElements() {
        assertThat(shape.size()).isEqualTo(24);
        assertThat(Shape.SCALAR.size()).isEqualTo(1);
        assertThat(Shape.of(5, 0).size()).isZero();
        assertThat(Shape.of(50000, 50000).size()).isEqualTo(2_500_000_000L);
        assertThatThrownBy(() -> Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, 8))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("2147483647, 8]");
        assertThatThrownBy(() -> Shape.of(2, -1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, -1]");
    }

    @Test
    void countsAxesFromBothEnds() {
        assertThat(shape.axis(-1)).isEqualTo(2);
        assertThat(shape.dim(-3)).isEqualTo(2);
        assertThatThrownBy(() -> shape.axis(3)).hasMessageContaining("3").hasMessageContaining("[2, 3, 4]");
        assertThatThrownBy(() -> shape.dim(-4)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Shape.SCALAR.axis(0)).isInstanceOf(ShapeException.class);
    }

    @Test
    void stridesAreRowMajor() {
        assertThat(shape.strides()).containsExactly(12, 4, 1);
        assertThat(Shape.SCALAR.strides()).isEmpty();
    }

    @Test
    void isImmutable() {
        int[] extents = {2, 3};
        Shape made = Shape.of(extents);
        extents[0] = 9;
        made.toArray()[1] = 9;
        assertThat(made).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
        assertThat(made.with(-1, 7)).isEqualTo(Shape.of(2, 7));
        assertThat(made).hasToString("[2, 3]");
    }

    @Test
    void reduces() {
        assertThat(shape.reduce(new int[] {1}, false)).isEqualTo(Shape.of(2, 4));
        assertThat(shape.reduce(new int[] {-1, 0}, true)).isEqualTo(Shape.of(1, 3, 1));
        assertThat(shape.reduce(new int[] {}, false)).isEqualTo(Shape.SCALAR);
        assertThatThrownBy(() -> shape.reduce(new int[] {2, -1}, false))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("twice");
    }

    @Test
    void broadcasts() {
        assertThat(Shape.broadcast(Shape.of(4, 1, 3), Shape.of(5, 1))).isEqualTo(Shape.of(4, 5, 3));
        assertThat(Shape.broadcast(Shape.SCALAR, Shape.of(2))).isEqualTo(Shape.of(2));
        assertThat(Shape.broadcast(Shape.of(0), Shape.of(1))).isEqualTo(Shape.of(0));
        assertThatThrownBy(() -> Shape.broadcast(Shape.of(4, 3), Shape.of(4)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[4, 3]")
                .hasMessageContaining("[4]");
        assertThat(Shape.of(3, 1).broadcastStrides(Shape.of(2, 3, 5))).containsExactly(0, 1, 0);
        assertThatThrownBy(() -> Shape.of(2, 3).broadcastStrides(Shape.of(3))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Shape.of(3).broadcastStrides(Shape.of(1))).isInstanceOf(ShapeException.class);
    }
}
