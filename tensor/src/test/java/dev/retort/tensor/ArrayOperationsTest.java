package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.ArrayOperations.Ordered;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What makes, arranges, orders, selects and summarizes, against values worked out by hand. */
class ArrayOperationsTest {
    private final Backend backend = new ReferenceBackend();

    @AfterEach
    void close() {
        backend.close();
    }

    private Tensor of(double... values) {
        return backend.tensor(values, values.length);
    }

    /** 0, 1, 2, ... */
    private Tensor counted(int... extents) {
        Shape shape = Shape.of(extents);
        return backend.arange(0, shape.size(), 1, DType.F64).reshape(shape);
    }

    @Test
    void rangesStopBeforeTheirEnd() {
        assertThat(backend.arange(1, 2, 0.25, DType.F64).toDoubles()).containsExactly(1, 1.25, 1.5, 1.75);
        assertThat(backend.arange(5, -2, -3, DType.I32).toLongs()).containsExactly(5, 2, -1);
        assertThat(backend.arange(3, 3, 1, DType.F32).size()).isZero();
        assertThat(backend.arange(1L << 40, (1L << 40) + 2, 1, DType.I64).toLongs())
                .containsExactly(1L << 40, (1L << 40) + 1);
        assertThatThrownBy(() -> backend.arange(Integer.MAX_VALUE, Integer.MAX_VALUE + 2L, 1, DType.I32))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("I32 does not hold");
    }

    @Test
    void oneHotRowsStandWhereTheirIndicesStood() {
        Tensor hot = backend.oneHot(backend.tensor(new long[] {2, 0}, 2, 1), 3, DType.I64);
        assertThat(hot.shape()).isEqualTo(Shape.of(2, 1, 3));
        assertThat(hot.toLongs()).containsExactly(0, 0, 1, 1, 0, 0);
    }

    @Test
    void axesComeAndGo() {
        Tensor x = counted(2, 3);
        assertThat(x.unsqueeze(0).shape()).isEqualTo(Shape.of(1, 2, 3));
        assertThat(x.unsqueeze(-1).shape()).isEqualTo(Shape.of(2, 3, 1));
        assertThat(x.unsqueeze(1).unsqueeze(0).squeeze().shape()).isEqualTo(Shape.of(2, 3));
        assertThat(x.unsqueeze(1).unsqueeze(0).squeeze(-2).shape()).isEqualTo(Shape.of(1, 2, 3));
        assertThatThrownBy(() -> x.squeeze(1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("extent 3");
    }

    @Test
    void stackPutsElementsOfOnePlaceSideBySide() {
        assertThat(backend.stack(1, of(1, 2), of(3, 4), of(5, 6)).toDoubles()).containsExactly(1, 3, 5, 2, 4, 6);
        assertThat(backend.stack(0, of(1, 2), of(3, 4)).toDoubles()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void splitAndChunkArePyTorchs() {
        List<Tensor> parts = counted(2, 3).split(1, 1, 2);
        assertThat(parts.get(0).toDoubles()).containsExactly(0, 3);
        assertThat(parts.get(1).toDoubles()).containsExactly(1, 2, 4, 5);
        // torch.arange(5).chunk(4) gives three parts.
        assertThat(counted(5).chunk(0, 4)).extracting(part -> (int) part.size()).containsExactly(2, 2, 1);
        assertThat(counted(0, 2).chunk(0, 3))
                .extracting(Tensor::shape)
                .containsOnly(Shape.of(0, 2))
                .hasSize(3);
    }

    @Test
    void flipAndRepeat() {
        assertThat(counted(2, 3).flip(-1).toDoubles()).containsExactly(2, 1, 0, 5, 4, 3);
        assertThat(counted(2, 3).flip().toDoubles()).containsExactly(5, 4, 3, 2, 1, 0);
        assertThat(counted(2).repeat(3).toDoubles()).containsExactly(0, 1, 0, 1, 0, 1);
        Tensor tiled = counted(1, 2).repeat(2, 1, 2);
        assertThat(tiled.shape()).isEqualTo(Shape.of(2, 1, 4));
        assertThat(tiled.toDoubles()).containsExactly(0, 1, 0, 1, 0, 1, 0, 1);
    }

    @Test
    void masks() {
        Tensor mask = backend.tensor(new boolean[] {true, false}, 2);
        assertThat(mask.not().toBooleans()).containsExactly(false, true);
        assertThat(counted(2, 2).maskedFill(mask, 9).toDoubles()).containsExactly(9, 1, 9, 3);
        assertThat(counted(2, 3).maskSelect(mask).toDoubles()).containsExactly(0, 1, 2);
        Tensor picked = counted(2, 2).maskSelect(counted(2, 2).compare(CompareOp.GT, 0.5));
        assertThat(picked.shape()).isEqualTo(Shape.of(3));
        assertThat(picked.toDoubles()).containsExactly(1, 2, 3);
    }

    @Test
    void nonzeroGivesCoordinates() {
        Tensor x = backend.tensor(new double[] {0, 7, Double.NaN, 0, 0, -1}, 2, 3);
        assertThat(x.nonzero().shape()).isEqualTo(Shape.of(3, 2));
        assertThat(x.nonzero().toLongs()).containsExactly(0, 1, 0, 2, 1, 2);
        assertThat(backend.full(Shape.SCALAR, DType.I64, 3).nonzero().shape()).isEqualTo(Shape.of(1, 0));
    }

    @Test
    void sortIsStableEitherWayAndNanIsTheLargest() {
        Tensor x = of(2, Double.NaN, 1, 2, -0.0, 0.0, Double.POSITIVE_INFINITY);
        assertThat(x.argSort(0, false).toLongs()).containsExactly(4, 5, 2, 0, 3, 6, 1);
        assertThat(x.argSort(0, true).toLongs()).containsExactly(1, 6, 0, 3, 2, 4, 5);
        Ordered columns = backend.tensor(new double[] {3, 1, 2, 5}, 2, 2).sort(0, false);
        assertThat(columns.values().toDoubles()).containsExactly(2, 1, 3, 5);
        assertThat(columns.indices().toLongs()).containsExactly(1, 0, 0, 1);
        assertThat(backend.tensor(new int[] {3, -7, 3, Integer.MIN_VALUE}, 4)
                        .argSort(0, true)
                        .toLongs())
                .containsExactly(0, 2, 1, 3);
    }

    @Test
    void topKTakesTheFirstOfEqualOnes() {
        Ordered best =
                backend.tensor(new double[] {1, 4, 4, 0, 2, 2, 2, 9}, 2, 4).topK(2, -1);
        assertThat(best.values().toDoubles()).containsExactly(4, 4, 9, 2);
        assertThat(best.indices().toLongs()).containsExactly(1, 2, 3, 0);
        Ordered least = backend.topK(of(5, 3, 4), 1, 0, false);
        assertThat(least.values().toDoubles()).containsExactly(3);
        Ordered extreme = backend.extreme(true, backend.tensor(new double[] {1, 4, 4, 0}, 2, 2), 1);
        assertThat(extreme.values().toDoubles()).containsExactly(4, 4);
        assertThat(extreme.indices().toLongs()).containsExactly(1, 0);
    }

    @Test
    void embeddingPicksRows() {
        Tensor rows = backend.embedding(counted(3, 2), backend.tensor(new int[] {2, 0}, 1, 2));
        assertThat(rows.shape()).isEqualTo(Shape.of(1, 2, 2));
        assertThat(rows.toDoubles()).containsExactly(4, 5, 0, 1);
    }

    @Test
    void varianceAndNorm() {
        // Mean 3, squares 4 + 0 + 4.
        assertThat(of(1, 3, 5).variance().item()).isEqualTo(4);
        assertThat(backend.variance(of(1, 3, 5), new int[] {0}, 0, true).toDoubles())
                .containsExactly(new double[] {8.0 / 3}, within(1e-15));
        assertThat(of(7).variance().item()).isNaN();
        assertThat(backend.tensor(new double[] {3, 4, 0, 0}, 2, 2).norm(1).toDoubles())
                .containsExactly(5, 0);
    }
}
