package dev.retort.tensor.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Operation;
import dev.retort.tensor.cases.OperationCases;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.Arrays;
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

    @Test
    void everyOperationOfTheInterfaceIsKnownAndHasCases() {
        Set<String> operations =
                Target.all().stream().map(Target::operation).collect(Collectors.toCollection(TreeSet::new));
        assertThat(operations)
                .containsAll(Arrays.stream(Operation.values()).map(Enum::name).toList());
        Set<String> withCases =
                OperationCases.all().stream().map(c -> c.operation()).collect(Collectors.toCollection(TreeSet::new));
        assertThat(withCases).isEqualTo(operations);
    }
}
