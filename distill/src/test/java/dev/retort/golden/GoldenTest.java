package dev.retort.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every case of the golden set, one dynamic test each. Another set of the same format is run with
 * {@code mvn verify -Dgroups=golden -Dretort.golden=FOLDER}.
 */
@Tag("golden")
class GoldenTest {
    /** Add a group of checks here. */
    private static final List<Supplier<Map<String, GoldenCheck>>> GROUPS = List.of(
            BoxChecks::checks,
            EvalChecks::checks,
            IcdChecks::checks,
            NnChecks::checks,
            OpChecks::checks,
            OptimChecks::checks,
            PictureChecks::checks,
            RetinaNetChecks::checks,
            TrainingChecks::checks);

    /**
     * Operations without a check, whose cases are skipped, and expected tensors ("op:tensor") that a check leaves out.
     * They are printed; anything else that is missing fails.
     */
    private static final Set<String> NOT_YET_COVERED = Set.of();

    private static final Map<String, GoldenCheck> CHECKS = new HashMap<>();
    private static GoldenSet set;

    @BeforeAll
    static void open() throws IOException {
        for (Supplier<Map<String, GoldenCheck>> group : GROUPS) {
            group.get().forEach((op, check) -> assertThat(CHECKS.put(op, check))
                    .as("a second check of " + op)
                    .isNull());
        }
        set = GoldenSet.open();
        if (!NOT_YET_COVERED.isEmpty()) {
            System.out.println("not yet covered: " + String.join(", ", new TreeSet<>(NOT_YET_COVERED)));
        }
    }

    @AfterAll
    static void close() throws IOException {
        GoldenRun.closeBackends();
        set.close();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return set.cases().stream().map(golden -> dynamicTest(golden.name(), () -> run(golden)));
    }

    @Test
    void everyOpenEndIsReal() {
        List<String> covered = new ArrayList<>(NOT_YET_COVERED);
        covered.retainAll(CHECKS.keySet());
        assertThat(covered)
                .as("operations listed as not covered that have a check")
                .isEmpty();
    }

    private static void run(GoldenCase golden) throws Exception {
        GoldenCheck check = CHECKS.get(golden.op());
        if (check == null) {
            if (NOT_YET_COVERED.contains(golden.op())) {
                Assumptions.abort("not yet covered: " + golden.op());
            }
            throw new AssertionError("No check for operation " + golden.op());
        }
        try {
            check.check(golden);
            List<String> missing = golden.uncompared().stream()
                    .filter(name -> !NOT_YET_COVERED.contains(golden.op() + ":" + name))
                    .toList();
            assertThat(missing)
                    .as("expected tensors that nothing was compared with")
                    .isEmpty();
        } finally {
            golden.release();
        }
    }
}
