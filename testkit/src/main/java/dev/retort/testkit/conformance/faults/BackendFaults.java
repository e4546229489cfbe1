package dev.retort.testkit.conformance.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.testkit.conformance.faults.FaultMatrix.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The proof that the kit bites, on a sound backend of one's choice: every kind of fault is planted in every operation that it
 * applies to, one at a time, and the kit has to catch all but {@link #SURVIVORS}. The table and the survivors' names are printed and
 * written to {@code target/faults-NAME.txt}.
 */
public abstract class BackendFaults {
    private static final int THREADS = 2;

    /** Faults that change no result of any call, or stay idle, whatever the backend; docs/conformance-kit.md says of each why. */
    private static final Set<String> SURVIVORS = Set.of(
            "option ignored: arange (step)",
            "option ignored: split (sizes)",
            "long as double: nonzero (x)",
            "int as float: nonzero (x)",
            "double stored as float: oneHot",
            "low precision result: oneHot",
            "long as int: oneHot (result)",
            "long as double: oneHot (result)",
            "int as float: oneHot (result)",
            "computed in operand: squeeze");

    /** A new backend that passes the kit; asked for several times, from several threads. */
    protected abstract Backend backend();

    @Test
    final void faultsAreCaught() throws IOException {
        long start = System.nanoTime();
        FaultMatrix matrix = new FaultMatrix(this::backend);
        List<Verdict> verdicts = matrix.run(THREADS);
        String table = FaultMatrix.table(verdicts);
        report(matrix, table, (System.nanoTime() - start) / 1e9);

        Set<Target> hit = verdicts.stream().map(v -> v.fault().target()).collect(Collectors.toSet());
        Set<Target> spared = new HashSet<>(declared(matrix));
        spared.removeAll(hit);
        assertEquals(Set.of(), spared, "operations without a fault");
        assertTrue(verdicts.size() >= 60, () -> "only " + verdicts.size() + " faults");
        assertEquals(
                names(verdicts, verdict -> SURVIVORS.contains(verdict.fault().toString())),
                names(verdicts, verdict -> !verdict.caught()),
                "faults that survived, beside those planted that are known to");
    }

    private static Set<String> names(List<Verdict> verdicts, Predicate<Verdict> chosen) {
        return verdicts.stream()
                .filter(chosen)
                .map(verdict -> verdict.fault().toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void report(FaultMatrix matrix, String table, double seconds) throws IOException {
        try (Backend backend = backend()) {
            String head = String.format("Faults planted in '%s', %.0f seconds%n", backend.name(), seconds);
            System.out.println(head + table);
            StringBuilder excluded = new StringBuilder();
            matrix.plan().excluded().forEach((reason, targets) -> excluded.append("not planted  ")
                    .append(reason)
                    .append("  ")
                    .append(targets)
                    .append(System.lineSeparator()));
            Path file = Path.of("target", "faults-" + backend.name() + ".txt");
            Files.createDirectories(file.getParent());
            Files.writeString(file, head + table + excluded);
        }
    }

    /** All core operations that are declared for some type, and all composed ones that some case could call. */
    private List<Target> declared(FaultMatrix matrix) {
        try (Backend backend = backend()) {
            return Target.all().stream()
                    .filter(target -> target.isComposed()
                            ? !matrix.plan().traits().get(target).cases.isEmpty()
                            : Arrays.stream(DType.values()).anyMatch(dtype -> backend.supports(target.core(), dtype)))
                    .toList();
        }
    }
}
