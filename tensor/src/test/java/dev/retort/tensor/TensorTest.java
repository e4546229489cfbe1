package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading, views and bad use of tensors. */
class TensorTest {
    private final Backend backend = new ReferenceBackend();
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    @Test
    void readsInItsType() {
        Tensor x = backend.tensor(new double[] {1.5, -2.5}, 2);
        assertThat(x.toDoubles()).containsExactly(1.5, -2.5);
        assertThat(x.toFloats()).containsExactly(1.5f, -2.5f);
        assertThat(x.cast(DType.I64).toLongs()).containsExactly(1, -2);
        assertThat(x.cast(DType.I32).toLongs()).containsExactly(1, -2);
        assertThat(x.cast(DType.I32).toDoubles()).containsExactly(1, -2);
        assertThat(x.cast(DType.BOOL).toBooleans()).containsExactly(true, true);
        assertThat(backend.tensor(new boolean[] {true, false}, 2)
                        .cast(DType.F32)
                        .toFloats())
                .containsExactly(1, 0);
        long large = (1L << 60) + 1;
        assertThat(backend.tensor(new long[] {large}, 1)
                        .add(backend.tensor(new long[] {1}, 1))
                        .toLongs())
                .containsExactly(large + 1);
        assertThatThrownBy(x::toLongs).isInstanceOf(ShapeException.class).hasMessageContaining("F64");
        assertThatThrownBy(x::toBooleans).isInstanceOf(ShapeException.class).hasMessageContaining("F64");
        assertThatThrownBy(x::item).isInstanceOf(ShapeException.class).hasMessageContaining("[2]");
        assertThat(x.sum().item()).isEqualTo(-1);
    }

    @Test
    void integersKeepTheirLowBits() {
        Tensor x = backend.tensor(new int[] {Integer.MAX_VALUE, -7}, 2);
        assertThat(x.add(backend.tensor(new int[] {1, 0}, 2)).toLongs()).containsExactly(Integer.MIN_VALUE, -7);
        assertThat(x.div(backend.tensor(new int[] {2, 2}, 2)).toLongs()).containsExactly(Integer.MAX_VALUE / 2, -4);
        assertThatThrownBy(() -> x.div(backend.tensor(new int[] {2, 0}, 2)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("element 1");
    }

    @Test
    void integersRefuseConstantsThatTheyDoNotHold() {
        Tensor x = backend.tensor(new int[] {0, 3}, 2);
        assertThat(x.mul(2).toLongs()).containsExactly(0, 6);
        assertThatThrownBy(() -> x.mul(0.5))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("0.5")
                .hasMessageContaining("I32");
        assertThatThrownBy(() -> x.compare(CompareOp.LT, 3e9)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.add(Double.NaN)).isInstanceOf(ShapeException.class);
    }

    @Test
    void resolvesOneOpenExtent() {
        Tensor x = backend.zeros(Shape.of(4, 6), DType.F32);
        assertThat(x.reshape(3, -1).shape()).isEqualTo(Shape.of(3, 8));
        assertThatThrownBy(() -> x.reshape(5, -1)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.reshape(-1, -1)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.reshape(0, -1)).isInstanceOf(ShapeException.class);
    }

    @Test
    void viewsShareMemory() {
        Tensor x = backend.tensor(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
        Tensor rows = x.narrow(1, 2).reshape(4);
        backend.assign(rows, backend.tensor(new float[] {7, 8, 9, 10}, 4));
        assertThat(x.toFloats()).containsExactly(1, 2, 7, 8, 9, 10);
        assertThat(x.storage().version()).isEqualTo(1);
    }

    @Test
    void refusesUseAfterClose() {
        Tensor x = backend.tensor(new float[] {1, 2}, 2);
        Tensor y = backend.tensor(new float[] {1, 2}, 2);
        x.close();
        assertThat(x).hasToString("Tensor F32 [2] on reference (closed)");
        for (Runnable use : new Runnable[] {
            x::toFloats, x::toDoubles, () -> x.add(y), () -> y.add(x), x::exp, () -> x.reshape(1, 2), x::alias, x::sum
        }) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("[2]")
                    .hasMessageContaining("after it was closed");
        }
    }

    @Test
    void refusesOperandsOfTwoBackends() {
        Backend other = new ReferenceBackend();
        Tensor x = backend.tensor(new float[] {1, 2}, 2);
        Tensor y = other.tensor(new float[] {1, 2}, 2);
        assertThatThrownBy(() -> x.add(y))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("different backends");
        assertThatThrownBy(() -> x.matmul(y)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> backend.binary(BinaryOp.ADD, x, y))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("belongs to another instance of backend reference: upload its values here first");
    }

    @Test
    void findsTheReferenceByName() {
        try (Backend found = Backends.create("reference")) {
            assertThat(found).isInstanceOf(ReferenceBackend.class);
        }
        assertThatThrownBy(() -> Backends.create("abacus"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("abacus")
                .hasMessageContaining("reference");
    }
}
