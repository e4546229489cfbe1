package dev.retort.testkit.conformance;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.reference.ReferenceBackend;
import dev.retort.testkit.cases.Operand;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.conformance.TracingBackend.Capability;
import java.util.ArrayList;
import java.util.Arrays;
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

    private record Key(String name, DType dtype, Injection injection) {}

    private final Map<Key, Expectation> expectations = new ConcurrentHashMap<>();
    private final ReferenceBackend reference = new ReferenceBackend();

    /**
     * The operands as Java arrays, as their backend's upload wants them: the same for every backend.
     *
     * @param written the operands that are written in place: NaN and infinity go into others, if there are any
     */
    static List<Object> draw(OperationCase c, DType drawn, DType dtype, Injection injection, Set<Integer> written) {
        List<double[]> values = c.draw(drawn, injection == Injection.OTHER_SEED ? SEED + 1 : SEED);
        List<Object> arrays = new ArrayList<>();
        int special = special(c, drawn, written);
        for (int i = 0; i < values.size(); i++) {
            Operand operand = c.operands().get(i);
            if (i == special && (injection == Injection.NAN || injection == Injection.INFINITY)) {
                values.get(i)[values.get(i).length / 2] =
                        injection == Injection.NAN ? Double.NaN : Double.POSITIVE_INFINITY;
            }
            Object array = array(values.get(i), operand.type(dtype));
            if (injection == Injection.ALL_BITS && operand.fixed() == null) {
                Injection.useAllBits(array, i);
            }
            arrays.add(array);
        }
        return arrays;
    }

    /** Values that the type can hold, as an array of its elements. */
    static Object array(double[] values, DType dtype) {
        return switch (dtype) {
            case F64 -> values;
            case F32 -> {
                float[] array = new float[values.length];
                for (int i = 0; i < array.length; i++) {
                    array[i] = (float) values[i];
                }
                yield array;
            }
            case I32 -> Arrays.stream(values).mapToInt(v -> (int) v).toArray();
            case I64 -> Arrays.stream(values).mapToLong(v -> (long) v).toArray();
            case BOOL -> {
                byte[] array = new byte[values.length];
                for (int i = 0; i < array.length; i++) {
                    array[i] = (byte) (values[i] != 0 ? 1 : 0);
                }
                yield array;
            }
        };
    }

    /** Whether there is an operand for special values, and the case is quick. */
    static boolean canInject(OperationCase c, DType dtype, Injection injection) {
        int place = special(c, dtype, Set.of());
        boolean room = injection == Injection.ALL_BITS
                || place >= 0 && c.operands().get(place).shape().size() > 0;
        return injection.concerns(dtype)
                && room
                && c.operands().stream().allMatch(o -> o.shape().size() < LARGEST_INJECTED);
    }

    /** The first floating operand that is not written; if there is none, the first. */
    private static int special(OperationCase c, DType dtype, Set<Integer> written) {
        int first = -1;
        for (int i = c.operands().size() - 1; i >= 0; i--) {
            if (c.operands().get(i).type(dtype).isFloating() && (first < 0 || !written.contains(i))) {
                first = i;
            }
        }
        return first;
    }

    Expectation expect(OperationCase c, DType dtype, Injection injection) {
        Key key = new Key(c.name(), dtype, injection);
        Expectation known = expectations.get(key);
        if (known == null) {
            known = compute(c, dtype, injection);
            expectations.put(key, known);
        }
        return known;
    }

    private Expectation compute(OperationCase c, DType dtype, Injection injection) {
        Set<Integer> written = injection == Injection.NONE
                ? Set.of()
                : expect(c, dtype, Injection.NONE).written();
        TracingBackend tracing = new TracingBackend();
        Run own = run(tracing, c, dtype, dtype, injection, written);
        Set<Capability> used = tracing.used();
        DType exact = dtype == DType.F32 ? DType.F64 : dtype;
        List<Result> values =
                exact == dtype ? own.results : run(reference, c, dtype, exact, injection, written).results;
        return new Expectation(values, own.results.stream().map(Result::dtype).toList(), own.shares, own.written, used);
    }

    private record Run(List<Result> results, List<Set<Integer>> shares, Set<Integer> written) {}

    /** Draws values for {@code drawn} and computes in {@code dtype}, which holds them exactly. */
    private static Run run(
            Backend ops, OperationCase c, DType drawn, DType dtype, Injection injection, Set<Integer> written) {
        try (Scope scope = Scope.open()) {
            List<Object> values = draw(c, drawn, dtype, injection, written);
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                Operand operand = c.operands().get(i);
                inputs.add(ops.upload(values.get(i), operand.shape(), operand.type(dtype)));
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
