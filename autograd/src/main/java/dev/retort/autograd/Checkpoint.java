package dev.retort.autograd;

import dev.retort.tensor.Origin;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A block of which a tape keeps only the operands: the forward run records nothing inside, and the backward run computes the
 * block once more on a tape of its own before it goes back through it ("Training Deep Nets with Sublinear Memory Cost",
 * arXiv 1604.06174, section 4). The inner pass goes on with the outer one's sums, so additions come in the same order, and
 * gradients have the same bits, as without a checkpoint.
 *
 * @param tape the tape that recorded it
 * @param parameters those that the block read, which are operands after the inputs
 * @param inputs number of inputs
 * @param results number of results
 */
record Checkpoint(
        Tape tape,
        Function<List<Tensor>, List<Tensor>> block,
        List<Parameter> parameters,
        int inputs,
        int results,
        Origin origin) {

    static final Rule RULE = new Rule("CHECKPOINT", new int[] {Rule.NOTHING}, (r, g) -> {
        throw new AssertionError("a checkpoint goes back by itself");
    });

    /**
     * What the forward run of a block gave.
     *
     * @param outputs on the backend beneath the tape, owned by nobody
     * @param read the tape's parameters whose value the block asked for
     */
    record Forward(List<Tensor> outputs, List<Parameter> read) {}

    /** Runs a block as if {@code tape} were not there. */
    static Forward forward(Tape tape, Function<List<Tensor>, List<Tensor>> block, List<Tensor> inputs) {
        Set<Parameter> read = new LinkedHashSet<>();
        try (Scope scope = Scope.openCheckpointed();
                Suspension beneath = new Suspension(tape, tape.parameters(), read::add)) {
            List<Tensor> outputs =
                    block.apply(inputs.stream().map(Checkpoint::guarded).toList());
            if (outputs.isEmpty()) {
                throw new IllegalStateException("A checkpointed block gave no result: it returns at least one tensor");
            }
            for (Tensor output : outputs) {
                if (tape.node(output) != null) {
                    throw new IllegalStateException(
                            "A checkpointed block computes with a tensor of the tape that is not"
                                    + " among its inputs; pass it as one. The result is " + output.describe());
                }
            }
            return new Forward(outputs.stream().map(Tensor::alias).toList(), List.copyOf(read));
        }
    }

    /** The same tensor as a member of the current scope: the block may close it. */
    private static Tensor guarded(Tensor x) {
        Tensor alias = x.alias();
        Scope.adopt(alias);
        return alias;
    }

    /** Computes the block again and adds its part to the sums of {@code outer}. */
    void goBack(Backward outer, Node node, Tensor[] upstream) {
        try (Suspension beneath = new Suspension(tape, parameters, parameter -> {});
                Tape inner = Tape.repeating(outer.base())) {
            beneath.recordOn(inner);
            Map<Node, Node> leaves = new IdentityHashMap<>();
            List<Tensor> outputs = again(outer, node, inner, leaves);
            try (Backward within = new Backward(outer.base(), inner.nodes(), null, false, outer.origin())) {
                leaves.forEach((source, leaf) -> within.moveSum(leaf, outer, source));
                for (int i = 0; i < results; i++) {
                    Node output = inner.node(outputs.get(i));
                    if (output != null) {
                        if (upstream[i] != null) {
                            within.seed(output, upstream[i]);
                        }
                        // Its shape was all that mattered; rules have saved what they need.
                        outputs.get(i).close();
                    }
                }
                within.run();
                leaves.forEach((source, leaf) -> outer.moveSum(source, within, leaf));
            }
        }
    }

    /** The results, recorded by {@code inner}. Fills in which of its leaves stands for which node of the outer tape. */
    private List<Tensor> again(Backward outer, Node node, Tape inner, Map<Node, Node> leaves) {
        Map<Node, Tensor> seen = new IdentityHashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            Node source = node.inputs[inputs + i];
            node.input(inputs + i);
            if (outer.wants(source)) {
                inner.watch(parameters.subList(i, i + 1));
                seen.put(source, parameters.get(i).value());
            }
        }
        List<Tensor> operands = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            Node source = node.inputs[i];
            Tensor value = node.input(i);
            operands.add(outer.wants(source) ? seen.computeIfAbsent(source, s -> inner.watch(value)) : guarded(value));
        }
        seen.forEach((source, leaf) -> leaves.put(source, inner.node(leaf)));
        List<Tensor> outputs;
        try {
            outputs = block.apply(operands);
        } catch (ShapeException e) {
            throw new IllegalStateException(
                    "The block that was checkpointed at " + origin
                            + " failed when it was computed again for its gradient: " + e.getMessage(),
                    e);
        }
        for (int i = 0; i < results; i++) {
            Shape wanted = tape.nodes().get(node.index + i).shape;
            if (outputs.size() != results || !outputs.get(i).shape().equals(wanted)) {
                throw new ShapeException("The block that was checkpointed at " + origin
                        + " gave other results when it was computed again: it must depend on its inputs and on"
                        + " parameters alone");
            }
        }
        return outputs;
    }

    /** Takes a tape off parameters: until closed they have the values, and the tape, beneath it. */
    private static final class Suspension implements AutoCloseable {
        private final Tape tape;
        private final List<Runnable> restore = new ArrayList<>();

        /** @param reader told of every read of a parameter's value meanwhile */
        Suspension(Tape tape, Iterable<Parameter> parameters, Consumer<Parameter> reader) {
            this.tape = tape;
            for (Parameter parameter : parameters) {
                restore.add(parameter.standIn(tape.beneath(parameter), reader));
            }
            recordOn(null);
        }

        /** Lets another tape record what the tape is asked to checkpoint meanwhile. */
        private void recordOn(Tape other) {
            restore.add(tape.setAside(other));
        }

        @Override
        public void close() {
            for (int i = restore.size() - 1; i >= 0; i--) {
                restore.get(i).run();
            }
        }
    }
}
