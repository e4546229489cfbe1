package dev.retort.tensor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.CoreOperations.Pooled;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pooling and resizing of the reference by hand. */
class ReferenceResamplingTest {
    private final ReferenceBackend backend = new ReferenceBackend();

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void poolsAndRemembersWhere() {
        Tensor x = backend.tensor(new double[] {1, 5, 2, 4, 3, 6, 9, 8, 7, 0, -1, -2, -3, -4, -5, -6}, 1, 4, 4, 1);
        Pooled two = backend.maxPool2d(x, Pool2dSpec.of(2, 2, 0));
        assertThat(two.values().toDoubles()).containsExactly(6, 9, 7, -1);
        assertThat(two.indices().toLongs()).containsExactly(5, 6, 8, 10);
        Pooled three = backend.maxPool2d(x, Pool2dSpec.of(3, 2, 1));
        assertThat(three.values().toDoubles()).containsExactly(6, 9, 7, 9);
        assertThat(three.indices().toLongs()).containsExactly(5, 6, 8, 6);
        Tensor g = backend.tensor(new double[] {1, 10, 100, 1000}, 1, 2, 2, 1);
        assertThat(backend.maxPool2dGradient(g, three.indices(), x.shape()).toDoubles())
                .containsExactly(0, 0, 0, 0, 0, 1, 1010, 0, 100, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void keepsChannelsAndImagesApart() {
        // [2, 1, 2, 2]: image 0 is (1, 20), (3, 4); image 1 is (5, 6), (7, 8).
        Tensor x = backend.tensor(new double[] {1, 20, 3, 4, 5, 6, 7, 8}, 2, 1, 2, 2);
        Pooled pooled = backend.maxPool2d(x, new Pool2dSpec(1, 2, 1, 2, 0, 0));
        assertThat(pooled.values().toDoubles()).containsExactly(3, 20, 7, 8);
        assertThat(pooled.indices().toLongs()).containsExactly(1, 0, 1, 1);
        Tensor g = backend.tensor(new double[] {1, 2, 3, 4}, 2, 1, 1, 2);
        assertThat(backend.maxPool2dGradient(g, pooled.indices(), x.shape()).toDoubles())
                .containsExactly(0, 2, 1, 0, 0, 0, 3, 4);
    }

    @Test
    void theFirstOfEqualsWinsAndNaNBeatsAll() {
        Tensor x = backend.tensor(new double[] {2, 2, Double.NaN, 7}, 1, 1, 4, 1);
        Pooled pooled = backend.maxPool2d(x, new Pool2dSpec(1, 2, 1, 2, 0, 0));
        assertThat(pooled.values().toDoubles()).containsExactly(2, Double.NaN);
        assertThat(pooled.indices().toLongs()).containsExactly(0, 2);
    }

    @Test
    void refusesPlacesOutsideTheImage() {
        Tensor g = backend.tensor(new double[] {1}, 1, 1, 1, 1);
        Tensor index = backend.tensor(new int[] {4}, 1, 1, 1, 1);
        assertThatThrownBy(() -> backend.maxPool2dGradient(g, index, Shape.of(1, 2, 2, 1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("index 4 at place 0")
                .hasMessageContaining("[0, 4)");
    }

    @Test
    void resizesToTheNearest() {
        Tensor x = backend.tensor(new double[] {1, 2, 3, 4}, 1, 2, 2, 1);
        assertThat(backend.resizeNearest(x, 3, 4).toDoubles()).containsExactly(1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4);
        assertThat(backend.resizeNearest(x, 1, 1).toDoubles()).containsExactly(1);
        Tensor g = backend.tensor(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 1, 3, 4, 1);
        assertThat(backend.resizeNearestGradient(g, x.shape()).toDoubles()).containsExactly(14, 22, 19, 23);
    }
}
