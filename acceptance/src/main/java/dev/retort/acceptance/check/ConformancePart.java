package dev.retort.acceptance.check;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.testkit.conformance.Conformance;
import dev.retort.testkit.conformance.Conformance.Check;
import dev.retort.testkit.conformance.Oracle;
import java.util.ArrayList;
import java.util.List;

/** The conformance kit: every operation, results and memory, against the reference in float64 and against known values. */
final class ConformancePart implements Part {
    @Override
    public String name() {
        return "conformance";
    }

    @Override
    public String what() {
        return "The conformance kit: every operation in every declared type, results, memory, refusals";
    }

    @Override
    public void run(PartRun run) {
        try (Backend backend = Backends.create(run.settings().device())) {
            Conformance kit = new Conformance(backend, new Oracle());
            List<Check> checks = new ArrayList<>(kit.agreement());
            checks.addAll(kit.known());
            checks.addAll(kit.undeclared());
            checks.addAll(kit.refusals());
            int failed = 0;
            int done = 0;
            for (Check check : checks) {
                try {
                    check.run().run();
                } catch (AssertionError | RuntimeException wrong) {
                    failed++;
                    run.fail(wrong.getMessage() == null ? check.name() + ": " + wrong : wrong.getMessage());
                }
                run.done(++done);
            }
            System.out.println(kit.coverage());
            int skipped =
                    kit.skipped().values().stream().mapToInt(Integer::intValue).sum();
            run.figure("checks", checks.size());
            run.figure("failed", failed);
            run.figure("skipped", skipped);
            run.sum(checks.size() - failed + " of " + checks.size() + " checks pass, " + skipped
                    + " cases are skipped");
        }
    }
}
