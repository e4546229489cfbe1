package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.GemmSpec.Layout;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.testkit.conformance.faults.Plan.Planter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Faults in how operands are read: edges, strides, broadcasts, lost terms, masks, precision, ties, rounding. */
final class OperandFaults {
    private OperandFaults() {}

    static void plant(Planter p) {
        for (int place : p.target().tensorParameters()) {
            if (p.target().is(Operation.ASSIGN) && p.name(place).equals("target")) {
                p.exclude(Kind.OPERAND_READ_SHORT, "what is overwritten is not read, by whatever kind of fault");
            } else {
                reading(p, place);
                precision(p, place);
            }
        }
        if (p.target().is(Operation.UPLOAD)) {
            p.exclude(Kind.OPERAND_READ_SHORT, "a Java array is copied whole: see the kinds of results");
        }
        sums(p);
        masks(p);
        broadcasts(p);
        ties(p);
        rounding(p);
        gemm(p);
        zeros(p);
    }

    private static void reading(Planter p, int place) {
        p.addForOperand(Kind.OPERAND_READ_SHORT, place, (v, call) -> {
            if (v.size() > 1) {
                v.take(v.size() - 1, v, v.size() - 2);
            }
        });
        if (p.traits().ranks.getOrDefault(place, 2) < 2) {
            p.exclude(Kind.SWAPPED_STRIDE, "the operand '" + p.name(place) + "' is a vector: it has one stride");
        } else {
            p.addForOperand(Kind.SWAPPED_STRIDE, place, Edits::swapStrides);
        }
    }

    private static void precision(Planter p, int place) {
        Set<DType> types = p.traits().types(place);
        if (types.contains(DType.F64)) {
            p.addForOperand(Kind.DOUBLE_READ_AS_FLOAT, place, Edits::throughFloat);
        }
        boolean index = !types.isEmpty() && types.stream().allMatch(DType::isIndex);
        if (index) {
            p.exclude(Kind.LONG_AS_INT, "an index names an element of an axis; no axis in a test is as long as 2^24");
        } else if (types.contains(DType.I64)) {
            p.addForOperand(Kind.LONG_AS_INT, place, Edits::throughInt);
            p.addForOperand(Kind.LONG_AS_DOUBLE, place, Edits::throughDouble);
        }
        if (!index && types.contains(DType.I32)) {
            p.addForOperand(Kind.INT_AS_FLOAT, place, Edits::intThroughFloat);
        }
    }

    private static void sums(Planter p) {
        if (!p.traits().accumulates) {
            return;
        }
        List<Integer> terms = p.target().tensorParameters().stream()
                .filter(i -> p.traits().types(i).stream().anyMatch(t -> t.isFloating()))
                .toList();
        if (terms.isEmpty()) {
            return;
        }
        for (int place : terms) {
            p.addForOperand(Kind.TERM_LOST, place, Edits::zeroLast);
            p.addForOperand(Kind.TERM_TWICE, place, Edits::doubleFirst);
        }
        if (alongAxis(p.target())) {
            p.addForOperand(Kind.SECOND_PANEL_LOST, terms.get(0), OperandFaults::firstPanel);
        } else {
            p.exclude(Kind.SECOND_PANEL_LOST, "the terms of a sum do not lie along one axis");
        }
        p.addForOperand(Kind.RACE_COMPUTED_TWICE, terms.get(0), (v, call) -> {
            if (call.past().nowAndThen(5)) {
                Edits.doubleFirst(v, call);
            }
        });
        if (terms.size() > 1 && p.traits().types(terms.get(0)).contains(DType.F32)) {
            p.add(Kind.TF32_PRODUCTS, call -> {
                Object[] args = call.args();
                for (int place : terms) {
                    Tensor x = call.operand(place);
                    if (x != null) {
                        Values v = Values.of(call.inner(), x);
                        Edits.elevenBits(v, call);
                        args = new Call(call.inner(), call.target(), args, call.past())
                                .with(place, v.upload(call.inner()));
                    }
                }
                return call.proceed(args);
            });
        }
        repeats(p, terms);
    }

    /** The operation adds the last floating operand at places that an index names. */
    private static void repeats(Planter p, List<Integer> terms) {
        List<Integer> indices = p.target().tensorParameters().stream()
                .filter(i -> p.name(i).startsWith("ind"))
                .toList();
        if (!indices.isEmpty()) {
            int source = terms.get(terms.size() - 1);
            p.addForOperand(Kind.REPEATS_OVERWRITE, source, (v, call) -> {
                Values index = Values.of(call.inner(), call.operand(indices.get(0)));
                Repeats.keepLast(v, index, axis(call));
            });
        }
    }

    /** Whether sums run along an axis, and neither over windows nor to where an index says. */
    private static boolean alongAxis(Target target) {
        return target.is(Operation.GEMM)
                || !(target.has("spec") || target.has("index") || target.has("indices") || target.has("input"));
    }

    /** Along the longest axis, zeros from 256 on. */
    private static void firstPanel(Values v, Call call) {
        long inner = 1;
        long stride = 1;
        int longest = 0;
        for (int axis = v.shape().rank() - 1; axis >= 0; axis--) {
            if (v.shape().dim(axis) > longest) {
                longest = v.shape().dim(axis);
                stride = inner;
            }
            inner *= v.shape().dim(axis);
        }
        for (int i = 0; longest > 256 && i < v.size(); i++) {
            if (i / stride % longest >= 256) {
                v.set(i, 0);
            }
        }
    }

    private static int axis(Call call) {
        for (int i = 0; i < call.args().length; i++) {
            if (call.target().parameter(i).getName().equals("axis")) {
                return (int) call.args()[i];
            }
        }
        return Repeats.PIXELS;
    }

    private static void masks(Planter p) {
        Target target = p.target();
        for (int place : target.tensorParameters()) {
            boolean mask = p.traits().types(place).equals(Set.of(DType.BOOL));
            if (mask && place == target.tensorParameters().get(0)
                    || mask && target.tensorParameters().size() > 2) {
                p.addForOperand(Kind.MASK_INVERTED, place, Edits::invert);
            }
        }
    }

    private static void broadcasts(Planter p) {
        if (p.target().operation().equals("matmul")) {
            for (int place : p.target().tensorParameters()) {
                p.add(Kind.LOST_BROADCAST, p.name(place), call -> leading(call, place));
            }
        } else if (p.traits().elementwise) {
            for (int place : p.traits().broadcast) {
                p.addForOperandAs(Kind.LOST_BROADCAST, place, BroadcastFaults::onceOnly);
                if (p.traits().broadcastInside.contains(place)) {
                    p.addForOperandAs(Kind.BROADCAST_AS_MODULUS, place, BroadcastFaults::asModulus);
                } else {
                    p.exclude(Kind.BROADCAST_AS_MODULUS, "'" + p.name(place) + "' is a vector along the last axis");
                }
            }
        }
    }

    /** The operand's matrices once, zeros for the rest of the batch. */
    private static Object leading(Call call, int place) throws Throwable {
        Tensor x = call.operand(place);
        Shape batch = Shape.SCALAR;
        for (Tensor y : call.operands()) {
            int rank = y.shape().rank();
            if (rank < 2) {
                return call.proceed();
            }
            int[] leading = IntStream.range(0, rank - 2).map(y::dim).toArray();
            try {
                batch = Shape.broadcast(batch, Shape.of(leading));
            } catch (ShapeException e) {
                return call.proceed();
            }
        }
        int[] extents = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
        extents[batch.rank()] = x.dim(-2);
        extents[batch.rank() + 1] = x.dim(-1);
        Values wide = BroadcastFaults.onceOnly(Values.of(call.inner(), x), Shape.of(extents));
        return call.proceed(call.with(place, wide.upload(call.inner())));
    }

    /** Elements give way to their places in the sorted order, where the later of equals is taken for the more extreme. */
    private static void ties(Planter p) {
        if (p.traits().givesPlaces && p.traits().chooses) {
            p.add(Kind.TIE_TO_THE_LAST, call -> choosing(call, true));
        }
    }

    /** Places as they are chosen if of equal elements the last (or the first) wins. */
    static Object choosing(Call call, boolean lastWins) throws Throwable {
        int place = call.target().tensorParameters().get(0);
        Object truly = call.proceed();
        Values v = Values.of(call.inner(), call.operand(place));
        Ties.rank(v, Ties.smallestWins(call), lastWins);
        List<Tensor> chosen = Call.tensors(call.proceed(call.with(place, v.upload(call.inner()))));
        List<Tensor> results = Call.tensors(truly);
        return Call.map(truly, y -> y.dtype().isIndex() ? chosen.get(results.indexOf(y)) : y);
    }

    private static void rounding(Planter p) {
        Object member = p.target().member();
        if (p.target().is(Operation.CAST)) {
            p.add(Kind.ROUNDING_DIRECTION, "to nearest", call -> {
                boolean integer = ((DType) call.args()[1]).isIndex();
                return integer ? call.proceedEdited(0, (v, c) -> each(v, Math::rint)) : call.proceed();
            });
        } else if (member == UnaryOp.FLOOR || member == UnaryOp.CEIL) {
            p.addForOperand(Kind.ROUNDING_DIRECTION, 1, (v, c) -> each(v, x -> x < 0 ? Math.ceil(x) : Math.floor(x)));
        } else if (member == UnaryOp.ROUND) {
            p.addForOperand(Kind.ROUNDING_DIRECTION, 1, (v, c) -> each(v, OperandFaults::halfAway));
        } else if (member == BinaryOp.DIV && p.traits().types(1).contains(DType.I64)) {
            p.add(Kind.ROUNDING_DIRECTION, "integers towards zero", OperandFaults::towardsZero);
        }
    }

    private static double halfAway(double x) {
        return Math.abs(x) < 1e15 ? Math.copySign(Math.floor(Math.abs(x) + 0.5), x) : x;
    }

    private static Object towardsZero(Call call) throws Throwable {
        if (call.operand(1).dtype().isFloating()) {
            return call.proceed();
        }
        Values b = Values.of(call.inner(), call.operand(2));
        Tensor quotient = (Tensor) call.proceed();
        Values a = BroadcastFaults.rightly(Values.of(call.inner(), call.operand(1)), quotient.shape());
        Values wide = BroadcastFaults.rightly(b, quotient.shape());
        for (int i = 0; i < a.size(); i++) {
            a.setLong(i, a.getLong(i) / wide.getLong(i));
        }
        return a.upload(call.inner());
    }

    private static void each(Values v, DoubleUnaryOperator f) {
        for (int i = 0; v.dtype().isFloating() && i < v.size(); i++) {
            v.set(i, f.applyAsDouble(v.get(i)));
        }
    }

    /** Strides of a matrix product are numbers of their own. */
    private static void gemm(Planter p) {
        if (p.target().is(Operation.GEMM)) {
            p.add(
                    Kind.SWAPPED_STRIDE,
                    "batch strides of A",
                    call -> call.proceed(with(call, swap(spec(call).a()), null, null)));
            p.add(
                    Kind.SWAPPED_STRIDE,
                    "batch strides of B",
                    call -> call.proceed(with(call, null, swap(spec(call).b()), null)));
            p.add(
                    Kind.SWAPPED_STRIDE,
                    "batch strides of C",
                    call -> call.proceed(with(call, null, null, swap(spec(call).c()))));
            p.add(Kind.SWAPPED_STRIDE, "rows of A as though dense", call -> {
                GemmSpec s = spec(call);
                return call.proceed(with(call, dense(s.a(), s.transposeA() ? s.m() : s.k()), null, null));
            });
            p.add(Kind.SWAPPED_STRIDE, "rows of B as though dense", call -> {
                GemmSpec s = spec(call);
                return call.proceed(with(call, null, dense(s.b(), s.transposeB() ? s.k() : s.n()), null));
            });
            p.add(
                    Kind.SWAPPED_STRIDE,
                    "rows of C as though dense",
                    call -> call.proceed(with(
                            call, null, null, dense(spec(call).c(), spec(call).n()))));
        }
    }

    private static GemmSpec spec(Call call) {
        return (GemmSpec) call.args()[2];
    }

    private static Layout swap(Layout layout) {
        return new Layout(layout.offset(), layout.ld(), layout.stride2(), layout.stride1());
    }

    private static Layout dense(Layout layout, int columns) {
        return new Layout(layout.offset(), columns, layout.stride1(), layout.stride2());
    }

    private static Object[] with(Call call, Layout a, Layout b, Layout c) {
        GemmSpec s = spec(call);
        GemmSpec changed = new GemmSpec(
                s.m(),
                s.n(),
                s.k(),
                s.transposeA(),
                s.transposeB(),
                s.batch1(),
                s.batch2(),
                a == null ? s.a() : a,
                b == null ? s.b() : b,
                c == null ? s.c() : c);
        return call.with(2, changed);
    }

    /** 1/x and its like tell -0 from 0; sums, comparisons and the rest do not, and the kit does not ask for more. */
    private static void zeros(Planter p) {
        Edit positive = (v, call) -> each(v, x -> x == 0 ? 0.0 : x);
        if (p.target().member() == UnaryOp.RECIPROCAL || p.target().member() == UnaryOp.RSQRT) {
            p.addForOperand(Kind.ZERO_SIGN_LOST, 1, positive);
        } else if (p.target().member() == BinaryOp.DIV || p.target().member() == BinaryOp.POW) {
            p.addForOperand(Kind.ZERO_SIGN_LOST, p.target().member() == BinaryOp.DIV ? 2 : 1, positive);
        } else if (p.traits().hasFloatingResult()) {
            p.exclude(Kind.ZERO_SIGN_LOST, "-0 equals 0: only a pole at 0 tells them apart");
        }
    }
}
