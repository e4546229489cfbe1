package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.ArrayOperations.Ordered;
import dev.retort.tensor.Backend;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A checkpointed block: what it keeps, that its gradients have the same bits, and what it refuses. */
class CheckpointTest {
    private final Backend backend = new ReferenceBackend();
    private final Parameter w = parameter(1, 4, 4);
    private final Parameter v = parameter(2, 4, 4);

    @AfterEach
    void nothingIsLeft() {
        w.close();
        v.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    private Parameter parameter(long seed, int... extents) {
        Shape shape = Shape.of(extents);
        double[] values =
                new SplittableRandom(seed).doubles(shape.size(), -1, 1).toArray();
        return new Parameter(backend.tensor(values, shape, DType.F32));
    }

    private Tensor input() {
        double[] values = new SplittableRandom(3).doubles(12, -1, 1).toArray();
        return backend.tensor(values, Shape.of(3, 4), DType.F32);
    }

    /** Gradients of a loss for w, v and x, where the loss may run parts of itself as blocks. */
    private List<float[]> gradients(
            boolean checkpointed, BiFunction<UnaryOperator<UnaryOperator<Tensor>>, Tensor, Tensor> loss) {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w, v));
            Tensor x = tape.watch(input());
            UnaryOperator<UnaryOperator<Tensor>> wrap =
                    block -> checkpointed ? y -> Tape.checkpoint(List.of(w, v), block, y) : block;
            Gradients gradients = tape.gradients(loss.apply(wrap, x));
            return List.of(
                    gradients.require(w).toFloats(),
                    gradients.require(v).toFloats(),
                    gradients.require(x).toFloats());
        }
    }

    private void bitsAreTheSame(BiFunction<UnaryOperator<UnaryOperator<Tensor>>, Tensor, Tensor> loss) {
        List<float[]> plain = gradients(false, loss);
        List<float[]> checkpointed = gradients(true, loss);
        for (int i = 0; i < plain.size(); i++) {
            assertThat(checkpointed.get(i)).containsExactly(plain.get(i));
        }
    }

    /** Uses its input twice and w once, as a residual block does. */
    private Tensor residual(Tensor x) {
        return x.matmul(w.value()).unary(UnaryOp.TANH).add(x);
    }

    @Test
    void gradientsHaveTheSameBitsWhereOperandsAreUsedOutsideToo() {
        bitsAreTheSame((wrap, x) -> {
            Tensor before = x.mul(w.value().sum()).add(x.exp());
            Tensor y = wrap.apply(this::residual).apply(before);
            Tensor z =
                    wrap.apply(t -> t.matmul(v.value()).mul(w.value().mean())).apply(y);
            // x, before, y, w and v are all used before, inside and after blocks: sums of many terms, in an order.
            return z.mul(y)
                    .add(before.mul(y.exp()))
                    .mul(x)
                    .mean()
                    .add(w.value().mul(v.value()).sum());
        });
    }

    @Test
    void checkpointsMayBeNested() {
        bitsAreTheSame((wrap, x) -> wrap.apply(outer -> {
                    Tensor inner =
                            wrap.apply(this::residual).apply(outer.mul(v.value().mean()));
                    return wrap.apply(t -> t.mul(t).matmul(v.value()))
                            .apply(inner)
                            .add(outer);
                })
                .apply(x)
                .mul(x)
                .sum());
    }

    @Test
    void theTapeItselfMayBeAskedFromWithin() {
        List<float[]> found = new ArrayList<>();
        for (boolean checkpointed : new boolean[] {false, true}) {
            try (Tape tape = Tape.on(backend)) {
                tape.watch(List.of(w));
                UnaryOperator<Tensor> twice =
                        t -> checkpointed ? tape.checkpoint(this::residual, residual(t)) : residual(residual(t));
                Tensor y = checkpointed ? tape.checkpoint(twice, input()) : twice.apply(input());
                found.add(tape.gradients(y.sum()).require(w).toFloats());
                assertThat(tape.size()).isEqualTo(checkpointed ? 3 : 8);
            }
        }
        assertThat(found.get(1)).containsExactly(found.get(0));
    }

    @Test
    void severalInputsAndResults() {
        List<List<float[]>> found = new ArrayList<>();
        for (boolean checkpointed : new boolean[] {false, true}) {
            try (Tape tape = Tape.on(backend)) {
                tape.watch(List.of(w, v));
                Tensor x = tape.watch(input());
                Tensor index = backend.tensor(new long[] {2, 0}, 2);
                Function<List<Tensor>, List<Tensor>> block = in -> {
                    Tensor a = in.get(0).matmul(w.value());
                    Tensor picked = a.indexSelect(0, in.get(2));
                    return List.of(
                            a.mul(in.get(1)), picked, in.get(1).mul(v.value().sum()));
                };
                List<Tensor> inputs = List.of(x, x, index);
                List<Tensor> y = checkpointed ? tape.checkpoint(block, inputs) : block.apply(inputs);
                Tensor loss = y.get(0)
                        .exp()
                        .sum()
                        .add(y.get(1).square().sum())
                        .add(y.get(2).mul(y.get(0)).sum());
                Gradients gradients = tape.gradients(loss);
                found.add(List.of(
                        gradients.require(w).toFloats(),
                        gradients.require(v).toFloats(),
                        gradients.require(x).toFloats()));
            }
        }
        for (int i = 0; i < 3; i++) {
            assertThat(found.get(1).get(i)).containsExactly(found.get(0).get(i));
        }
    }

    @Test
    void aResultThatNobodyUsesIsLeftOut() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            List<Tensor> y =
                    tape.checkpoint(in -> List.of(w.value().mul(3), w.value().exp()), List.of());
            assertThat(tape.gradients(y.get(0).sum()).require(w).toFloats()).containsOnly(3);
        }
    }

    @Test
    void nothingInsideIsKept() {
        long[] held = new long[2];
        for (int i = 0; i < 2; i++) {
            try (Tape tape = Tape.on(backend)) {
                tape.watch(List.of(w));
                Tensor x = backend.zeros(Shape.of(1000), DType.F32);
                long before = backend.memory().liveBytes();
                UnaryOperator<Tensor> block = t -> {
                    Tensor y = t.add(w.value().sum());
                    for (int step = 0; step < 10; step++) {
                        y = y.exp();
                    }
                    return y;
                };
                Tensor y = i == 0 ? block.apply(x) : tape.checkpoint(block, x);
                held[i] = backend.memory().liveBytes() - before;
                assertThat(y.shape()).isEqualTo(x.shape());
            }
        }
        // Ten results of 4000 bytes, or one; pooled arrays are up to an eighth longer.
        assertThat(held[0]).isGreaterThan(40_000);
        assertThat(held[1]).isBetween(4_000L, 5_000L);
    }

    @Test
    void aTapeOverATapeGoesThroughIt() {
        try (Tape first = Tape.on(backend)) {
            Tensor x = first.watch(backend.tensor(new double[] {0.5, -2}, 2));
            Tensor slope;
            try (Tape second = Tape.on(first)) {
                Tensor y = second.watch(x);
                Tensor cube = second.checkpoint(t -> t.mul(t).mul(t), y);
                slope = second.gradients(cube.sum()).require(y).alias();
            }
            assertThat(slope.toDoubles()).containsExactly(0.75, 12);
            double[] curvature = first.gradients(slope.sum()).require(x).toDoubles();
            assertThat(curvature[0]).isCloseTo(3, within(1e-12));
            assertThat(curvature[1]).isCloseTo(-12, within(1e-12));
            slope.close();
        }
    }

    @Test
    void retainedGradientsCanBeAskedForAgain() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor loss = tape.checkpoint(this::residual, input()).sum();
            Tensor one = backend.full(Shape.SCALAR, DType.F32, 1);
            float[] once =
                    tape.gradients(List.of(loss), List.of(one), true).require(w).toFloats();
            assertThat(tape.gradients(loss).require(w).toFloats()).containsExactly(once);
            assertThatThrownBy(() -> tape.gradients(loss)).hasMessageContaining("retain");
        }
    }

    @Test
    void onlyWhatIsAskedForIsComputed() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w, v));
            int[] runs = new int[1];
            Tensor x = tape.checkpoint(
                    t -> {
                        runs[0]++;
                        return residual(t);
                    },
                    input());
            Tensor loss = x.matmul(v.value()).sum();
            Gradients gradients = tape.gradients(loss, List.of(v));
            assertThat(runs[0]).isEqualTo(1);
            assertThat(gradients.of(v)).isNotNull();
            assertThat(gradients.of(w)).isNull();
        }
    }

    @Test
    void aBlockOfConstantsIsNotRecorded() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            int size = tape.size();
            Tensor y = tape.checkpoint(Tensor::exp, input());
            assertThat(tape.size()).isEqualTo(size);
            assertThat(y.backend()).isSameAs(backend);
        }
    }

    @Test
    void itsInputStaysWhenTheUserClosesIt() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor loss;
            try (Scope scope = Scope.open()) {
                loss = scope.keep(tape.checkpoint(this::residual, input()).sum());
            }
            assertThat(tape.gradients(loss).of(w)).isNotNull();
        }
    }

    @Test
    void aSecondRunIsKnownAsOne() {
        List<Boolean> repeating = new ArrayList<>();
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor y = tape.checkpoint(
                    t -> {
                        repeating.add(Scope.isRepeating());
                        assertThat(Scope.isCheckpointed()).isTrue();
                        return residual(t);
                    },
                    input());
            assertThat(Scope.isCheckpointed()).isFalse();
            tape.gradients(y.sum());
            assertThat(Scope.isRepeating()).isFalse();
        }
        assertThat(repeating).containsExactly(false, true);
    }

    @Test
    void aTrackedTensorThatIsNoInputIsRefused() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor hidden = w.value().mul(2);
            assertThatThrownBy(() -> tape.checkpoint(t -> t.matmul(hidden), input()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not among its inputs");
            assertThat(tape.gradients(w.value().sum()).of(w)).isNotNull();
        }
    }

    @Test
    void aParameterThatWasWrittenSinceIsNoticed() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor loss = tape.checkpoint(this::residual, input()).sum();
            backend.axpy(w.data(), 1, w.data());
            assertThatThrownBy(() -> tape.gradients(loss))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("CHECKPOINT")
                    .hasMessageContaining("in place");
        }
    }

    @Test
    void aSecondRunThatFailsSaysSoAndLeavesTheTapeInOrder() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            int[] runs = new int[1];
            Tensor leaf = w.value();
            Tensor y = tape.checkpoint(
                    t -> {
                        Tensor z = t.matmul(w.value());
                        return runs[0]++ == 0 ? z : z.reshape(5);
                    },
                    input());
            assertThatThrownBy(() -> tape.gradients(y.sum()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("computed again")
                    .hasMessageContaining("[3, 4]")
                    .hasCauseInstanceOf(ShapeException.class);
            assertThat(w.value()).isSameAs(leaf);
            assertThat(tape.gradients(w.value().sum()).require(w).toFloats()).containsOnly(1);
        }
    }

    @Test
    void aBlockThatIsNoFunctionIsNoticedByItsShapes() {
        try (Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            int[] runs = new int[1];
            Tensor y = tape.checkpoint(
                    t -> t.matmul(w.value()).narrow(runs[0]++, 1).sum(runs[0] - 1), input());
            assertThatThrownBy(() -> tape.gradients(y.sum())).hasMessageContaining("gave other results");
        }
    }

    @Test
    void indexesAndMasksOfABlockAreConstants() {
        try (Tape tape = Tape.on(backend)) {
            Tensor x = tape.watch(backend.tensor(new float[] {3, 1, 2}, 3));
            List<Tensor> parts = tape.checkpoint(
                    in -> {
                        Ordered best = in.get(0).square().topK(2, 0);
                        return List.of(best.indices(), best.values(), in.get(0).compare(CompareOp.GT, 2));
                    },
                    List.of(x));
            Tensor picked = x.indexSelect(0, parts.get(0)).sum();
            Tensor filled = x.maskedFill(parts.get(2), 0).sum();
            Gradients gradients = tape.gradients(picked.add(parts.get(1).sum()).add(filled));
            // x^2 of the two largest has the slope 2x, their selection adds 1, and what is at most 2 another 1.
            assertThat(gradients.of(x).toFloats()).containsExactly(7, 1, 6);
        }
    }

    @Test
    void aBlockWithoutAResultIsRefused() {
        try (Tape tape = Tape.on(backend)) {
            Tensor x = tape.watch(input());
            assertThatThrownBy(() -> tape.checkpoint(in -> List.of(), List.of(x)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("at least one tensor");
        }
    }
}
