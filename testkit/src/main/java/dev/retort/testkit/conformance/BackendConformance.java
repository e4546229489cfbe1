package dev.retort.testkit.conformance;

import dev.retort.tensor.Backend;
import dev.retort.testkit.conformance.Conformance.Check;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What every backend has to pass: one subclass per backend. Every case of {@link dev.retort.testkit.cases.OperationCases} runs
 * in every declared dtype and is held against the reference in float64 (see {@link CaseCheck} for what is looked at); calls whose
 * results are known without any backend give them; every declared operation is seen by a case; undeclared core operations say so; bad
 * input is refused. What was covered and what was skipped is printed at the end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendConformance {
    private Backend backend;
    private Conformance kit;

    /** A new backend to test; the kit closes it. */
    protected abstract Backend backend();

    /** Cases run and skipped so far, by operation and dtype. */
    public final Coverage coverage() {
        return kit.coverage();
    }

    @BeforeAll
    final void openBackend() {
        backend = backend();
        kit = new Conformance(backend, new Oracle());
    }

    @AfterAll
    final void reportAndClose() {
        StringBuilder report = new StringBuilder(kit.coverage().toString());
        kit.skipped().forEach((reason, times) -> report.append("  skipped ")
                .append(times)
                .append(" x ")
                .append(reason)
                .append(System.lineSeparator()));
        System.out.println(report);
        backend.close();
    }

    @TestFactory
    final List<DynamicTest> declaredOperationsAgreeWithTheReference() {
        return tests(kit.agreement());
    }

    @TestFactory
    final List<DynamicTest> declaredOperationsGiveKnownValues() {
        return tests(kit.known());
    }

    @TestFactory
    final List<DynamicTest> undeclaredOperationsSaySo() {
        return tests(kit.undeclared());
    }

    @TestFactory
    final List<DynamicTest> badInputIsRefused() {
        return tests(kit.refusals());
    }

    private static List<DynamicTest> tests(List<Check> checks) {
        return checks.stream()
                .map(check ->
                        DynamicTest.dynamicTest(check.name(), () -> check.run().run()))
                .toList();
    }
}
