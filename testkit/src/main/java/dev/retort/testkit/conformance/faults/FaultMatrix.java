package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Backend;
import dev.retort.testkit.cases.BadInput;
import dev.retort.testkit.conformance.Conformance;
import dev.retort.testkit.conformance.Conformance.Check;
import dev.retort.testkit.conformance.Oracle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * The proof that the kit bites: a backend with each fault in turn, held against all the cases and bad inputs that call the
 * faulty operation, until one fails.
 */
final class FaultMatrix {
    /**
     * What became of a fault.
     *
     * @param by the check that failed, or null if the fault survived
     */
    record Verdict(Fault fault, String by) {
        boolean caught() {
            return by != null;
        }
    }

    private final Supplier<Backend> backends;
    private final Oracle oracle = new Oracle();
    private final Plan plan;

    FaultMatrix(Supplier<Backend> backends) {
        this.backends = backends;
        try (Backend sound = backends.get()) {
            plan = Plan.of(sound, new Conformance(sound, oracle));
        }
    }

    Plan plan() {
        return plan;
    }

    /** Tries every fault, over so many threads. */
    List<Verdict> run(int threads) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<Verdict>>> parts = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread;
                parts.add(pool.submit(() -> part(first, threads)));
            }
            List<Verdict> verdicts = new ArrayList<>();
            for (Future<List<Verdict>> part : parts) {
                verdicts.addAll(part.get());
            }
            verdicts.sort(Comparator.comparingInt(v -> plan.faults().indexOf(v.fault())));
            return verdicts;
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        } finally {
            pool.shutdownNow();
        }
    }

    private List<Verdict> part(int first, int step) {
        List<Verdict> verdicts = new ArrayList<>();
        try (Backend inner = backends.get()) {
            for (int i = first; i < plan.faults().size(); i += step) {
                Fault fault = plan.faults().get(i);
                verdicts.add(new Verdict(fault, firstFailure(inner, fault, false)));
            }
        }
        return verdicts;
    }

    /** The first check that fails, or null; of all that reach the fault, or of the operation's own alone. */
    String firstFailure(Backend inner, Fault fault, boolean ownOnly) {
        Backend faulty = FaultyBackend.with(inner, fault);
        Conformance kit = new Conformance(faulty, oracle);
        for (Check check : checks(kit, fault, ownOnly)) {
            try {
                check.run().run();
            } catch (Throwable caught) {
                return check.name();
            }
        }
        return null;
    }

    /** The checks that reach the fault, those of the operation itself first: others cannot tell it from a sound backend. */
    private List<Check> checks(Conformance kit, Fault fault, boolean ownOnly) {
        Traits traits = plan.traits().get(fault.target());
        List<Check> checks = new ArrayList<>();
        if (fault.kind() == Kind.CHECK_MISSING) {
            traits.bad.stream().map(kit::refusal).forEach(checks::add);
        }
        if (fault.kind() == Kind.UNDECLARED_ANSWERS) {
            checks.addAll(kit.undeclared());
        }
        String own = fault.target().operation();
        traits.cases.stream()
                .filter(c -> kit.declares(c.c(), c.dtype()))
                .filter(c -> !ownOnly || c.c().operation().equals(own))
                .sorted(Comparator.comparing(c -> !c.c().operation().equals(own)))
                .forEach(c -> checks.add(kit.agreement(c.c(), c.dtype())));
        for (BadInput bad : traits.bad) {
            checks.add(kit.refusal(bad));
        }
        return checks;
    }

    /** The table: kind, planted, caught. */
    static String table(List<Verdict> verdicts) {
        Map<Kind, int[]> rows = new TreeMap<>();
        Set<String> operations = new LinkedHashSet<>();
        int caught = 0;
        for (Verdict verdict : verdicts) {
            int[] row = rows.computeIfAbsent(verdict.fault().kind(), kind -> new int[2]);
            row[0]++;
            row[1] += verdict.caught() ? 1 : 0;
            caught += verdict.caught() ? 1 : 0;
            operations.add(verdict.fault().target().operation());
        }
        StringBuilder text = new StringBuilder(String.format("%-28s%9s%9s%n", "kind of fault", "planted", "caught"));
        rows.forEach((kind, row) -> text.append(String.format("%-28s%9d%9d%n", kind.title(), row[0], row[1])));
        text.append(String.format(
                "%-28s%9d%9d  %.1f %%, in %d operations%n",
                "all", verdicts.size(), caught, 100.0 * caught / verdicts.size(), operations.size()));
        verdicts.stream().filter(verdict -> !verdict.caught()).forEach(verdict -> text.append("survived  ")
                .append(verdict.fault())
                .append(System.lineSeparator()));
        return text.toString();
    }
}
