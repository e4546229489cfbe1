package dev.retort.tensor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.DType;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reductions of the reference by hand. */
class ReferenceReductionTest {
    private static final double NAN = Double.NaN;

    private final ReferenceBackend backend = new ReferenceBackend();
    /** [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]]] */
    private final Tensor x = backend.tensor(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 2, 2, 3);

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void reducesOverAnyAxes() {
        assertThat(x.sum().item()).isEqualTo(66);
        assertThat(x.sum(0).toDoubles()).containsExactly(6, 8, 10, 12, 14, 16);
        assertThat(x.sum(1).toDoubles()).containsExactly(3, 5, 7, 15, 17, 19);
        assertThat(x.sum(-1).toDoubles()).containsExactly(3, 12, 21, 30);
        assertThat(x.sum(0, 2).toDoubles()).containsExactly(24, 42);
        assertThat(x.mean(0, 1).toDoubles()).containsExactly(4.5, 5.5, 6.5);
        assertThat(x.max(1, 2).toDoubles()).containsExactly(5, 11);
        assertThat(x.min(0).toDoubles()).containsExactly(0, 1, 2, 3, 4, 5);
        Tensor kept = x.reduce(ReduceOp.MAX, true, 1);
        assertThat(kept.shape()).isEqualTo(Shape.of(2, 1, 3));
        assertThat(kept.toDoubles()).containsExactly(3, 4, 5, 9, 10, 11);
    }

    @Test
    void reducesNothing() {
        Tensor none = backend.zeros(Shape.of(0, 2), DType.F64);
        assertThat(none.sum(0).toDoubles()).containsExactly(0, 0);
        assertThat(none.mean(0).toDoubles()).containsExactly(NAN, NAN);
        assertThat(none.max(1).shape()).isEqualTo(Shape.of(0));
        assertThatThrownBy(() -> none.max(0)).isInstanceOf(ShapeException.class).hasMessageContaining("[0, 2]");
        assertThatThrownBy(none::min).isInstanceOf(ShapeException.class);
    }

    @Test
    void reducesIntegersExactly() {
        long large = (1L << 53) + 1;
        Tensor whole = backend.tensor(new long[] {large, 0, 3, -5}, 2, 2);
        assertThat(whole.sum(1).toLongs()).containsExactly(large, -2);
        assertThat(whole.max().toLongs()).containsExactly(large);
        assertThat(whole.min(0).toLongs()).containsExactly(3, -5);
        assertThatThrownBy(whole::mean).isInstanceOf(ShapeException.class).hasMessageContaining("I64");
    }

    @Test
    void findsTheFirstExtreme() {
        Tensor ties = backend.tensor(new double[] {1, 3, 3, 0, 0, 2}, 2, 3);
        assertThat(backend.argReduce(true, ties, 1).toLongs()).containsExactly(1, 2);
        assertThat(backend.argReduce(false, ties, -1).toLongs()).containsExactly(0, 0);
        assertThat(backend.argReduce(true, ties, 0).toLongs()).containsExactly(0, 0, 0);
        assertThat(backend.argReduce(false, ties, 0).toLongs()).containsExactly(1, 1, 1);
        Tensor broken = backend.tensor(new double[] {1, NAN, 3, NAN}, 4);
        assertThat(backend.argReduce(true, broken, 0).toLongs()).containsExactly(1);
        assertThat(backend.argReduce(false, broken, 0).toLongs()).containsExactly(1);
        assertThat(broken.max().item()).isNaN();
    }

    @Test
    void sumsAlongAnAxis() {
        assertThat(backend.cumsum(x, 2).toDoubles()).containsExactly(0, 1, 3, 3, 7, 12, 6, 13, 21, 9, 19, 30);
        assertThat(backend.cumsum(x, 0).toDoubles()).containsExactly(0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16);
        assertThat(backend.cumsum(backend.tensor(new int[] {1, 2, 3}, 3), 0).toLongs())
                .containsExactly(1, 3, 6);
    }
}
