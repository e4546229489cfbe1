package dev.retort.tensor.conformance;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.cases.Operand;
import dev.retort.tensor.cases.OperationCase;
import dev.retort.tensor.conformance.TracingBackend.Capability;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the reference backend makes of each case, computed once: results in float64 from the very values that the tested
 * backend gets, which operands are written or shared, which core operations are used. Thread-safe.
 */
public final class Oracle {
    private static final long SEED = 20211;
    private static final long LARGEST_INJECTED = 3000;

    /** A value put in the middle of the first floating operand, to see whether it comes through. */
    enum Injection {
        NONE(0),
        NAN(Double.NaN),
        INFINITY(Double.POSITIVE_INFINITY);

        private final double value;

        Injection(double value) {
            this.value = value;
        }
    }

    private record Key(String name, DType dtype, Injection injection) {}

    private final Map<Key, Expectation> expectations = new ConcurrentHashMap<>();
    private final ReferenceBackend reference = new ReferenceBackend();

    /** The operands' values, each rounded to its type. */
    static List<double[]> draw(OperationCase c, DType dtype, Injection injection) {
        List<double[]> values = c.draw(dtype, SEED);
        if (injection != Injection.NONE) {
            double[] chosen = values.get(firstFloating(c, dtype));
            chosen[chosen.length / 2] = injection.value;
        }
        return values;
    }

    /** Whether the first floating operand has room for a special value, and the case is quick. */
    static boolean canInject(OperationCase c, DType dtype) {
        int place = firstFloating(c, dtype);
        return place >= 0
                && c.operands().get(place).shape().size() > 0
                && c.operands().stream().allMatch(o -> o.shape().size() < LARGEST_INJECTED);
    }

    private static int firstFloating(OperationCase c, DType dtype) {
        for (int i = 0; i < c.operands().size(); i++) {
            if (c.operands().get(i).type(dtype).isFloating()) {
                return i;
            }
        }
        return -1;
    }

    Expectation expect(OperationCase c, DType dtype, Injection injection) {
        return expectations.computeIfAbsent(new Key(c.name(), dtype, injection), key -> compute(c, dtype, injection));
    }

    private Expectation compute(OperationCase c, DType dtype, Injection injection) {
        TracingBackend tracing = new TracingBackend();
        Run own = run(tracing, c, dtype, dtype, injection);
        Set<Capability> used = tracing.used();
        DType exact = dtype == DType.F32 ? DType.F64 : dtype;
        List<Result> values = exact == dtype ? own.results : run(reference, c, dtype, exact, injection).results;
        return new Expectation(
                values, own.results.stream().map(Result::dtype).toList(), own.shares, own.written, used);
    }

    private record Run(List<Result> results, List<Set<Integer>> shares, Set<Integer> written) {}

    /** Draws values for {@code drawn} and computes in {@code dtype}, which holds them exactly. */
    private static Run run(Backend ops, OperationCase c, DType drawn, DType dtype, Injection injection) {
        try (Scope scope = Scope.open()) {
            List<double[]> values = draw(c, drawn, injection);
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                Operand operand = c.operands().get(i);
                inputs.add(Operand.upload(ops, values.get(i), operand.shape(), operand.type(dtype)));
            }
            List<Tensor> results = c.apply(inputs);
            return new Run(
                    results.stream().map(Result::of).toList(),
                    results.stream().map(y -> shares(y, inputs)).toList(),
                    written(inputs));
        }
    }

    /** The operands whose memory a result shares. */
    static Set<Integer> shares(Tensor result, List<Tensor> operands) {
        Set<Integer> shares = new HashSet<>();
        for (int i = 0; i < operands.size(); i++) {
            if (operands.get(i).storage() == result.storage()) {
                shares.add(i);
            }
        }
        return shares;
    }

    /** The operands that were written in place since they were made. */
    static Set<Integer> written(List<Tensor> operands) {
        Set<Integer> written = new HashSet<>();
        for (int i = 0; i < operands.size(); i++) {
            if (operands.get(i).storage().version() > 0) {
                written.add(i);
            }
        }
        return written;
    }
}
