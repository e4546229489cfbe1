package dev.retort.kernels.gradients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A call to the backend beneath a tape with a tensor of the tape says which call is right, and that one is. */
class WrongBackendTest {
    private static void says(ThrowingCallable call, String advice) {
        assertThatThrownBy(call)
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("an operand belongs to backend tape over simd, not simd: ")
                .hasMessageContaining(advice);
    }

    @Test
    void theRightCallIsNamed() {
        try (Backend b = Backends.create("simd");
                Scope scope = Scope.open();
                Tape tape = Tape.on(b)) {
            Tensor x = tape.watch(b.full(Shape.of(1, 4, 4, 2), DType.F32, 1));
            Tensor w = tape.watch(b.full(Shape.of(3, 3, 3, 2), DType.F32, 1));
            Conv2dSpec spec = Conv2dSpec.of(1, 1);
            says(() -> b.conv2d(x, w, spec), "call x.conv2d(...), or x.backend().conv2d(...) on that tensor x");
            says(() -> b.convolution(x, w, null, null, spec, true), "call x.backend().convolution(...)");
            says(() -> b.layerNorm(x, null, null, 1e-5), "call x.layerNorm(...), or x.backend().layerNorm(...)");
            says(() -> b.attention(x, x, x, null), "call x.attention(...)");
            assertThat(x.conv2d(w, spec).backend()).isSameAs(tape);
            assertThat(tape.gradients(x.conv2d(w, spec).sum()).of(w).shape()).isEqualTo(w.shape());
        }
    }

    @Test
    void aMethodGoesToTheTapeOfAnyOperand() {
        try (Backend b = Backends.create("simd");
                Scope scope = Scope.open();
                Tape tape = Tape.on(b)) {
            Tensor x = b.full(Shape.of(2, 3), DType.F32, 1);
            Tensor w = tape.watch(b.full(Shape.of(4, 3), DType.F32, 1));
            assertThat(x.linear(w).backend()).isSameAs(tape);
            assertThat(x.concat(0, w).backend()).isSameAs(tape);
            assertThat(x.attention(w, w).backend()).isSameAs(tape);
        }
    }
}
