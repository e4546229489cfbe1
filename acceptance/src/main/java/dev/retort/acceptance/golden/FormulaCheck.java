package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Checks a case whose outputs are a formula of its inputs: every {@code out.*}, and every {@code grad.*} by a tape over the
 * formula with the case's {@code gout.*}. The formula sees tensors in the file's layout.
 */
record FormulaCheck(Formula formula) implements GoldenCheck {

    /** Makes the outputs, by their names without {@code out.}; one alone is usually called y. */
    @FunctionalInterface
    interface Formula {
        Map<String, Tensor> apply(Operands in) throws IOException;
    }

    /** A formula with the one output y. */
    @FunctionalInterface
    interface One {
        Tensor apply(Operands in) throws IOException;
    }

    static FormulaCheck one(One formula) {
        return new FormulaCheck(in -> Map.of("y", formula.apply(in)));
    }

    /** The inputs of a case on a tape; those with an expected gradient are its leaves. */
    static final class Operands {
        private final GoldenRun run;
        private final Tape tape;
        private final Map<String, Tensor> leaves = new LinkedHashMap<>();

        private Operands(GoldenRun run, Tape tape) {
            this.run = run;
            this.tape = tape;
        }

        /** The tensor {@code in.name} or {@code param.name}, in the run's type if it is floating. */
        Tensor get(String name) throws IOException {
            Tensor leaf = leaves.get(name);
            if (leaf != null) {
                return leaf;
            }
            Tensor x = constant(name);
            if (!run.golden().expectedNames().contains("grad." + name)) {
                return x;
            }
            leaves.put(name, tape.watch(x));
            return leaves.get(name);
        }

        boolean has(String name) throws IOException {
            return run.golden().has("in." + name) || run.golden().has("param." + name);
        }

        /** Whether the case expects an output of this name. */
        boolean wants(String output) {
            return run.golden().expectedNames().contains("out." + output);
        }

        JsonNode attr(String name) {
            return run.golden().attrs().required(name);
        }

        int integer(String name) {
            return attr(name).intValue();
        }

        int[] integers(String name) {
            return FormulaCheck.integers(attr(name));
        }

        double number(String name) {
            return attr(name).doubleValue();
        }

        /** A mask or a count in the run's type. */
        Tensor floating(Tensor x) {
            return x.cast(run.dtype());
        }

        /** What to call operations on when no operand has a method for it: a tape forwards what it does not track. */
        Backend ops() {
            return tape;
        }

        private Tensor constant(String shortName) throws IOException {
            GoldenCase golden = run.golden();
            String name = golden.has("in." + shortName) ? "in." + shortName : "param." + shortName;
            Shape shape = Shape.of(golden.shape(name));
            return switch (golden.dtype(name)) {
                case F32, F64 -> run.tensor(name);
                case I32, I64 -> run.backend().upload(golden.longs(name), shape, DType.I64);
                case BOOL ->
                    run.backend().upload(golden.longs(name), shape, DType.I64).cast(DType.BOOL);
            };
        }
    }

    static int[] integers(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }

    @Override
    public void check(GoldenCase golden) throws IOException {
        GoldenRun.each(golden, this::check);
    }

    private void check(GoldenRun run) throws IOException {
        try (Scope scope = Scope.open();
                Tape tape = run.tape()) {
            Operands in = new Operands(run, tape);
            Map<String, Tensor> outputs = formula.apply(in);
            for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
                expect(run, "out." + output.getKey(), output.getValue());
            }
            gradients(run, tape, in, outputs);
        }
    }

    private static void gradients(GoldenRun run, Tape tape, Operands in, Map<String, Tensor> outputs)
            throws IOException {
        List<Tensor> differentiated = new ArrayList<>();
        List<Tensor> upstream = new ArrayList<>();
        for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
            String name = "gout." + output.getKey();
            if (run.golden().has(name)) {
                differentiated.add(output.getValue());
                upstream.add(run.tensor(name));
            }
        }
        if (differentiated.isEmpty()) {
            return;
        }
        Gradients gradients = tape.gradients(differentiated, upstream, false);
        for (Map.Entry<String, Tensor> leaf : in.leaves.entrySet()) {
            Tensor gradient = gradients.of(leaf.getValue());
            if (gradient == null) {
                throw new AssertionError(run.golden() + ": nothing depends on " + leaf.getKey());
            }
            expect(run, "grad." + leaf.getKey(), gradient);
        }
    }

    private static void expect(GoldenRun run, String name, Tensor actual) throws IOException {
        if (!actual.shape().equals(Shape.of(run.golden().shape(name)))) {
            throw new AssertionError(run.golden() + ": " + name + " has shape " + actual.shape() + ", expected "
                    + Shape.of(run.golden().shape(name)));
        }
        switch (actual.dtype()) {
            case F32, F64 -> run.expect(name, actual);
            case I32, I64 -> run.golden().expectExact(name, actual.toLongs());
            case BOOL -> run.golden().expectExact(name, actual.cast(DType.I64).toLongs());
        }
    }
}
