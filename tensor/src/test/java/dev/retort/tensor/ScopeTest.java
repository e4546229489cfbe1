package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.reference.ReferenceBackend;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who owns a tensor, and when its memory goes back. */
class ScopeTest {
    private final Backend backend = new ReferenceBackend();

    private Tensor tensor() {
        return backend.tensor(new float[] {1, 2, 3}, 3);
    }

    private long live() {
        return backend.memory().liveBytes();
    }

    @Test
    void closesWhatWasMadeInIt() {
        Tensor inside;
        try (Scope scope = Scope.open()) {
            inside = tensor().add(1).mul(2);
            assertThat(live()).isPositive();
        }
        assertThat(inside.isClosed()).isTrue();
        assertThat(live()).isZero();
    }

    @Test
    void keepMovesAResultOutwards() {
        Tensor kept;
        Tensor outer;
        try (Scope first = Scope.open()) {
            try (Scope second = Scope.open()) {
                kept = second.keep(tensor().add(1));
            }
            assertThat(kept.toDoubles()).containsExactly(2, 3, 4);
            outer = first.keep(tensor());
        }
        assertThat(kept.isClosed()).isTrue();
        assertThat(outer.isClosed()).isFalse();
        outer.close();
        assertThat(live()).isZero();
    }

    @Test
    void keepLeavesForeignTensorsAlone() {
        Tensor before = tensor();
        try (Scope scope = Scope.open()) {
            assertThat(scope.keep(before)).isSameAs(before);
        }
        assertThat(before.isClosed()).isFalse();
        before.close();
    }

    @Test
    void releasedTensorsBelongToTheirHolder() {
        Tensor free;
        try (Scope scope = Scope.open()) {
            free = Scope.release(tensor());
        }
        assertThat(free.toDoubles()).containsExactly(1, 2, 3);
        free.close();
        assertThat(live()).isZero();
    }

    @Test
    void viewsKeepMemoryAlive() {
        Tensor x = tensor();
        Tensor view = x.narrow(1, 2);
        Tensor alias = x.alias();
        x.close();
        x.close();
        assertThat(view.toDoubles()).containsExactly(2, 3);
        view.close();
        assertThat(live()).isPositive();
        alias.close();
        assertThat(live()).isZero();
    }

    @Test
    void readingLeavesNothingBehind() {
        try (Tensor x = tensor()) {
            long before = live();
            x.toFloats();
            x.toDoubles();
            assertThat(live()).isEqualTo(before);
        }
        assertThat(live()).isZero();
    }

    @Test
    void closingEarlyIsAllowed() {
        try (Scope scope = Scope.open()) {
            Tensor x = tensor();
            x.close();
            assertThat(live()).isZero();
        }
        assertThat(live()).isZero();
    }

    @Test
    void refusesOtherOrders() {
        Scope first = Scope.open();
        Scope second = Scope.open();
        assertThatThrownBy(first::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reverse order");
        second.close();
        first.close();
        first.close();
    }

    @Test
    void belongsToItsThread() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Scope scope = Scope.open()) {
            Tensor x = tensor();
            Thread other = new Thread(() -> {
                try {
                    Scope.release(x);
                } catch (IllegalStateException e) {
                    failure.set(e);
                }
            });
            other.start();
            other.join();
        }
        assertThat(failure.get()).hasMessageContaining("thread");
        assertThat(live()).isZero();
    }
}
