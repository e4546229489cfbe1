package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The recorded graph in words and for Graphviz, character by character. Origins are tested outside the engine. */
class TapeGraphTest {
    private static final String TEXT =
            """
            %0 head."w" = leaf -> F64 [3], AT
            %1 = leaf -> F64 [2, 1], AT
            %2 = MUL(%0 F64 [3], constant F64 [2, 3]) -> F64 [2, 3], saved 48 B, AT
            %3 = ADD(%2 F64 [2, 3], %1 F64 [2, 1]) -> F64 [2, 3], AT
            %4 = EXP(%3 F64 [2, 3]) -> F64 [2, 3], saved 48 B, AT
            %5 = SUM(%4 F64 [2, 3]) -> F64 [], AT
            """;
    private static final String DOT =
            """
            digraph tape {
              node [shape=box, fontname=monospace];
              n0 [label="%0 head.\\"w\\"\\nF64 [3]\\nAT", shape=ellipse];
              n1 [label="%1 leaf\\nF64 [2, 1]\\nAT", shape=ellipse];
              n2 [label="%2 MUL\\nF64 [2, 3]\\nfreed 48 B\\nAT"];
              n0 -> n2;
              n3 [label="%3 ADD\\nF64 [2, 3]\\nAT"];
              n2 -> n3;
              n1 -> n3;
              n4 [label="%4 EXP\\nF64 [2, 3]\\nfreed 48 B\\nAT"];
              n3 -> n4;
              n5 [label="%5 SUM\\nF64 []\\nAT"];
              n4 -> n5;
            }
            """;

    @Test
    void textAndDotOfASmallGraph() {
        try (Backend backend = new ReferenceBackend();
                Parameter w = new Parameter(backend.tensor(new double[] {1, 2, 3}, 3))) {
            Tape tape = Tape.on(backend);
            Map<String, Parameter> names = Map.of("head.\"w\"", w);
            try (tape) {
                tape.watch(List.of(w));
                Tensor b = tape.watch(backend.tensor(new double[] {1, 2}, 2, 1));
                Tensor x = backend.tensor(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
                Tensor loss = w.value().mul(x).add(b).exp().sum();
                assertThat(withoutOrigins(tape.graph(names).toText())).isEqualTo(TEXT);
                tape.gradients(loss);
                assertThat(withoutOrigins(tape.graph(names).toDot())).isEqualTo(DOT);
            }
            assertThat(withoutOrigins(tape.graph(names).toText())).isEqualTo(TEXT.replace("saved", "freed"));
        }
    }

    @Test
    void aCheckpointIsOneNodeAndMoreForItsFurtherResults() {
        try (Backend backend = new ReferenceBackend();
                Parameter w = new Parameter(backend.tensor(new double[] {1, 2, 3}, 3));
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor x = backend.tensor(new double[] {4, 5, 6}, 3);
            tape.checkpoint(in -> List.of(in.get(0).mul(w.value()), w.value().sum()), List.of(x));
            assertThat(withoutOrigins(tape.graph().toText()))
                    .isEqualTo(
                            """
                            %0 = leaf -> F64 [3], AT
                            %1 = CHECKPOINT(constant F64 [3], %0 F64 [3]) -> F64 [3], saved 48 B, AT
                            %2 = CHECKPOINT(%1 F64 [3]) -> F64 [], AT
                            """);
        }
    }

    private static String withoutOrigins(String text) {
        return text.replace("\r\n", "\n").replaceAll("[A-Z][A-Za-z]+\\.java:\\d+", "AT");
    }
}
