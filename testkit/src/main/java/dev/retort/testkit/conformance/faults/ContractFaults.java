package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UndeclaredOperationException;
import dev.retort.testkit.conformance.faults.Plan.Planter;
import java.util.Arrays;
import java.util.Collections;

/** Faults in what a backend promises: empty tensors, refusals, declarations. */
final class ContractFaults {
    private ContractFaults() {}

    static void plant(Planter p) {
        Target target = p.target();
        p.add(Kind.EMPTY_CRASHES, call -> {
            Object result = call.proceed();
            if (call.operands().stream().anyMatch(x -> x.size() == 0)
                    || Call.tensors(result).stream().anyMatch(y -> y.size() == 0)) {
                throw new ArithmeticException("/ by zero");
            }
            return result;
        });
        if (!target.isVoid()) {
            p.add(
                    Kind.EMPTY_SHAPE_WRONG,
                    call -> Call.map(
                            call.proceed(),
                            y -> y.size() > 0
                                    ? y
                                    : Values.zeros(wrong(y.shape()), y.dtype()).upload(call.inner())));
        }
        if (p.traits().bad.isEmpty() && nothingToRefuse(target)) {
            p.exclude(Kind.CHECK_MISSING, "every argument of the right type fits");
        } else {
            p.add(Kind.CHECK_MISSING, ContractFaults::unchecked);
        }
        if (!target.isComposed() && firstMember(target)) {
            p.add(Kind.UNDECLARED_ANSWERS, undeclared(target.core()));
            p.add(Kind.DECLARED_REFUSES, call -> {
                throw new UndeclaredOperationException(call.inner(), target.core(), DType.F32);
            });
        }
    }

    private static Shape wrong(Shape shape) {
        return shape.rank() == 1 ? Shape.of(0, 0) : Shape.of(0);
    }

    /** One tensor of any shape and nothing that could contradict it; {@link Shape} checks itself. */
    private static boolean nothingToRefuse(Target target) {
        return target.is(Operation.FULL)
                || target.tensorParameters().size() == 1
                        && Arrays.stream(target.method().getParameterTypes())
                                .allMatch(type -> type == Tensor.class
                                        || type == DType.class
                                        || type == double.class
                                        || type.isEnum());
    }

    private static Object unchecked(Call call) throws Throwable {
        try {
            return call.proceed();
        } catch (ShapeException refused) {
            if (call.target().isVoid()) {
                return null;
            }
            Tensor something = call.inner().full(Shape.SCALAR, DType.F32, 0);
            Class<?> type = call.target().method().getReturnType();
            if (type == Tensor.class) {
                return something;
            }
            return type.getDeclaredConstructors()[0].newInstance(
                    Collections.nCopies(type.getRecordComponents().length, something)
                            .toArray());
        }
    }

    /** Declarations are made for a family as a whole. */
    private static boolean firstMember(Target target) {
        return target.member() == null || target.member().ordinal() == 0;
    }

    private static Fault.Plant undeclared(Operation hidden) {
        return new Fault.Plant() {
            @Override
            public Object answer(Call call) throws Throwable {
                return call.proceed();
            }

            @Override
            public boolean supports(boolean truly, Operation operation, DType dtype) {
                return truly && operation != hidden;
            }
        };
    }
}
