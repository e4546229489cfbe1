package dev.retort.kernels.gradients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.autograd.CustomOp;
import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.autograd.Ulps;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An outsider's operation on the tape: its gradient, where it may be used, what it leaves behind, and what it is told. */
class CustomOpTest {
    /** x*sigmoid(x*w), with w a scalar for each column; backward made of operations. */
    record Swish() implements CustomOp {
        @Override
        public String name() {
            return "swish";
        }

        @Override
        public Tensor forward(Backend backend, List<Tensor> in) {
            return in.get(0).mul(in.get(0).mul(in.get(1)).sigmoid());
        }

        @Override
        public List<Tensor> backward(Backend backend, List<Tensor> in, Tensor out, Tensor g) {
            Tensor x = in.get(0);
            Tensor s = x.mul(in.get(1)).sigmoid();
            Tensor slope = s.mul(s.neg().add(1));
            Tensor dx = g.mul(s.add(x.mul(in.get(1)).mul(slope)));
            return List.of(dx, g.mul(x.square()).mul(slope).sum(0));
        }
    }

    /** Rows of x times two by an index, as a native kernel would: through plain arrays, without second derivatives. */
    record Rows() implements CustomOp {
        @Override
        public String name() {
            return "rows";
        }

        @Override
        public Tensor forward(Backend backend, List<Tensor> in) {
            long[] rows = in.get(1).toLongs();
            int width = in.get(0).dim(1);
            double[] x = in.get(0).toDoubles();
            double[] y = new double[rows.length * width];
            for (int i = 0; i < y.length; i++) {
                y[i] = 2 * x[(int) rows[i / width] * width + i % width];
            }
            return backend.tensor(y, Shape.of(rows.length, width), in.get(0).dtype());
        }

        @Override
        public List<Tensor> backward(Backend backend, List<Tensor> in, Tensor out, Tensor g) {
            long[] rows = in.get(1).toLongs();
            int width = in.get(0).dim(1);
            double[] upstream = g.toDoubles();
            double[] gradient = new double[(int) in.get(0).size()];
            for (int i = 0; i < upstream.length; i++) {
                gradient[(int) rows[i / width] * width + i % width] += 2 * upstream[i];
            }
            return List.of(backend.tensor(gradient, in.get(0).shape(), in.get(0).dtype()));
        }
    }

    /** What a test puts together. */
    private record Op(
            BiFunction<Backend, List<Tensor>, Tensor> forward, BiFunction<Backend, Tensor, List<Tensor>> backward)
            implements CustomOp {
        @Override
        public String name() {
            return "odd";
        }

        @Override
        public Tensor forward(Backend backend, List<Tensor> in) {
            return forward.apply(backend, in);
        }

        @Override
        public List<Tensor> backward(Backend backend, List<Tensor> in, Tensor out, Tensor g) {
            return backward.apply(backend, g);
        }
    }

    private static Tensor matrix(Backend backend) {
        return backend.tensor(new double[] {0.5, -1.5, 2, 0.25, -0.75, 1}, 3, 2);
    }

    private static Tensor vector(Backend backend) {
        return backend.tensor(new double[] {0.75, -2}, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = "reference")
    void gradientsAreCheckedInBothOrders(String name) {
        try (Backend backend = Backends.create(name);
                Scope scope = Scope.open()) {
            List<Tensor> inputs = List.of(matrix(backend), vector(backend));
            GradientCheck.Function function = in -> new Swish().apply(in.get(0), in.get(1));
            GradientCheck.on(backend).require(function, inputs);
            GradientCheck.on(backend).secondOrder().require(function, inputs);
        }
    }

    @Test
    void itComputesWhatItsOperationsWould() {
        try (Backend backend = Backends.create("reference");
                Scope scope = Scope.open();
                Tape tape = Tape.on(backend)) {
            Tensor x = tape.watch(matrix(backend));
            Tensor w = tape.watch(vector(backend));
            Tensor plain = x.mul(x.mul(w).sigmoid());
            Tensor own = new Swish().apply(x, w);
            assertThat(own.backend()).isSameAs(tape);
            assertThat(own.toDoubles()).isEqualTo(plain.toDoubles());
            Gradients expected = tape.gradients(plain.sum(), x, w);
            Gradients actual = tape.gradients(own.sum(), x, w);
            for (Tensor leaf : List.of(x, w)) {
                double[] wanted = expected.of(leaf).toDoubles();
                double[] found = actual.of(leaf).toDoubles();
                for (int i = 0; i < wanted.length; i++) {
                    assertThat(Ulps.distance(DType.F64, wanted[i], found[i])).isLessThan(8);
                }
            }
        }
    }

    @Test
    void indicesHaveNoGradientAndNumbersThatLeaveTheTensorsDoNotMatter() {
        try (Backend backend = Backends.create("reference");
                Scope scope = Scope.open()) {
            Tensor rows = backend.tensor(new int[] {2, 0, 2, 1}, 4);
            GradientCheck check = GradientCheck.on(backend);
            GradientCheck.Function function = in -> new Rows().apply(in.get(0), rows);
            check.require(function, List.of(matrix(backend)));
            // Linear: its second derivatives are none, and that is what a backward of plain numbers gives.
            check.secondOrder().require(function, List.of(matrix(backend)));
            assertThat(check.secondOrder()
                            .check(in -> new Rows().apply(in.get(0).square(), rows), List.of(matrix(backend)))
                            .passed())
                    .isTrue();
        }
    }

    @Test
    void aWrongBackwardIsFound() {
        try (Backend backend = Backends.create("reference");
                Scope scope = Scope.open()) {
            CustomOp wrong = new Op((b, in) -> in.get(0).square(), (b, g) -> List.of(g.mul(2)));
            assertThat(GradientCheck.on(backend)
                            .check(in -> wrong.apply(in.get(0)), List.of(matrix(backend)))
                            .passed())
                    .isFalse();
        }
    }

    @Test
    void insideACheckpointGradientsHaveTheSameBits() {
        try (Backend backend = Backends.create("reference");
                Scope scope = Scope.open();
                Parameter w = new Parameter(vector(backend));
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor x = tape.watch(matrix(backend));
            Tensor plain = new Swish().apply(x, w.value()).exp();
            Tensor block =
                    tape.checkpoint(in -> new Swish().apply(in, w.value()).exp(), x);
            double[][] wanted = bits(tape.gradients(plain.sum()), x, w);
            assertThat(bits(tape.gradients(block.sum()), x, w)).isDeepEqualTo(wanted);
        }
    }

    private static double[][] bits(Gradients gradients, Tensor x, Parameter w) {
        return new double[][] {gradients.of(x).toDoubles(), gradients.of(w).toDoubles()};
    }

    @Test
    void untrackedInputsRecordNothing() {
        try (Backend backend = Backends.create("reference");
                Scope scope = Scope.open();
                Tape tape = Tape.on(backend)) {
            tape.watch(matrix(backend));
            Tensor y = new Swish().apply(matrix(backend), vector(backend));
            assertThat(y.backend()).isSameAs(backend);
            assertThat(tape.size()).isEqualTo(1);
        }
    }

    @Test
    void nothingLeaks() {
        try (Backend backend = Backends.create("reference")) {
            Tensor x = matrix(backend);
            Tensor w = vector(backend);
            long before = backend.memory().liveBytes();
            long resultAndSum;
            try (Tensor result = backend.zeros(x.shape(), DType.F64);
                    Tensor sum = backend.zeros(Shape.SCALAR, DType.F64)) {
                resultAndSum = backend.memory().liveBytes() - before;
            }
            new Swish().apply(x, w).close();
            assertThat(backend.memory().liveBytes()).isEqualTo(before);
            try (Tape tape = Tape.on(backend)) {
                Tensor leaf = tape.watch(x);
                Tensor loss = new Swish().apply(leaf, w).sum();
                // Leaf and w share memory with x and w; the result is saved and the sum is new.
                assertThat(backend.memory().liveBytes()).isEqualTo(before + resultAndSum);
                assertThat(tape.graph().entries().get(1).savedBytes()).isEqualTo(48 + 16 + 48);
                tape.gradients(loss);
                assertThat(tape.graph().entries().get(1).freed()).isTrue();
            }
            assertThat(backend.memory().liveBytes()).isEqualTo(before);
            CustomOp identity = new Op((b, in) -> in.get(0), (b, g) -> List.of(g));
            try (Tape tape = Tape.on(backend)) {
                Tensor y = identity.apply(tape.watch(x));
                assertThat(tape.gradients(y.sum()).of(tape.watch(x))).isNull();
            }
            assertThat(x.isClosed()).isFalse();
            assertThat(backend.memory().liveBytes()).isEqualTo(before);
            CustomOp failing = new Op(
                    (b, in) -> {
                        in.get(0).exp();
                        throw new IllegalStateException("the kernel does not run");
                    },
                    (b, g) -> List.of(g));
            assertThatThrownBy(() -> failing.apply(x)).hasMessage("the kernel does not run");
            assertThat(backend.memory().liveBytes()).isEqualTo(before);
            x.close();
            w.close();
        }
    }

    @Test
    void graphsNameIt() {
        try (Backend backend = Backends.create("reference");
                Scope scope = Scope.open();
                Tape tape = Tape.on(backend)) {
            new Swish().apply(tape.watch(matrix(backend)), vector(backend));
            assertThat(tape.graph().toText()).contains("%1 = swish(%0 F64 [3, 2], constant F64 [2]) -> F64 [3, 2]");
            assertThat(tape.graph().toDot()).contains("%1 swish");
        }
    }

    private static final BiFunction<Backend, Tensor, List<Tensor>> SAME = (b, g) -> List.of(g);

    private static void refused(Op op, String... words) {
        try (Backend backend = Backends.create("reference");
                Scope scope = Scope.open();
                Tape tape = Tape.on(backend)) {
            Tensor x = tape.watch(matrix(backend));
            assertThatThrownBy(() -> tape.gradients(op.apply(x).sum()))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith("Custom operation 'odd': ")
                    .hasMessageContainingAll(words);
        }
    }

    @Test
    void aForwardThatBreaksItsPromiseIsNamed() {
        refused(new Op((b, in) -> null, SAME), "forward returned null");
        refused(new Op((b, in) -> in.get(0).argMax(0), SAME), "type I64", "F32 or F64");
        refused(
                new Op(
                        (b, in) -> {
                            b.axpy(in.get(0), 1, in.get(0).exp());
                            return in.get(0).exp();
                        },
                        SAME),
                "forward wrote into input 0");
        try (Backend other = Backends.create("reference");
                Tensor far = matrix(other)) {
            refused(new Op((b, in) -> far, SAME), "lives on reference");
            refused(new Op((b, in) -> in.get(0).exp(), (b, g) -> List.of(far)), "gradient of input 0 that lives on");
        }
    }

    @Test
    void aTrackedTensorThatIsNoInputIsNamed() {
        try (Backend backend = Backends.create("reference");
                Scope scope = Scope.open();
                Tape tape = Tape.on(backend)) {
            Tensor w = tape.watch(matrix(backend));
            Tensor x = matrix(backend);
            assertThatThrownBy(() -> new Op((b, in) -> in.get(0).mul(w), SAME).apply(x))
                    .hasMessageStartingWith("Custom operation 'odd': forward returned a tensor that lives on tape over")
                    .hasMessageContaining("must be among the inputs");
        }
    }

    @Test
    void aBackwardThatBreaksItsPromiseIsNamed() {
        BiFunction<Backend, List<Tensor>, Tensor> exp = (b, in) -> in.get(0).exp();
        refused(new Op(exp, (b, g) -> null), "backward returned null for 1 inputs");
        refused(new Op(exp, (b, g) -> List.of()), "backward returned 0 gradients for 1 inputs of type F32 or F64");
        refused(new Op(exp, (b, g) -> Arrays.asList((Tensor) null)), "null in place of the gradient of input 0");
        refused(new Op(exp, (b, g) -> List.of(g.sum(0))), "a gradient F64 [2] for input 0, which is F64 [3, 2]");
        refused(new Op(exp, (b, g) -> List.of(g.cast(DType.F32))), "a gradient F32 [3, 2] for input 0");
    }

    @Test
    void inputsThatDoNotGoTogetherAreNamed() {
        try (Backend one = Backends.create("reference");
                Backend two = Backends.create("reference");
                Tensor x = matrix(one);
                Tensor y = vector(two)) {
            assertThatThrownBy(() -> new Swish().apply(x, y))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith("Custom operation 'swish': inputs live on different backends");
            assertThatThrownBy(() -> new Swish().apply()).hasMessageContaining("'swish': takes 1 to 30 inputs, not 0");
            CustomOp nameless = new CustomOp() {
                @Override
                public String name() {
                    return " ";
                }

                @Override
                public Tensor forward(Backend backend, List<Tensor> inputs) {
                    return inputs.get(0);
                }

                @Override
                public List<Tensor> backward(Backend backend, List<Tensor> in, Tensor output, Tensor gradient) {
                    return List.of(gradient);
                }
            };
            assertThatThrownBy(() -> nameless.apply(x)).hasMessageContaining("without a name");
        }
    }
}
