package dev.retort.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;
import dev.retort.tensor.reference.ReferenceBackend;
import dev.retort.testkit.conformance.Conformance.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kit reports, and defects that are no matter of one operation's kind of fault (those are planted by the matrix). */
class KitTest {
    private static final Oracle ORACLE = new Oracle();

    private record Report(List<String> checks, List<String> failed, List<String> errors, Conformance kit) {}

    /** Runs all checks whose name begins so. */
    private static Report run(Backend backend, String... beginnings) {
        Conformance kit = new Conformance(backend, ORACLE);
        List<Check> checks = new ArrayList<>(kit.agreement());
        checks.addAll(kit.undeclared());
        checks.addAll(kit.refusals());
        checks.removeIf(check -> Arrays.stream(beginnings).noneMatch(check.name()::startsWith));
        List<String> failed = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        for (Check check : checks) {
            try {
                check.run().run();
            } catch (RuntimeException | AssertionError e) {
                failed.add(check.name());
                errors.add(e.getMessage());
            }
        }
        return new Report(checks.stream().map(Check::name).toList(), failed, errors, kit);
    }

    /** The reference without some operations. */
    private static Backend without(DType dtype, Operation... operations) {
        return new ReferenceBackend() {
            @Override
            public boolean supports(Operation operation, DType type) {
                boolean hidden = dtype == type && Arrays.asList(operations).contains(operation);
                return !hidden && super.supports(operation, type);
            }
        };
    }

    @Test
    void countsCasesByOperationAndType() {
        Report report = run(new ReferenceBackend(), "CUMSUM");
        assertThat(report.failed).isEmpty();
        Coverage coverage = report.kit.coverage();
        assertThat(coverage.cell("CUMSUM", DType.F32).run()).isEqualTo(6);
        assertThat(coverage.cell("CUMSUM", DType.F32).failed()).isZero();
        assertThat(coverage.cell("CUMSUM", DType.BOOL).declared()).isFalse();
        assertThat(coverage.cell("GEMM", DType.F32).run()).isZero();
        assertThat(coverage.toString()).containsPattern("CUMSUM +6 +6 +6 +6 +undecl.");
    }

    @Test
    void skipsWithAReasonWhatIsNotDeclared() {
        Report report = run(without(DType.F32, Operation.REDUCE), "softmax ", "REDUCE F32", "REDUCE SUM 207");
        assertThat(report.checks)
                .contains("REDUCE F32", "softmax 4x31 along -1 in F64", "REDUCE SUM 207 over [] in F64")
                .doesNotContain("softmax 4x31 along -1 in F32", "REDUCE SUM 207 over [] in F32");
        assertThat(report.failed).isEmpty();
        assertThat(report.kit.skipped()).containsKey("case, softmax F32 (undeclared: [REDUCE F32])");
        assertThat(report.kit.coverage().cell("softmax", DType.F32).declared()).isFalse();
        assertThat(report.kit.coverage().cell("softmax", DType.F64).declared()).isTrue();
    }

    @Test
    void knownValuesOfWhatIsNotDeclaredAreSkippedToo() {
        Conformance kit = new Conformance(without(DType.I64, Operation.CUMSUM), ORACLE);
        assertThat(kit.known())
                .extracting(Check::name)
                .contains("CUMSUM 12 along 1, known values in I32")
                .doesNotContain("CUMSUM 12 along 1, known values in I64");
        assertThat(kit.skipped()).containsKey("case, CUMSUM I64 (undeclared: [CUMSUM I64])");
    }

    @Test
    void failsWhereADeclaredOperationCannotBeSeen() {
        Backend blind = without(DType.I32, Operation.DOWNLOAD);
        assertThat(run(blind, "CUMSUM").checks).noneMatch(name -> name.endsWith("I32"));
        assertThat(run(blind, "CUMSUM I32").failed).containsExactly("CUMSUM I32 is seen by a case");
    }

    /** A console shows dynamic tests by number: what is wrong, and where, has to be in the message. */
    @Test
    void errorsNameTheCheckAndThePlace() {
        Backend backend = new ReferenceBackend() {
            @Override
            protected void cumsum(Tensor x, int axis, Tensor y) {
                super.cumsum(x, axis, y);
                if (x.dtype() == DType.F64 && y.size() > 1) {
                    throw new IllegalStateException("no device");
                }
                if (y.size() > 1) {
                    Elements.of(y).set((int) y.size() - 2, 1e6);
                }
            }
        };
        Report report = run(backend, "CUMSUM 6x13 along 0 in");
        assertThat(report.errors).hasSize(4);
        assertThat(report.errors.get(0))
                .matches(
                        "CUMSUM 6x13 along 0 in F32: result 0: 1 of 78 elements of \\[6, 13\\] are off; the worst,"
                                + " \\[5, 11\\], is 1000000\\.00 where the reference has -?\\d\\.\\d+, .* times the accepted error");
        assertThat(report.errors.get(1))
                .isEqualTo("CUMSUM 6x13 along 0 in F64: java.lang.IllegalStateException: no device");
        assertThat(report.errors.get(2))
                .matches(
                        "CUMSUM 6x13 along 0 in I32: .* the worst, \\[5, 11\\], is 1000000 where the reference has -?\\d+");
        assertThat(report.kit.coverage().toString().lines())
                .filteredOn(line -> line.contains("failed)"))
                .allMatch(line -> line.matches("  CUMSUM +( +1 \\(1 failed\\)){4} +undecl\\."));
    }

    @Test
    void findsPaddingThatWins() {
        Backend backend = new ReferenceBackend() {
            @Override
            public Pooled maxPool2d(Tensor x, Pool2dSpec spec) {
                Pooled pooled = super.maxPool2d(x, spec);
                return new Pooled(pooled.values().relu(), pooled.indices());
            }
        };
        assertThat(run(backend, "MAX_POOL2D all").failed).contains("MAX_POOL2D all below zero, padded in F32");
    }

    /** Cases of composed operations are skipped where the default's operations are missing: seen by running the defaults. */
    @Test
    void theReferenceOverridesNoComposedOperation() {
        List<String> overridden = Arrays.stream(ReferenceBackend.class.getMethods())
                .filter(method -> !method.isDefault() && !method.isBridge())
                .map(method -> method.getName() + Arrays.toString(method.getParameterTypes()))
                .toList();
        List<String> composed = Arrays.stream(Backend.class.getMethods())
                .filter(method -> method.isDefault())
                .map(method -> method.getName() + Arrays.toString(method.getParameterTypes()))
                .toList();
        assertThat(overridden).doesNotContainAnyElementsOf(composed);
    }
}
