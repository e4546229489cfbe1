package dev.retort.testkit.conformance;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.Operand;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.Tolerance;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One case in one dtype on the tested backend: values and types of the results, on operands of their own and on views into
 * larger tensors full of NaN, with results in memory that holds rubbish; special values put into operands
 * ({@link Injection}); the same bits twice; operands and their surroundings unharmed; versions raised where memory is written; results
 * in memory of their own; nothing left behind.
 */
record CaseCheck(Backend backend, Oracle oracle, OperationCase c, DType dtype, List<Injection> injections) {
    /** Where a view begins in its larger tensor: odd, so that nothing is aligned. */
    private static final int BEFORE = 5;

    private static final int AFTER = 3;

    void run() {
        long before = backend.memory().liveBytes();
        List<Result> first = attempt(Injection.NONE, false);
        List<Result> second = attempt(Injection.NONE, false);
        for (int i = 0; i < first.size(); i++) {
            Demand.holds(first.get(i).sameBits(second.get(i)), "result " + i + " has the same bits twice");
        }
        attempt(Injection.OTHER_SEED, true);
        for (Injection injection : injections) {
            if (Oracle.canInject(c, dtype, injection)) {
                attempt(injection, false);
            }
        }
        Demand.equal(backend.memory().liveBytes(), before, "live bytes afterwards");
    }

    private List<Result> attempt(Injection injection, boolean views) {
        String how = (injection == Injection.NONE ? "" : injection + ": ") + (views ? "on views: " : "");
        Expectation expected = oracle.expect(c, dtype, injection);
        try (Scope scope = Scope.open()) {
            List<Object> values = Oracle.draw(c, dtype, dtype, injection, expected.written());
            List<Tensor> operands = new ArrayList<>();
            List<Tensor> surroundings = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                Operand operand = c.operands().get(i);
                DType type = operand.type(dtype);
                if (views) {
                    Tensor larger = larger(values.get(i), type);
                    surroundings.add(larger);
                    int size = (int) operand.shape().size();
                    operands.add(larger.narrow(BEFORE, size).reshape(operand.shape()));
                } else {
                    operands.add(backend.upload(values.get(i), operand.shape(), type));
                }
            }
            leaveRubbish(expected);
            List<Tensor> tensors = c.apply(operands);
            checkMemory(expected, tensors, operands, values, how);
            List<Result> results = tensors.stream().map(Result::of).toList();
            surroundings.forEach(this::checkMargins);
            compare(expected, results, how);
            return results;
        }
    }

    /** Gives back buffers of the results' sizes with rubbish in them: an element that is never written shows it. */
    private void leaveRubbish(Expectation expected) {
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < expected.values().size(); i++) {
                DType type = expected.dtypes().get(i);
                Shape shape = expected.values().get(i).shape();
                if (backend.supports(Operation.UPLOAD, type)) {
                    double[] rubbish = new double[(int) shape.size()];
                    Arrays.fill(rubbish, margin(type));
                    Operand.upload(backend, rubbish, shape, type);
                    Operand.upload(backend, rubbish, shape, type);
                }
            }
        }
    }

    private void checkMemory(
            Expectation expected, List<Tensor> results, List<Tensor> operands, List<Object> values, String how) {
        Demand.equal(
                Oracle.written(operands),
                expected.written(),
                how + "operands whose version says that they were written in place");
        for (int i = 0; i < operands.size(); i++) {
            Tensor operand = operands.get(i);
            if (!expected.written().contains(i)) {
                try (Tensor fresh = backend.upload(values.get(i), operand.shape(), operand.dtype())) {
                    Demand.holds(
                            Result.of(operand).sameBits(Result.of(fresh)), how + "operand " + i + " is not written");
                }
            }
        }
        boolean view =
                c.operation().equals(Operation.RESHAPE.name()) || c.operation().equals(Operation.NARROW.name());
        for (int i = 0; i < Math.min(results.size(), expected.shares().size()); i++) {
            var shares = Oracle.shares(results.get(i), operands);
            if (view) {
                Demand.equal(shares, expected.shares().get(i), how + "operands whose memory result " + i + " shares");
            } else {
                Demand.holds(
                        expected.shares().get(i).containsAll(shares),
                        how + "result " + i + " shares memory only with the operands "
                                + expected.shares().get(i) + ", not " + shares);
            }
        }
    }

    private void compare(Expectation expected, List<Result> actual, String how) {
        Demand.equal(actual.size(), expected.values().size(), how + "number of results");
        for (int i = 0; i < actual.size(); i++) {
            Demand.equal(actual.get(i).dtype(), expected.dtypes().get(i), how + "type of result " + i);
            Tolerance tolerance = Tolerance.forward(actual.get(i).dtype(), c.accuracy());
            String difference = expected.values().get(i).difference(actual.get(i), tolerance);
            if (difference != null) {
                throw new AssertionError(how + "result " + i + ": " + difference);
            }
        }
    }

    private Tensor larger(Object values, DType type) {
        int size = Array.getLength(values);
        double[] padding = new double[BEFORE + size + AFTER];
        Arrays.fill(padding, margin(type));
        Object padded = Oracle.array(padding, type);
        System.arraycopy(values, 0, padded, BEFORE, size);
        return backend.upload(padded, Shape.of(padding.length), type);
    }

    private static double margin(DType type) {
        return type.isFloating() ? Double.NaN : type == DType.BOOL ? 1 : 77;
    }

    private void checkMargins(Tensor larger) {
        int size = (int) larger.size();
        Result before = Result.of(larger.narrow(0, BEFORE));
        Result after = Result.of(larger.narrow(size - AFTER, AFTER));
        for (Result margin : List.of(before, after)) {
            double[] expected = new double[(int) margin.shape().size()];
            Arrays.fill(expected, margin(larger.dtype()));
            try (Tensor untouched = Operand.upload(backend, expected, margin.shape(), larger.dtype())) {
                Demand.holds(margin.sameBits(Result.of(untouched)), "the memory around a view is not written");
            }
        }
    }
}
