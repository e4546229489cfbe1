package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.testkit.conformance.faults.Plan.Planter;
import java.util.EnumSet;
import java.util.Set;

/** Faults in what comes out: elements missed or stale, precision, NaN and infinity, dtype. */
final class ResultFaults {
    private static final Set<UnaryOp> BOUNDED =
            EnumSet.of(UnaryOp.SIN, UnaryOp.COS, UnaryOp.TANH, UnaryOp.SIGMOID, UnaryOp.ERF, UnaryOp.SIGN);

    private ResultFaults() {}

    static void plant(Planter p) {
        Target target = p.target();
        Traits traits = p.traits();
        add(p, Kind.LAST_ELEMENT_MISSED, Edits::zeroLast);
        add(p, Kind.VECTOR_REMAINDER_LOST, ResultFaults::remainder);
        add(p, Kind.BLOCK_BOUNDARY_MISSED, (v, call) -> {
            for (int i = 1024; i < Math.min(v.size(), 1032); i++) {
                v.set(i, 0);
            }
        });
        add(p, Kind.RACE_LOST_UPDATE, (v, call) -> {
            if (call.past().nowAndThen(5)) {
                Edits.zeroLast(v, call);
            }
        });
        if (target.is(Operation.FULL)) {
            p.exclude(Kind.FIRST_ELEMENT_TWICE, "all elements are equal");
        } else {
            add(p, Kind.FIRST_ELEMENT_TWICE, (v, call) -> {
                if (v.size() > 1) {
                    v.take(1, v, 0);
                }
            });
        }
        stale(p);
        if (traits.hasFloatingResult() || target.is(Operation.DOWNLOAD)) {
            floating(p);
        }
        if (traits.resultTypes.contains(DType.I64) && !traits.givesPlaces) {
            add(p, Kind.LONG_AS_INT, "result", Edits::throughInt);
            if (target.tensorParameters().isEmpty() && !target.is(Operation.UPLOAD)) {
                p.exclude(Kind.LONG_AS_DOUBLE, "the value comes as a double");
            } else {
                add(p, Kind.LONG_AS_DOUBLE, "result", Edits::throughDouble);
            }
        } else if (traits.resultTypes.contains(DType.I64)) {
            p.exclude(Kind.LONG_AS_INT, "a place along an axis is an int");
        }
        if (traits.resultTypes.contains(DType.I32) && !traits.givesPlaces) {
            add(p, Kind.INT_AS_FLOAT, "result", Edits::intThroughFloat);
        }
        for (DType dtype : target.isVoid() ? Set.<DType>of() : traits.resultTypes) {
            DType wrong = wrong(dtype);
            p.add(
                    Kind.WRONG_DTYPE,
                    dtype + " as " + wrong,
                    call -> Call.map(call.proceed(), y -> y.dtype() == dtype ? cast(call, y, wrong) : y));
        }
    }

    private static void add(Planter p, Kind kind, Edit edit) {
        add(p, kind, "", edit);
    }

    private static void add(Planter p, Kind kind, String variant, Edit edit) {
        p.add(kind, variant, call -> call.proceedAndEdit(edit));
    }

    private static void remainder(Values v, Call call) {
        for (int i = v.size() / 8 * 8; v.size() > 8 && i < v.size(); i++) {
            v.set(i, 0);
        }
    }

    private static void stale(Planter p) {
        if (p.target().isVoid()) {
            p.exclude(Kind.STALE_ELEMENT, "what is written in place holds its own past, not a recycled buffer's");
            return;
        }
        p.add(
                Kind.STALE_ELEMENT,
                call -> Call.map(call.proceed(), y -> {
                    Values v = Values.of(call.inner(), y);
                    if (v.size() > 0) {
                        v.take(v.size() - 1, call.past().before(y), v.size() - 1);
                    }
                    return v.upload(call.inner());
                }));
        if (p.traits().accumulates) {
            p.add(
                    Kind.SUM_ONTO_STALE,
                    call -> Call.map(call.proceed(), y -> {
                        Values v = Values.of(call.inner(), y);
                        Values before = call.past().before(y);
                        for (int i = 0; i < v.size(); i++) {
                            v.set(i, v.get(i) + before.get(i));
                        }
                        return v.upload(call.inner());
                    }));
        }
    }

    private static void floating(Planter p) {
        Target target = p.target();
        boolean exact = target.member() == UnaryOp.SIGN;
        if (exact) {
            p.exclude(Kind.DOUBLE_STORED_AS_FLOAT, "-1, 0, 1 and NaN are floats");
            p.exclude(Kind.LOW_PRECISION_RESULT, "-1, 0, 1 and NaN have few bits");
            p.exclude(Kind.SLOPPY_RESULT, "nobody approximates a sign");
        } else {
            if (p.traits().resultTypes.contains(DType.F64)
                    || target.is(Operation.DOWNLOAD) && p.traits().types(0).contains(DType.F64)) {
                add(p, Kind.DOUBLE_STORED_AS_FLOAT, Edits::throughFloat);
            }
            add(p, Kind.LOW_PRECISION_RESULT, Edits::elevenBits);
            add(p, Kind.SLOPPY_RESULT, Edits::sloppy);
        }
        if (takesNumbers(p)) {
            add(p, Kind.NAN_LOST, (v, call) -> replace(v, true));
        } else {
            p.exclude(Kind.NAN_LOST, "there is no NaN to lose");
        }
        if (BOUNDED.contains(target.member())) {
            p.exclude(Kind.INFINITY_LOST, "the function is bounded");
        } else if (target.isComposed()) {
            p.exclude(Kind.INFINITY_LOST, "inf - inf depends on the formula, so only core operations owe infinities");
        } else {
            add(p, Kind.INFINITY_LOST, (v, call) -> replace(v, false));
        }
        add(p, Kind.RACE_OTHER_ROUNDING, (v, call) -> {
            if (v.size() > 0 && v.dtype().isFloating() && call.past().nowAndThen(3)) {
                v.set(0, v.dtype() == DType.F32 ? Math.nextUp((float) v.get(0)) : Math.nextUp(v.get(0)));
            }
        });
    }

    /** Whether a floating number comes in, in a tensor or as the value of all elements. */
    private static boolean takesNumbers(Planter p) {
        return p.target().is(Operation.FULL)
                || p.target().is(Operation.UPLOAD)
                || p.target().tensorParameters().stream()
                        .anyMatch(i -> p.traits().types(i).stream().anyMatch(DType::isFloating));
    }

    private static void replace(Values v, boolean nan) {
        for (int i = 0; v.dtype().isFloating() && i < v.size(); i++) {
            double value = v.get(i);
            if (nan && Double.isNaN(value)) {
                v.set(i, 0);
            } else if (!nan && Double.isInfinite(value)) {
                v.set(i, Math.copySign(v.dtype() == DType.F32 ? Float.MAX_VALUE : Double.MAX_VALUE, value));
            }
        }
    }

    private static DType wrong(DType dtype) {
        return switch (dtype) {
            case F32 -> DType.F64;
            case F64 -> DType.F32;
            case I32 -> DType.I64;
            case I64, BOOL -> DType.I32;
        };
    }

    /** Through the host: the inner backend need not declare the type's arithmetic. */
    private static Tensor cast(Call call, Tensor y, DType wrong) {
        Values from = Values.of(call.inner(), y);
        Values to = Values.zeros(y.shape(), wrong);
        for (int i = 0; i < to.size(); i++) {
            to.set(i, from.get(i));
        }
        return to.upload(call.inner());
    }
}
