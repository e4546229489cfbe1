package dev.retort.testkit.conformance;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.UndeclaredOperationException;
import dev.retort.testkit.cases.BadInput;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import dev.retort.testkit.conformance.Coverage.Outcome;
import dev.retort.testkit.conformance.TracingBackend.Capability;
import dev.retort.testkit.conformance.known.KnownCase;
import dev.retort.testkit.conformance.known.KnownValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The kit itself, free of any test framework: the checks that a backend owes, each with a name, and what came of them.
 * {@link BackendConformance} hands them to JUnit.
 */
public final class Conformance {
    /** Shortest message that can say what is wrong, in characters. */
    private static final int TELLING = 20;

    private static final Set<String> CORE =
            Arrays.stream(Operation.values()).map(Enum::name).collect(Collectors.toSet());

    /** One thing to check; {@code run} throws what is wrong. */
    public record Check(String name, Runnable run) {
        /** One whose errors begin with its name: consoles show dynamic tests by their number. */
        private static Check named(String name, Runnable run) {
            return new Check(name, () -> {
                try {
                    run.run();
                } catch (AssertionError e) {
                    AssertionError named =
                            new AssertionError(name + ": " + e.getMessage().strip());
                    named.setStackTrace(e.getStackTrace());
                    throw named;
                } catch (RuntimeException e) {
                    throw new AssertionError(name + ": " + e, e);
                }
            });
        }
    }

    private final Backend backend;
    private final Oracle oracle;
    private final Coverage coverage;
    private final Map<String, Integer> skipped = new TreeMap<>();

    /** @param oracle may serve several backends, one after another or at once */
    public Conformance(Backend backend, Oracle oracle) {
        this.backend = backend;
        this.oracle = oracle;
        this.coverage = new Coverage(backend.name());
        for (Operation operation : Operation.values()) {
            for (DType dtype : DType.values()) {
                coverage.declare(operation.name(), dtype, backend.supports(operation, dtype));
            }
        }
    }

    /** What has been seen so far. */
    public Coverage coverage() {
        return coverage;
    }

    /** Why cases were skipped, and how many for each reason. */
    public Map<String, Integer> skipped() {
        return skipped;
    }

    /** Every case in every declared dtype, and that no declared operation goes without one. */
    public List<Check> agreement() {
        List<Check> checks = new ArrayList<>();
        Set<Capability> seen = new LinkedHashSet<>();
        for (OperationCase c : OperationCases.all()) {
            for (DType dtype : c.dtypes()) {
                Set<Capability> used = oracle.expect(c, dtype, Injection.NONE).used();
                Set<Capability> missing = missing(used);
                if (missing.isEmpty()) {
                    seen.addAll(used);
                    checks.add(agreement(c, dtype));
                } else {
                    skip(c.operation(), dtype, missing);
                }
            }
        }
        for (Operation operation : Operation.values()) {
            for (DType dtype : DType.values()) {
                if (backend.supports(operation, dtype) && !seen.contains(new Capability(operation, dtype))) {
                    checks.add(Check.named(operation + " " + dtype + " is seen by a case", () -> {
                        throw new AssertionError(backend.name() + " declares " + operation + " for " + dtype
                                + ", but no case ran that uses it: declare what such cases need, or do not declare it");
                    }));
                }
            }
        }
        return checks;
    }

    /**
     * Every declared call whose result is known without any backend: what a backend shares with the reference, such as a formula that it
     * borrows, cannot be wrong in both unnoticed.
     */
    public List<Check> known() {
        List<Check> checks = new ArrayList<>();
        for (KnownCase known : KnownValues.all()) {
            Set<Capability> missing = missing(used(known));
            String operation = known.operation().name();
            if (missing.isEmpty()) {
                checks.add(Check.named(known.name(), () -> {
                    Outcome outcome = Outcome.FAILED;
                    try {
                        known.check(backend);
                        outcome = Outcome.PASSED;
                    } finally {
                        coverage.count(operation, known.dtype(), outcome);
                    }
                }));
            } else {
                skip(operation, known.dtype(), missing);
            }
        }
        return checks;
    }

    /** Whether the backend declares all that a case uses in a dtype. */
    public boolean declares(OperationCase c, DType dtype) {
        return missing(oracle.expect(c, dtype, Injection.NONE).used()).isEmpty();
    }

    /** One case in one dtype, all of whose operations are declared. */
    public Check agreement(OperationCase c, DType dtype) {
        return Check.named(c.name() + " in " + dtype, () -> {
            Outcome outcome = Outcome.FAILED;
            try {
                new CaseCheck(backend, oracle, c, dtype, Injection.of(c, dtype, CORE.contains(c.operation()))).run();
                outcome = Outcome.PASSED;
            } finally {
                coverage.count(c.operation(), dtype, outcome);
            }
        });
    }

    /** Undeclared core operations throw {@link UndeclaredOperationException}, which names operation and dtype. */
    public List<Check> undeclared() {
        List<Check> checks = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            for (DType dtype : DType.values()) {
                boolean reachable = operation == Operation.UPLOAD
                        || operation == Operation.FULL
                        || backend.supports(Operation.UPLOAD, dtype);
                if (!backend.supports(operation, dtype) && reachable) {
                    checks.add(Check.named(operation + " " + dtype, () -> refuses(operation, dtype)));
                }
            }
        }
        return checks;
    }

    private void refuses(Operation operation, DType dtype) {
        inScope(() -> {
            String message = Demand.thrown(
                            UndeclaredOperationException.class, () -> CoreCalls.call(operation, backend, dtype))
                    .getMessage();
            Demand.holds(
                    message.contains(operation.name()) && message.contains(dtype.name()),
                    "the message names operation and type: " + message);
        });
    }

    /** Bad input is refused with a {@link ShapeException} that says something. */
    public List<Check> refusals() {
        List<Check> checks = new ArrayList<>();
        for (BadInput bad : OperationCases.bad()) {
            if (declares(bad)) {
                checks.add(refusal(bad));
            } else {
                String reason = reason(bad.operation() + " " + bad.dtype(), missing(used(bad)));
                skipped.merge("bad input, " + reason, 1, Integer::sum);
            }
        }
        return checks;
    }

    /** Whether the backend declares all that a bad input uses until it is refused. */
    public boolean declares(BadInput bad) {
        return backend.supports(bad.operation(), bad.dtype())
                && missing(used(bad)).isEmpty();
    }

    /** One bad input. */
    public Check refusal(BadInput bad) {
        return Check.named(
                bad.name(),
                () -> inScope(() -> {
                    String message = Demand.thrown(
                                    ShapeException.class, () -> bad.action().accept(backend))
                            .getMessage();
                    Demand.holds(
                            message != null && message.length() >= TELLING,
                            "the message says what is wrong: " + message);
                }));
    }

    private void skip(String operation, DType dtype, Set<Capability> missing) {
        skipped.merge("case, " + reason(operation + " " + dtype, missing), 1, Integer::sum);
        if (!CORE.contains(operation) && coverage.cell(operation, dtype).run() == 0) {
            coverage.declare(operation, dtype, false);
        } else {
            coverage.count(operation, dtype, Outcome.SKIPPED);
        }
    }

    private static Set<Capability> used(BadInput bad) {
        TracingBackend tracing = new TracingBackend();
        try (Scope scope = Scope.open()) {
            Demand.thrown(ShapeException.class, () -> bad.action().accept(tracing));
        }
        return tracing.used();
    }

    private static Set<Capability> used(KnownCase known) {
        TracingBackend tracing = new TracingBackend();
        try (Scope scope = Scope.open()) {
            Result.of(known.call().apply(tracing));
        }
        return tracing.used();
    }

    private Set<Capability> missing(Set<Capability> used) {
        return used.stream()
                .filter(c -> !backend.supports(c.operation(), c.dtype()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** A type that cannot be uploaded says all; else the call with everything it lacks. */
    private static String reason(String call, Set<Capability> missing) {
        return missing.stream()
                .filter(c -> c.operation() == Operation.UPLOAD)
                .findFirst()
                .map(c -> "anything in " + c.dtype() + " (undeclared: " + c + ")")
                .orElse(call + " (undeclared: " + missing + ")");
    }

    private void inScope(Runnable action) {
        long before = backend.memory().liveBytes();
        try (Scope scope = Scope.open()) {
            action.run();
        }
        Demand.equal(backend.memory().liveBytes(), before, "live bytes afterwards");
    }
}
