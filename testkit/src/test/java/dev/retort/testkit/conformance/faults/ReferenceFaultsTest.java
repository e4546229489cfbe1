package dev.retort.testkit.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.reference.ReferenceBackend;
import dev.retort.testkit.cases.OperationCases;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The reference with each fault in turn. */
class ReferenceFaultsTest extends BackendFaults {
    @Override
    protected Backend backend() {
        return new ReferenceBackend();
    }

    /**
     * What the faults are planted with harms nothing by itself: operands and results that went home and came back, ranks in the
     * place of elements. Else the matrix would count its own tools as caught.
     */
    @Test
    void toolsWithoutFaultPassTheKit() {
        FaultMatrix matrix = new FaultMatrix(this::backend);
        List<String> failures = new ArrayList<>();
        try (Backend inner = backend()) {
            for (Target target : Target.all()) {
                Traits traits = matrix.plan().traits().get(target);
                Fault none = new Fault(Kind.LAST_ELEMENT_MISSED, target, "", call -> unharmed(call, traits));
                String failed = matrix.firstFailure(inner, none, true);
                if (failed != null) {
                    failures.add(failed);
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    private static Object unharmed(Call call, Traits traits) throws Throwable {
        Edit nothing = (values, c) -> {};
        if (call.target().isView()) {
            return call.proceed();
        }
        if (call.target().isVoid()) {
            List<Integer> places = call.target().tensorParameters();
            return call.proceedEdited(places.get(places.size() - 1), nothing);
        }
        Object[] args = call.args();
        for (int place : call.target().tensorParameters()) {
            Tensor x = call.operand(place);
            if (x != null) {
                Shape common = BroadcastFaults.common(call);
                boolean wide = traits.elementwise && traits.broadcast.contains(place) && x.size() > 0;
                Values values = Values.of(call.inner(), x);
                Values same = wide && common != null ? BroadcastFaults.rightly(values, common) : values;
                args = new Call(call.inner(), call.target(), args, call.past()).with(place, same.upload(call.inner()));
            }
        }
        Call copied = new Call(call.inner(), call.target(), args, call.past());
        return traits.givesPlaces
                        && traits.chooses
                        && copied.operands().get(0).dtype().isFloating()
                ? OperandFaults.choosing(copied, false)
                : copied.proceedAndEdit(nothing);
    }

    /** As an author has it who has not got to convolutions yet: bad inputs of others pass through what is not declared. */
    @Test
    void aBackendThatDeclaresLessGetsFaultsInTheRest() {
        Set<Operation> absent = Set.of(Operation.CONV2D, Operation.MAX_POOL2D);
        FaultMatrix matrix = new FaultMatrix(() -> new ReferenceBackend() {
            @Override
            public boolean supports(Operation operation, DType dtype) {
                return !absent.contains(operation) && super.supports(operation, dtype);
            }
        });
        Set<String> hit = matrix.plan().faults().stream()
                .map(fault -> fault.target().operation())
                .collect(Collectors.toSet());
        assertThat(hit).contains("GEMM", "softmax").doesNotContain("CONV2D", "MAX_POOL2D", "convolution");
    }

    @Test
    void everyOperationOfTheInterfaceIsKnownAndHasCases() {
        Set<String> operations =
                Target.all().stream().map(Target::operation).collect(Collectors.toCollection(TreeSet::new));
        assertThat(operations)
                .containsAll(Arrays.stream(Operation.values()).map(Enum::name).toList());
        Set<String> withCases =
                OperationCases.all().stream().map(c -> c.operation()).collect(Collectors.toCollection(TreeSet::new));
        assertThat(withCases).containsAll(operations);
    }
}
