package dev.retort.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UndeclaredOperationException;
import dev.retort.tensor.cases.BadInput;
import dev.retort.tensor.cases.Operand;
import dev.retort.tensor.cases.OperationCase;
import dev.retort.tensor.cases.OperationCases;
import dev.retort.tensor.cases.Tolerance;
import dev.retort.tensor.conformance.TracingBackend.Capability;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What every backend has to pass: one subclass per backend. Every case of {@link OperationCases} runs in every declared dtype
 * and is held against the reference in float64, computed from the same values; operands are also views into larger tensors
 * full of NaN; two runs give the same bits; all memory is given back. Undeclared core operations must say so, bad input must be
 * refused. What was skipped is printed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendConformance {
    private static final long SEED = 20211;
    /** Where a view begins in its larger tensor: odd, so that nothing is aligned. */
    private static final int BEFORE = 5;

    private static final int AFTER = 3;

    private final ReferenceBackend reference = new ReferenceBackend();
    private Backend backend;

    /** A new backend to test; the kit closes it. */
    protected abstract Backend backend();

    /** The cases to run: all of them. */
    protected List<OperationCase> cases() {
        return OperationCases.all();
    }

    @BeforeAll
    void openBackend() {
        backend = backend();
    }

    @AfterAll
    void closeBackend() {
        backend.close();
        reference.close();
    }

    @TestFactory
    List<DynamicTest> declaredOperationsAgreeWithTheReference() {
        List<DynamicTest> tests = new ArrayList<>();
        Map<String, Integer> skipped = new TreeMap<>();
        for (OperationCase c : cases()) {
            for (DType dtype : c.dtypes()) {
                Set<Capability> missing = missing(ops -> run(ops, c, dtype, false));
                if (missing.isEmpty()) {
                    tests.add(DynamicTest.dynamicTest(c.name() + " in " + dtype, () -> check(c, dtype)));
                } else {
                    skipped.merge(reason(c.operation() + " " + dtype, missing), 1, Integer::sum);
                }
            }
        }
        print("cases", skipped);
        assertThat(tests).isNotEmpty();
        return tests;
    }

    @TestFactory
    List<DynamicTest> undeclaredOperationsSaySo() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            for (DType dtype : DType.values()) {
                boolean reachable = operation == Operation.UPLOAD
                        || operation == Operation.FULL
                        || backend.supports(Operation.UPLOAD, dtype);
                if (!backend.supports(operation, dtype) && reachable) {
                    tests.add(DynamicTest.dynamicTest(
                            operation + " " + dtype,
                            () -> inScope(() -> assertThatThrownBy(() -> CoreCalls.call(operation, backend, dtype))
                                    .isInstanceOf(UndeclaredOperationException.class)
                                    .hasMessageContaining(operation.name())
                                    .hasMessageContaining(dtype.name()))));
                }
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> badInputIsRefused() {
        List<DynamicTest> tests = new ArrayList<>();
        Map<String, Integer> skipped = new TreeMap<>();
        for (BadInput bad : OperationCases.bad()) {
            Set<Capability> missing = missing(
                    ops -> assertThatThrownBy(() -> bad.action().accept(ops)).isInstanceOf(ShapeException.class));
            if (missing.isEmpty() && backend.supports(bad.operation(), bad.dtype())) {
                tests.add(DynamicTest.dynamicTest(
                        bad.name(),
                        () -> inScope(
                                () -> assertThatThrownBy(() -> bad.action().accept(backend))
                                        .isInstanceOf(ShapeException.class)
                                        .hasMessageMatching("(?s).{20,}"))));
            } else {
                skipped.merge(reason(bad.operation() + " " + bad.dtype(), missing), 1, Integer::sum);
            }
        }
        print("bad inputs", skipped);
        return tests;
    }

    private void check(OperationCase c, DType dtype) {
        DType exact = dtype == DType.F32 ? DType.F64 : dtype;
        List<Result> expected = run(reference, c, dtype, exact, false);
        long before = backend.memory().liveBytes();
        List<Result> first = run(backend, c, dtype, false);
        List<Result> second = run(backend, c, dtype, false);
        List<Result> views = run(backend, c, dtype, true);
        assertThat(backend.memory().liveBytes()).as("live bytes afterwards").isEqualTo(before);
        compare(c, expected, first, "");
        compare(c, expected, views, "on views: ");
        for (int i = 0; i < first.size(); i++) {
            assertThat(first.get(i).sameBits(second.get(i)))
                    .as("result " + i + " has the same bits twice")
                    .isTrue();
        }
    }

    private static void compare(OperationCase c, List<Result> expected, List<Result> actual, String how) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            Tolerance tolerance = Tolerance.forward(actual.get(i).dtype(), c.accuracy());
            String difference = expected.get(i).difference(actual.get(i), tolerance);
            assertThat(difference).as(how + "result " + i).isNull();
        }
    }

    private static List<Result> run(Backend ops, OperationCase c, DType dtype, boolean views) {
        return run(ops, c, dtype, dtype, views);
    }

    /** Draws values for {@code drawn} and computes in {@code dtype}, which holds them exactly. */
    private static List<Result> run(Backend ops, OperationCase c, DType drawn, DType dtype, boolean views) {
        try (Scope scope = Scope.open()) {
            List<double[]> values = c.draw(drawn, SEED);
            List<Tensor> inputs = new ArrayList<>();
            List<Tensor> surroundings = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                Operand operand = c.operands().get(i);
                DType type = operand.type(dtype);
                if (views) {
                    Tensor larger = larger(ops, values.get(i), type);
                    surroundings.add(larger);
                    inputs.add(larger.narrow(BEFORE, values.get(i).length).reshape(operand.shape()));
                } else {
                    inputs.add(Operand.upload(ops, values.get(i), operand.shape(), type));
                }
            }
            List<Result> results = c.apply(inputs).stream().map(Result::of).toList();
            surroundings.forEach(BackendConformance::checkMargins);
            return results;
        }
    }

    private static Tensor larger(Backend ops, double[] values, DType dtype) {
        double[] padded = new double[BEFORE + values.length + AFTER];
        Arrays.fill(padded, margin(dtype));
        System.arraycopy(values, 0, padded, BEFORE, values.length);
        return Operand.upload(ops, padded, Shape.of(padded.length), dtype);
    }

    private static double margin(DType dtype) {
        return dtype.isFloating() ? Double.NaN : dtype == DType.BOOL ? 1 : 77;
    }

    private static void checkMargins(Tensor larger) {
        int size = (int) larger.size();
        Result before = Result.of(larger.narrow(0, BEFORE));
        Result after = Result.of(larger.narrow(size - AFTER, AFTER));
        DType dtype = larger.dtype();
        for (Result margin : List.of(before, after)) {
            double[] expected = new double[(int) margin.shape().size()];
            Arrays.fill(expected, margin(dtype));
            try (Tensor untouched = Operand.upload(larger.backend(), expected, margin.shape(), dtype)) {
                assertThat(margin.sameBits(Result.of(untouched)))
                        .as("the memory around a view is not written")
                        .isTrue();
            }
        }
    }

    /** What a call uses and the backend does not declare. */
    private Set<Capability> missing(Consumer<Backend> call) {
        TracingBackend tracing = new TracingBackend();
        try (Scope scope = Scope.open()) {
            call.accept(tracing);
        }
        tracing.used().removeIf(c -> backend.supports(c.operation(), c.dtype()));
        return tracing.used();
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
        assertThat(backend.memory().liveBytes()).as("live bytes afterwards").isEqualTo(before);
    }

    private void print(String what, Map<String, Integer> skipped) {
        int count = skipped.values().stream().mapToInt(Integer::intValue).sum();
        if (count > 0) {
            System.out.println("Conformance of '" + backend.name() + "': skipped " + count + " " + what);
            skipped.forEach((reason, times) -> System.out.println("  " + times + " x " + reason));
        }
    }
}
