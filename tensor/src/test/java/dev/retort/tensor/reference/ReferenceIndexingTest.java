package dev.retort.tensor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Movement, selection and accumulation of the reference by hand. */
class ReferenceIndexingTest {
    private final ReferenceBackend backend = new ReferenceBackend();
    /** [[0, 1, 2], [3, 4, 5]] */
    private final Tensor x = backend.tensor(new double[] {0, 1, 2, 3, 4, 5}, 2, 3);

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void movesElements() {
        assertThat(x.permute(1, 0).toDoubles()).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(x.reshape(3, 2).permute(-1, 0).toDoubles()).containsExactly(0, 2, 4, 1, 3, 5);
        assertThat(backend.pad(x, new int[] {0, 1}, new int[] {1, 0}, 9).toDoubles())
                .containsExactly(9, 0, 1, 2, 9, 3, 4, 5, 9, 9, 9, 9);
        assertThat(x.slice(1, 1, 3).toDoubles()).containsExactly(1, 2, 4, 5);
        assertThat(backend.slice(x, new int[] {1, 0}, new int[] {2, 3}, new int[] {1, 2})
                        .toDoubles())
                .containsExactly(3, 5);
        Tensor g = backend.tensor(new double[] {7, 8}, 1, 2);
        assertThat(backend.sliceGradient(g, x.shape(), new int[] {1, 0}, new int[] {1, 2})
                        .toDoubles())
                .containsExactly(0, 0, 0, 7, 0, 8);
        assertThat(backend.concat(1, x, x.slice(1, 0, 1)).toDoubles()).containsExactly(0, 1, 2, 0, 3, 4, 5, 3);
        assertThat(x.sum(1).reshape(2, 1).broadcastTo(Shape.of(2, 2)).toDoubles())
                .containsExactly(3, 3, 12, 12);
    }

    @Test
    void selectsSlices() {
        Tensor index = backend.tensor(new long[] {2, 0, 2}, 3);
        assertThat(x.indexSelect(1, index).toDoubles()).containsExactly(2, 0, 2, 5, 3, 5);
        assertThat(x.indexSelect(0, backend.tensor(new int[] {1}, 1)).toDoubles())
                .containsExactly(3, 4, 5);
    }

    @Test
    void repeatsAddUp() {
        Tensor index = backend.tensor(new long[] {2, 0, 2}, 3);
        Tensor source = backend.tensor(new double[] {10, 20, 30, 40, 50, 60}, 2, 3);
        assertThat(backend.indexAdd(x, -1, index, source).toDoubles()).containsExactly(20, 1, 42, 53, 4, 105);
        assertThat(x.toDoubles()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void gathersAndScatters() {
        Tensor index = backend.tensor(new long[] {2, 0, 1, 1}, 2, 2);
        assertThat(backend.gather(x, 1, index).toDoubles()).containsExactly(2, 0, 4, 4);
        Tensor source = backend.tensor(new double[] {10, 20, 30, 40}, 2, 2);
        assertThat(backend.scatterAdd(x, 1, index, source).toDoubles()).containsExactly(20, 1, 12, 3, 74, 5);
        Tensor rows = backend.tensor(new long[] {1, 0, 1}, 1, 3);
        assertThat(backend.gather(x, 0, rows).toDoubles()).containsExactly(3, 1, 5);
        assertThat(backend.scatterAdd(x, 0, rows, x.narrow(1, 1)).toDoubles()).containsExactly(0, 5, 2, 6, 4, 10);
    }

    @Test
    void namesAnIndexOutOfRange() {
        Tensor index = backend.tensor(new long[] {0, 3}, 2);
        assertThatThrownBy(() -> x.indexSelect(1, index))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("INDEX_SELECT: index 3 at place 1 lies outside [0, 3)");
        assertThatThrownBy(() -> backend.gather(x, 0, backend.tensor(new long[] {0, 0, -1}, 1, 3)))
                .hasMessageContaining("index -1 at place 2")
                .hasMessageContaining("[0, 2)");
    }
}
