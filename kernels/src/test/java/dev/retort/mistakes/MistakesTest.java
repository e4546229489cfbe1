package dev.retort.mistakes;

import static dev.retort.tensor.DType.BOOL;
import static dev.retort.tensor.DType.F32;
import static dev.retort.tensor.DType.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.UndeclaredOperationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a user does wrong, and what the error then tells: the shapes or types, and file and line where each offending tensor
 * was made. Outside the engine's packages, as a user is.
 */
class MistakesTest {
    /**
     * A mistake.
     *
     * @param words what the message holds besides the places
     */
    record Mistake(String name, Class<? extends Throwable> error, Action action, String... words) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Does something wrong; notes the places that the error must tell. */
    @FunctionalInterface
    interface Action {
        void run(Setting setting);
    }

    /** Backends, a watched parameter and its tape, and a note of the lines on which tensors were made. */
    static final class Setting implements AutoCloseable {
        final Backend simd = Backends.create("simd");
        final Backend reference = Backends.create("reference");
        final Parameter w = new Parameter(simd.tensor(new float[] {1, 2, 3}, 3));
        final Tape tape = Tape.on(simd);
        final List<String> places = new ArrayList<>();

        Setting() {
            tape.watch(List.of(w));
        }

        /** Notes the caller's line as one that the error must tell; returns the tensor that was made there. */
        Tensor here(Tensor made) {
            StackTraceElement caller = new Throwable().getStackTrace()[1];
            places.add(caller.getFileName() + ":" + caller.getLineNumber());
            return made;
        }

        /** Notes the line above the caller's. */
        void noteLineAbove() {
            StackTraceElement caller = new Throwable().getStackTrace()[1];
            places.add(caller.getFileName() + ":" + (caller.getLineNumber() - 1));
        }

        @Override
        public void close() {
            tape.close();
            w.close();
            simd.close();
            reference.close();
        }
    }

    private static Mistake shape(String name, Action action, String... words) {
        return new Mistake(name, ShapeException.class, action, words);
    }

    private static Mistake state(String name, Action action, String... words) {
        return new Mistake(name, IllegalStateException.class, action, words);
    }

    private static Mistake argument(String name, Action action, String... words) {
        return new Mistake(name, IllegalArgumentException.class, action, words);
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(shapes(), axes(), composed(), typesAndBackends(), lifetimes(), lostPaths(), gradients())
                .flatMap(List::stream);
    }

    private static List<Mistake> shapes() {
        return List.of(
                shape(
                        "shapes that do not broadcast",
                        s -> {
                            Tensor a = s.here(s.simd.zeros(Shape.of(2, 3), DType.F32));
                            Tensor b = s.here(s.simd.zeros(Shape.of(4, 3), DType.F32));
                            a.add(b);
                        },
                        "[2, 3]",
                        "[4, 3]",
                        "do not broadcast"),
                shape(
                        "shapes that do not broadcast, on a tape",
                        s -> {
                            Tensor y = s.here(s.w.value().mul(2));
                            Tensor b = s.here(s.simd.zeros(Shape.of(5), DType.F32));
                            y.mul(b);
                        },
                        "[3]",
                        "[5]"),
                shape(
                        "shapes that do not broadcast, called on the backend",
                        s -> {
                            Tensor condition = s.here(s.simd.zeros(Shape.of(7), DType.BOOL));
                            Tensor a = s.here(s.simd.zeros(Shape.of(2), DType.F32));
                            s.simd.where(condition, a, a);
                        },
                        "[7]",
                        "[2]"),
                shape(
                        "a matrix product whose inner extents differ",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32))
                                .matmul(s.here(s.simd.zeros(Shape.of(4, 5), DType.F32))),
                        "[2, 3]",
                        "[4, 5]"),
                shape(
                        "a linear layer of the wrong width",
                        s -> s.simd.linear(
                                s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)),
                                s.here(s.simd.zeros(Shape.of(5, 4), DType.F32)),
                                null),
                        "[2, 3]",
                        "[5, 4]"),
                shape(
                        "a convolution over the wrong channels",
                        s -> s.simd.conv2d(
                                s.here(s.simd.zeros(Shape.of(1, 8, 8, 3), DType.F32)),
                                s.here(s.simd.zeros(Shape.of(4, 3, 3, 2), DType.F32)),
                                Conv2dSpec.of(1, 1)),
                        "[1, 8, 8, 3]",
                        "[4, 3, 3, 2]"),
                shape(
                        "a fused convolution over the wrong channels, on a tape",
                        s -> s.tape.convolution(
                                s.tape.watch(s.here(s.simd.zeros(Shape.of(1, 8, 8, 3), DType.F32))),
                                s.here(s.simd.zeros(Shape.of(4, 3, 3, 2), DType.F32)),
                                null,
                                null,
                                Conv2dSpec.of(1, 1),
                                true),
                        "[1, 8, 8, 3]",
                        "[4, 3, 3, 2]"),
                shape(
                        "a pool over something that is no image",
                        s -> s.simd.maxPool2d(s.here(s.simd.zeros(Shape.of(8, 8), DType.F32)), Pool2dSpec.of(3, 2, 1)),
                        "[8, 8]"),
                shape(
                        "a reshape to another size",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)).reshape(4, 2),
                        "[2, 3]",
                        "[4, 2]"),
                shape(
                        "parts that do not join",
                        s -> s.simd.concat(
                                0,
                                s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)),
                                s.here(s.simd.zeros(Shape.of(2, 4), DType.F32))),
                        "[2, 3]",
                        "[2, 4]"),
                shape(
                        "item of several elements",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)).item(),
                        "[2, 3]"));
    }

    private static List<Mistake> axes() {
        return List.of(
                shape(
                        "a sum over an axis that is not there",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)).sum(2),
                        "axis 2",
                        "[2, 3]"),
                shape(
                        "a sum over an axis that is not there, on a tape",
                        s -> s.here(s.w.value().mul(2)).sum(1),
                        "axis 1",
                        "[3]"),
                shape(
                        "a softmax over an axis that is not there",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)).softmax(-3),
                        "axis -3",
                        "[2, 3]"),
                shape(
                        "an axis named twice",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)).permute(0, 0),
                        "named twice",
                        "[2, 3]"),
                shape(
                        "a slice along an axis that is not there",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)).slice(2, 0, 1),
                        "axis 2",
                        "[2, 3]"),
                shape(
                        "rows outside a tensor",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32)).narrow(1, 5),
                        "[1, 6)",
                        "[2, 3]"));
    }

    /** A wrong call of an operation of {@code ops}; {@code s} notes where the operands are made. */
    @FunctionalInterface
    private interface Call {
        void run(Setting s, Backend ops);
    }

    /** The same mistake on both backends and on a tape. An operation on other tensors comes before: it is not to blame. */
    private static void everywhere(List<Mistake> mistakes, String name, Call call, String... words) {
        Map<String, Function<Setting, Backend>> where =
                Map.of("reference", s -> s.reference, "simd", s -> s.simd, "a tape", s -> s.tape);
        where.forEach((place, backend) -> mistakes.add(shape(
                name + ", called on " + place,
                s -> {
                    Backend ops = backend.apply(s);
                    Tensor innocent = ops.zeros(Shape.of(77), F32);
                    innocent.add(innocent);
                    try {
                        call.run(s, ops);
                    } catch (ShapeException e) {
                        assertThat(e).hasMessageNotContaining("[77]");
                        throw e;
                    }
                },
                words)));
    }

    private static List<Mistake> composed() {
        List<Mistake> all = new ArrayList<>();
        everywhere(all, "softmax", (s, b) -> b.softmax(s.here(b.zeros(Shape.of(2, 3), F32)), 2), "axis 2", "[2, 3]");
        everywhere(
                all,
                "logSoftmax",
                (s, b) -> b.logSoftmax(s.here(b.zeros(Shape.of(2, 3), F32)), -3),
                "axis -3",
                "[2, 3]");
        everywhere(all, "sort", (s, b) -> b.sort(s.here(b.zeros(Shape.of(2, 3), F32)), 2, true), "axis 2", "[2, 3]");
        everywhere(
                all,
                "topK",
                (s, b) -> b.topK(s.here(b.zeros(Shape.of(2, 3), F32)), 4, 1, true),
                "4 elements",
                "[2, 3]");
        everywhere(
                all,
                "topK's axis",
                (s, b) -> b.topK(s.here(b.zeros(Shape.of(2, 3), F32)), 1, 2, true),
                "axis 2",
                "[2, 3]");
        everywhere(
                all, "extreme", (s, b) -> b.extreme(true, s.here(b.zeros(Shape.of(2, 3), F32)), 2), "axis 2", "[2, 3]");
        everywhere(
                all, "unsqueeze", (s, b) -> b.unsqueeze(s.here(b.zeros(Shape.of(2, 3), F32)), 4), "axis 4", "[2, 3]");
        everywhere(all, "squeeze", (s, b) -> b.squeeze(s.here(b.zeros(Shape.of(2, 3), F32)), 0), "extent 2", "[2, 3]");
        everywhere(
                all,
                "squeeze's axis",
                (s, b) -> b.squeeze(s.here(b.zeros(Shape.of(2, 3), F32)), 4),
                "axis 4",
                "[2, 3]");
        everywhere(all, "split", (s, b) -> b.split(s.here(b.zeros(Shape.of(2, 3), F32)), 1, 1, 1), "[1, 1]", "[2, 3]");
        everywhere(all, "flip", (s, b) -> b.flip(s.here(b.zeros(Shape.of(2, 3), F32)), 3), "axis 3", "[2, 3]");
        everywhere(all, "repeat", (s, b) -> b.repeat(s.here(b.zeros(Shape.of(2, 3), F32)), 3), "[3]", "[2, 3]");
        everywhere(
                all,
                "stack",
                (s, b) -> b.stack(0, s.here(b.zeros(Shape.of(2, 3), F32)), s.here(b.zeros(Shape.of(2, 4), F32))),
                "[2, 3]",
                "[2, 4]");
        everywhere(
                all,
                "variance",
                (s, b) -> b.variance(s.here(b.zeros(Shape.of(2), F32)), new int[] {1}, 1, false),
                "axis 1");
        everywhere(
                all,
                "matmul of other batches",
                (s, b) -> b.matmul(
                        s.here(b.zeros(Shape.of(2, 3, 4), F32)), s.here(b.zeros(Shape.of(3, 4, 5), F32)), false, false),
                "[2]",
                "[3]");
        everywhere(
                all,
                "convolution's bias",
                (s, b) -> b.convolution(
                        b.zeros(Shape.of(1, 8, 8, 3), F32),
                        s.here(b.zeros(Shape.of(4, 3, 3, 3), F32)),
                        s.here(b.zeros(Shape.of(1), F32)),
                        null,
                        Conv2dSpec.of(1, 1),
                        true),
                "[1]",
                "[4]");
        everywhere(
                all,
                "convolution's addend",
                (s, b) -> b.convolution(
                        b.zeros(Shape.of(1, 8, 8, 3), F32),
                        s.here(b.zeros(Shape.of(4, 3, 3, 3), F32)),
                        null,
                        s.here(b.zeros(Shape.of(1, 8, 8, 3), F32)),
                        Conv2dSpec.of(1, 1),
                        true),
                "[1, 8, 8, 3]",
                "[1, 8, 8, 4]");
        everywhere(
                all,
                "average pool",
                (s, b) -> b.avgPool2d(s.here(b.zeros(Shape.of(8, 8), F32)), Pool2dSpec.of(3, 2, 1), true),
                "[8, 8]");
        everywhere(all, "resize", (s, b) -> b.resizeBilinear(s.here(b.zeros(Shape.of(1, 8, 8, 3), F32)), 0, 3), "0x3");
        everywhere(
                all,
                "attention",
                (s, b) -> b.attention(
                        s.here(b.zeros(Shape.of(2, 3), F32)),
                        s.here(b.zeros(Shape.of(2, 4), F32)),
                        s.here(b.zeros(Shape.of(2, 4), F32)),
                        null),
                "[2, 3]",
                "[2, 4]");
        everywhere(
                all,
                "attention's mask",
                (s, b) -> b.attention(
                        s.here(b.zeros(Shape.of(2, 3), F32)),
                        b.zeros(Shape.of(4, 3), F32),
                        b.zeros(Shape.of(4, 3), F32),
                        s.here(b.zeros(Shape.of(3, 4), BOOL))),
                "[3, 4]");
        everywhere(all, "dropout", (s, b) -> b.dropout(s.here(b.zeros(Shape.of(2, 3), F32)), 1, 0), "1.0", "[2, 3]");
        everywhere(
                all,
                "layer norm",
                (s, b) -> b.layerNorm(
                        s.here(b.zeros(Shape.of(2, 3), F32)), s.here(b.zeros(Shape.of(4), F32)), null, 1e-5),
                "[2, 3]",
                "[4]");
        everywhere(
                all,
                "group norm",
                (s, b) -> b.groupNorm(s.here(b.zeros(Shape.of(2, 6), F32)), 4, null, null, 1e-5),
                "[2, 6]",
                "4");
        everywhere(
                all, "batch norm", (s, b) -> b.batchNorm(s.here(b.zeros(Shape.of(3), F32)), null, null, 1e-5), "[3]");
        everywhere(
                all,
                "focal loss",
                (s, b) -> b.sigmoidFocalLoss(
                        s.here(b.zeros(Shape.of(2, 3), F32)), s.here(b.zeros(Shape.of(2, 4), F32)), 0.25, 2),
                "[2, 3]",
                "[2, 4]");
        everywhere(
                all,
                "focal loss's gradient",
                (s, b) -> b.sigmoidFocalLossGradient(
                        s.here(b.zeros(Shape.of(2, 3), F32)),
                        b.zeros(Shape.of(2, 3), F32),
                        0.25,
                        2,
                        s.here(b.zeros(Shape.of(4, 2, 3), F32))),
                "[2, 3]",
                "[4, 2, 3]");
        everywhere(
                all,
                "giou",
                (s, b) -> b.giou(s.here(b.zeros(Shape.of(2, 4), F32)), s.here(b.zeros(Shape.of(3, 4), F32))),
                "[2, 4]",
                "[3, 4]");
        everywhere(
                all,
                "cross entropy",
                (s, b) -> b.crossEntropy(s.here(b.zeros(Shape.of(2, 4), F32)), s.here(b.zeros(Shape.of(3), I64))),
                "[2, 4]",
                "[3]");
        everywhere(
                all,
                "embedding",
                (s, b) -> b.embedding(s.here(b.zeros(Shape.of(), F32)), b.zeros(Shape.of(3), I64)),
                "got a scalar");
        everywhere(
                all,
                "masked fill",
                (s, b) -> b.maskedFill(s.here(b.zeros(Shape.of(2, 4), F32)), s.here(b.zeros(Shape.of(3), BOOL)), 0),
                "[2, 4]",
                "[3]");
        everywhere(
                all,
                "mask selection",
                (s, b) -> b.maskSelect(s.here(b.zeros(Shape.of(2, 4), F32)), s.here(b.zeros(Shape.of(3), BOOL))),
                "[2, 4]",
                "[3]");
        everywhere(all, "logical not", (s, b) -> b.logicalNot(s.here(b.zeros(Shape.of(2), F32))), "BOOL", "F32 [2]");
        return all;
    }

    private static List<Mistake> typesAndBackends() {
        return List.of(
                shape(
                        "a tape that watches a tensor of another backend",
                        s -> s.tape.watch(s.here(s.reference.zeros(Shape.of(2, 3), F32))),
                        "tape over simd",
                        "[2, 3] on reference"),
                shape(
                        "a tape that watches what it tracks already",
                        s -> s.tape.watch(s.here(s.w.value().mul(2))),
                        "[3] on tape over simd"),
                new Mistake(
                        "an operation that a type does not have",
                        UndeclaredOperationException.class,
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), I64)).exp(),
                        "UNARY",
                        "I64 [2, 3]"),
                shape(
                        "mixed types",
                        s -> s.here(s.simd.zeros(Shape.of(3), DType.F32))
                                .add(s.here(s.simd.zeros(Shape.of(3), DType.I64))),
                        "F32",
                        "I64",
                        "cast"),
                shape(
                        "a comparison of mixed types, on a tape",
                        s -> s.here(s.w.value().mul(2))
                                .compare(CompareOp.LT, s.here(s.simd.zeros(Shape.of(3), DType.I32))),
                        "F32",
                        "I32"),
                shape(
                        "an index that is no integer",
                        s -> s.here(s.simd.zeros(Shape.of(2, 3), DType.F32))
                                .indexSelect(0, s.here(s.simd.zeros(Shape.of(2), DType.F32))),
                        "I32 or I64",
                        "F32"),
                shape(
                        "mixed backends",
                        s -> s.here(s.simd.zeros(Shape.of(3), DType.F32))
                                .add(s.here(s.reference.zeros(Shape.of(3), DType.F32))),
                        "on simd",
                        "on reference"),
                shape(
                        "a tensor handed to another backend",
                        s -> s.reference.unary(UnaryOp.NEG, s.here(s.simd.zeros(Shape.of(3), DType.F32))),
                        "on simd",
                        "belongs to backend simd, not reference"),
                shape(
                        "tensors of two tapes",
                        s -> {
                            try (Tape other = Tape.on(s.simd)) {
                                Tensor foreign = other.watch(s.here(s.simd.zeros(Shape.of(3), DType.F32)));
                                s.here(s.w.value().mul(2)).add(foreign);
                            }
                        },
                        "unrelated tapes"),
                shape(
                        "a watched index",
                        s -> s.tape.watch(s.here(s.simd.zeros(Shape.of(3), DType.I64))),
                        "floating",
                        "I64"));
    }

    private static List<Mistake> lifetimes() {
        return List.of(
                state(
                        "use after close",
                        s -> {
                            Tensor x = s.here(s.simd.zeros(Shape.of(2, 3), DType.F32));
                            x.close();
                            x.neg();
                        },
                        "[2, 3]",
                        "closed"),
                state(
                        "use after its scope",
                        s -> {
                            Tensor x;
                            try (Scope scope = Scope.open()) {
                                x = s.here(s.simd.zeros(Shape.of(2, 3), DType.F32));
                            }
                            x.neg();
                        },
                        "[2, 3]",
                        "scope",
                        "keep"),
                state(
                        "use after its tape",
                        s -> {
                            Tensor y = s.here(s.w.value().mul(2));
                            s.tape.close();
                            y.neg();
                        },
                        "[3]",
                        "closed tape"),
                state(
                        "recording on a closed tape",
                        s -> {
                            Tensor y = s.here(s.w.value().mul(2)).alias();
                            s.tape.close();
                            try (y) {
                                y.neg();
                            }
                        },
                        "NEG",
                        "[3]",
                        "closed"),
                state(
                        "watching with a closed tape",
                        s -> {
                            s.tape.close();
                            s.tape.watch(List.of(s.w));
                        },
                        "closed",
                        "watch"),
                state(
                        "gradients of a closed tape",
                        s -> {
                            Tensor loss = s.w.value().sum();
                            s.tape.close();
                            s.tape.gradients(loss);
                        },
                        "closed",
                        "gradients"),
                state(
                        "a parameter on two tapes",
                        s -> {
                            try (Parameter v = new Parameter(s.here(s.simd.zeros(Shape.of(2), DType.F32)));
                                    Tape other = Tape.on(s.simd)) {
                                s.tape.watch(List.of(v));
                                other.watch(List.of(v));
                            }
                        },
                        "[2]",
                        "already watched"),
                state(
                        "a write to a tracked tensor",
                        s -> {
                            Tensor y = s.here(s.w.value().mul(2));
                            s.tape.axpy(y, 1, y);
                        },
                        "[3]",
                        "In-place"));
    }

    private static List<Mistake> lostPaths() {
        return List.of(
                state(
                        "a loss computed before watch",
                        s -> {
                            try (Tape late = Tape.on(s.simd);
                                    Parameter v = new Parameter(s.simd.zeros(Shape.of(2), DType.F32))) {
                                Tensor loss = s.here(v.value().sum());
                                late.watch(List.of(v));
                                late.gradients(loss);
                            }
                        },
                        "computed before",
                        "watch"),
                state(
                        "a loss of a tape that watches nothing",
                        s -> {
                            try (Tape idle = Tape.on(s.simd)) {
                                idle.gradients(s.here(s.simd.zeros(Shape.of(1), DType.F32)));
                            }
                        },
                        "watches nothing",
                        "[1]"),
                state(
                        "a loss computed from a detached tensor",
                        s -> {
                            Tensor cut = s.here(s.w.value().mul(2).detach());
                            s.tape.gradients(s.here(cut.square().sum()));
                        },
                        "detached",
                        "F32 [3]"),
                state(
                        "a loss without parameters",
                        s -> s.tape.gradients(s.here(s.simd.zeros(Shape.of(), DType.F32))),
                        "no watched parameter"),
                state(
                        "a loss of another tape",
                        s -> {
                            try (Tape other = Tape.on(s.simd)) {
                                other.watch(s.simd.zeros(Shape.of(2), DType.F32));
                                other.gradients(s.here(s.w.value().sum()));
                            }
                        },
                        "another tape"),
                state(
                        "gradients for what the loss does not reach",
                        s -> {
                            Tensor loss = s.here(s.w.value().sum());
                            Tensor aside = s.tape.watch(s.here(s.simd.zeros(Shape.of(4), DType.F32)));
                            s.tape.gradients(loss, aside);
                        },
                        "does not depend on",
                        "[4]"),
                argument(
                        "gradients for an unwatched parameter",
                        s -> {
                            try (Parameter v = new Parameter(s.here(s.simd.zeros(Shape.of(4), DType.F32)))) {
                                s.tape.gradients(s.w.value().sum(), List.of(v));
                            }
                        },
                        "not watched",
                        "[4]"),
                argument(
                        "the gradient of a result that nobody asked for",
                        s -> {
                            Tensor y = s.here(s.w.value().mul(2));
                            s.tape.gradients(y.sum()).of(y);
                        },
                        "no leaf",
                        "MUL",
                        "tape.gradients(loss, x)"),
                argument(
                        "the gradient of a constant",
                        s -> {
                            Tensor x = s.here(s.simd.zeros(Shape.of(3), DType.F32));
                            s.tape.gradients(s.w.value().mul(x).sum()).of(x);
                        },
                        "Not watched",
                        "[3]"),
                argument(
                        "requiring a gradient that is not there",
                        s -> {
                            Tensor aside = s.tape.watch(s.here(s.simd.zeros(Shape.of(4), DType.F32)));
                            s.tape.gradients(s.w.value().sum()).require(aside);
                        },
                        "does not depend on",
                        "[4]"),
                argument(
                        "requiring a frozen parameter's gradient",
                        s -> {
                            try (Parameter v = new Parameter(s.here(s.simd.zeros(Shape.of(4), DType.F32)))) {
                                v.setTrainable(false);
                                s.tape.gradients(s.w.value().sum()).require(v);
                            }
                        },
                        "frozen",
                        "[4]"));
    }

    private static List<Mistake> gradients() {
        return List.of(
                shape(
                        "the gradient of several elements",
                        s -> s.tape.gradients(s.here(s.w.value().mul(2))),
                        "3 elements",
                        "[3]",
                        "sum"),
                shape(
                        "an upstream gradient of the wrong shape",
                        s -> {
                            Tensor y = s.here(s.w.value().mul(2));
                            Tensor up = s.here(s.simd.zeros(Shape.of(2), DType.F32));
                            s.tape.gradients(List.of(y), List.of(up), false);
                        },
                        "[2]",
                        "[3]"),
                shape(
                        "an upstream gradient of the wrong type",
                        s -> {
                            Tensor y = s.here(s.w.value().mul(2));
                            Tensor up = s.here(s.simd.zeros(Shape.of(3), DType.I32));
                            s.tape.gradients(List.of(y), List.of(up), false);
                        },
                        "I32",
                        "F32"),
                state(
                        "a second backward pass",
                        s -> {
                            Tensor loss = s.here(s.w.value().square().sum());
                            takeGradients(s, loss);
                            s.tape.gradients(loss);
                        },
                        "freed",
                        "retain = true"),
                state(
                        "a saved tensor that is overwritten",
                        s -> {
                            Tensor x = s.here(s.simd.zeros(Shape.of(3), DType.F32));
                            Tensor loss = s.here(s.w.value().mul(x)).sum();
                            overwrite(s, x);
                            s.tape.gradients(loss);
                        },
                        "MUL",
                        "[3]",
                        "written in place"));
    }

    private static void takeGradients(Setting s, Tensor loss) {
        s.tape.gradients(loss);
        s.noteLineAbove();
    }

    private static void overwrite(Setting s, Tensor x) {
        s.simd.assign(x, s.simd.full(Shape.of(3), DType.F32, 1));
        s.noteLineAbove();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void theErrorTellsWhatAndWhere(Mistake mistake) {
        try (Scope scope = Scope.open();
                Setting setting = new Setting()) {
            Throwable error = catchThrowable(() -> mistake.action.run(setting));
            assertThat(error).isInstanceOf(mistake.error).hasMessageContainingAll(mistake.words);
            for (String place : setting.places) {
                assertThat(error).hasMessageContaining("(" + place + ")");
            }
        }
    }
}
