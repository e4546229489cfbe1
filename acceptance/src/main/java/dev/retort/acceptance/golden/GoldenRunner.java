package dev.retort.acceptance.golden;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs cases of golden sets, free of any test framework: {@code GoldenTest} hands them to JUnit, other programs find this in the
 * test-jar of the module.
 */
public final class GoldenRunner implements Closeable {
    /** System property that names the one backend to run on, instead of those of the ordinary build. */
    public static final String DEVICE = GoldenRun.DEVICE;

    /** Add a group of checks here. */
    private static final List<Supplier<Map<String, GoldenCheck>>> GROUPS = List.of(
            BoxChecks::checks,
            EvalChecks::checks,
            FcosChecks::checks,
            IcdChecks::checks,
            ImportChecks::checks,
            ImportedNetworkChecks::checks,
            MethodChecks::checks,
            PgdChecks::checks,
            LdChecks::checks,
            NnChecks::checks,
            OpChecks::checks,
            OptimChecks::checks,
            ImageChecks::checks,
            RetinaNetChecks::checks,
            TrainingChecks::checks);

    private final Map<String, GoldenCheck> checks = new HashMap<>();
    private final List<GoldenSet> sets;
    private final List<GoldenCase> cases;

    GoldenRunner(List<GoldenSet> sets, CaseSelection selection) {
        this.sets = List.copyOf(sets);
        cases = selection.of(sets.stream().flatMap(set -> set.cases().stream()).toList());
        for (Supplier<Map<String, GoldenCheck>> group : GROUPS) {
            group.get().forEach((op, check) -> {
                if (checks.put(op, check) != null) {
                    throw new IllegalStateException("There is a second check of " + op);
                }
            });
        }
    }

    /**
     * With the sets that {@link GoldenSet#openAll} finds, and of them the cases that the system property {@code retort.golden.cases}
     * selects.
     *
     * @throws IllegalArgumentException if that selects nothing
     */
    public static GoldenRunner open() throws IOException {
        return new GoldenRunner(GoldenSet.openAll(), CaseSelection.named());
    }

    /** The cases to run, set by set, in their manifests' order. */
    public List<GoldenCase> cases() {
        return cases;
    }

    /**
     * Runs one case on the backends that {@link GoldenRun} tells of.
     *
     * @throws AssertionError if the case is not met, has no check, or has an expected tensor that nothing was compared with
     */
    public void run(GoldenCase golden) throws Exception {
        GoldenCheck check = checks.get(golden.op());
        if (check == null) {
            throw new AssertionError("No check for operation " + golden.op());
        }
        try {
            check.check(golden);
            if (!golden.uncompared().isEmpty()) {
                throw new AssertionError(
                        golden.name() + ": nothing was compared with the expected tensors " + golden.uncompared());
            }
        } finally {
            golden.release();
        }
    }

    @Override
    public void close() throws IOException {
        GoldenRun.closeBackends();
        for (GoldenSet set : sets) {
            set.close();
        }
    }
}
