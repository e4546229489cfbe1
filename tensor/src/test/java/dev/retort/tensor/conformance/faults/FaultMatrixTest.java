package dev.retort.tensor.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.conformance.faults.FaultMatrix.Verdict;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The kit catches faults: every kind, in every operation, one at a time. */
class FaultMatrixTest {
    @Test
    void theKitBites() {
        FaultMatrix matrix = new FaultMatrix(ReferenceBackend::new);
        List<Verdict> verdicts = matrix.run(2);
        System.out.println(FaultMatrix.table(verdicts));
        matrix.plan().excluded().forEach((reason, targets) -> System.out.println("excluded  " + reason + ": " + targets));
        Set<Target> hit = verdicts.stream().map(v -> v.fault().target()).collect(Collectors.toSet());
        assertThat(hit).as("operations with a fault").isEqualTo(new HashSet<>(Target.all()));
        assertThat(verdicts).hasSizeGreaterThan(1000);
        long caught = verdicts.stream().filter(Verdict::caught).count();
        assertThat(100.0 * caught / verdicts.size()).as("per cent caught").isGreaterThanOrEqualTo(95);
    }
}
