package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What a tape, its graph and its gradients print. */
class PrintedTapesTest {
    private static String printed(Object object) {
        return object.toString().replace("\r\n", "\n").replaceAll("[A-Z][A-Za-z]+\\.java:\\d+", "AT");
    }

    @Test
    void theyShowWhatTheyHold() {
        try (Backend backend = Backends.create("reference")) {
            Tensor data = backend.tensor(new float[] {1, -2}, 2);
            Tape tape = Tape.on(backend);
            assertThat(tape).hasToString("tape over reference: 0 leaves, 0 operations, saved 0 B");
            Tensor x = tape.watch(data);
            Tensor loss = x.square().sum();
            assertThat(printed(tape))
                    .isEqualTo(
                            """
                            tape over reference: 1 leaves, 2 operations, saved 8 B
                            %0 = leaf -> F32 [2], AT
                            %1 = SQUARE(%0 F32 [2]) -> F32 [2], saved 8 B, AT
                            %2 = SUM(%1 F32 [2]) -> F32 [], AT""");
            Gradients gradients = tape.gradients(loss);
            assertThat(printed(gradients))
                    .isEqualTo(
                            """
                            Gradients of 1 tensors of a tape over reference
                            %0 leaf, AT: Tensor F32 [2] on reference
                            [ 2.0, -4.0]""");
            tape.close();
            assertThat(printed(tape)).startsWith("closed tape over reference: 1 leaves, 2 operations, saved 0 B\n%0");
            assertThat(printed(gradients)).endsWith("%0 leaf, AT: Tensor F32 [2] on reference (closed)");
            data.close();
        }
    }

    @Test
    void longOnesAreShortened() {
        try (Backend backend = Backends.create("reference");
                Tensor data = backend.tensor(new float[] {1, -2}, 2);
                Tape tape = Tape.on(backend)) {
            Tensor sum = tape.watch(data);
            for (int i = 0; i < 40; i++) {
                sum = sum.add(tape.watch(data));
            }
            assertThat(printed(tape.graph()).lines()).hasSize(17).contains("... 65 more ...");
            assertThat(tape.graph().toText().lines()).hasSize(81);
            assertThat(printed(tape.gradients(sum.sum())).lines())
                    .hasSizeLessThanOrEqualTo(21)
                    .last()
                    .asString()
                    .matches("\\.\\.\\. and \\d+ more");
        }
    }
}
