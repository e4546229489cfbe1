package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.conformance.faults.Plan.Planter;
import java.util.List;

/** Faults in the handling of memory: views, stray writes, aliases, leaks, versions. */
final class MemoryFaults {
    private MemoryFaults() {}

    static void plant(Planter p) {
        Target target = p.target();
        for (int place : target.tensorParameters()) {
            p.add(Kind.VIEW_OFFSET_IGNORED, p.name(place), call -> {
                Tensor x = call.operand(place);
                return x == null || x.offset() == 0 ? call.proceed() : call.proceed(call.with(place, atStart(call, x)));
            });
            p.add(Kind.WRITES_BEHIND_VIEW, p.name(place), call -> stray(call, place, true));
            p.add(Kind.WRITES_BEFORE_VIEW, p.name(place), call -> stray(call, place, false));
            if (p.traits().unwritten.contains(place)) {
                p.add(Kind.WRITES_INTO_OPERAND, p.name(place), call -> intoOperand(call, place));
            } else {
                p.exclude(Kind.WRITES_INTO_OPERAND, "the operand is the one to write");
            }
        }
        p.add(Kind.LEAK, call -> {
            Tensor left = call.inner().full(Shape.SCALAR, DType.F32, 0);
            Scope.release(left);
            return call.proceed();
        });
        if (target.isView()) {
            p.add(
                    Kind.VIEW_OFF_BY_ONE,
                    call -> Call.map(call.proceed(), y -> {
                        Tensor next = call.beside(y, y.offset() + 1, Math.toIntExact(y.size()));
                        return next == null ? y : call.inner().reshape(next, y.shape());
                    }));
            p.exclude(Kind.LAST_ELEMENT_MISSED, "a view computes nothing (nor reads: so for all kinds that do)");
            p.add(
                    Kind.VIEW_IS_A_COPY,
                    call -> Call.map(
                            call.proceed(), y -> Values.of(call.inner(), y).upload(call.inner())));
            p.exclude(Kind.OPERAND_HANDED_OUT, "a view shares memory as it should");
        } else if (!target.isVoid() && !target.tensorParameters().isEmpty()) {
            aliases(p);
        }
        if (target.isVoid() && !target.is(Operation.DOWNLOAD)) {
            p.add(Kind.VERSION_NOT_RAISED, call -> {
                List<Tensor> operands = call.operands();
                int[] versions =
                        operands.stream().mapToInt(x -> x.storage().version()).toArray();
                Object result = call.proceed();
                for (int i = 0; i < versions.length; i++) {
                    Call.setVersion(operands.get(i).storage(), versions[i]);
                }
                return result;
            });
        }
    }

    private static Tensor atStart(Call call, Tensor x) {
        x.storage().retain();
        return new Tensor(call.inner(), x.shape(), x.dtype(), x.storage(), 0);
    }

    private static Object stray(Call call, int place, boolean behind) throws Throwable {
        Object result = call.proceed();
        Tensor x = call.operand(place);
        Tensor beside = x == null ? null : call.beside(x, behind ? x.offset() + x.size() : x.offset() - 1, 1);
        if (beside != null) {
            Values zero = Values.zeros(Shape.of(1), x.dtype());
            call.writeUnseen(beside, zero.upload(call.inner()));
        }
        return result;
    }

    /** Unless the operation writes it anyway. */
    private static Object intoOperand(Call call, int place) throws Throwable {
        Tensor x = call.operand(place);
        int version = x == null ? 0 : x.storage().version();
        Object result = call.proceed();
        if (x != null && x.storage().version() == version && x.size() > 0) {
            call.writeUnseen(x, call.disturbed(x));
        }
        return result;
    }

    private static void aliases(Planter p) {
        if (p.traits().mayChangeNothing) {
            p.add(
                    Kind.OPERAND_HANDED_OUT,
                    call -> Call.map(call.proceed(), y -> {
                        for (Tensor x : call.operands()) {
                            if (Values.of(call.inner(), x).sameBits(Values.of(call.inner(), y))) {
                                return alias(call, x);
                            }
                        }
                        return y;
                    }));
        } else {
            p.exclude(Kind.OPERAND_HANDED_OUT, "in no case is the result equal to an operand");
        }
        if (!p.traits().fitsOperand) {
            p.exclude(Kind.COMPUTED_IN_OPERAND, "no operand has the result's shape and type");
            return;
        }
        p.add(
                Kind.COMPUTED_IN_OPERAND,
                call -> Call.map(call.proceed(), y -> {
                    for (Tensor x : call.operands()) {
                        if (x.shape().equals(y.shape()) && x.dtype() == y.dtype()) {
                            call.writeUnseen(x, y);
                            return alias(call, x);
                        }
                    }
                    return y;
                }));
    }

    private static Tensor alias(Call call, Tensor x) {
        x.storage().retain();
        return new Tensor(call.inner(), x.shape(), x.dtype(), x.storage(), x.offset());
    }
}
