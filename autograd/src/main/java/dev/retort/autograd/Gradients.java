package dev.retort.autograd;

import dev.retort.tensor.Tensor;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gradients of a scalar for the leaves of a tape, or for what was asked for. They live until their tape closes. */
public final class Gradients implements AutoCloseable {
    private static final int LINES = 20;

    private final Tape tape;
    private final Map<Node, Tensor> byNode;
    private final Set<Node> sought;
    private final Map<Parameter, Tensor> byParameter;

    /** @param sought null for all leaves */
    Gradients(Tape tape, Map<Node, Tensor> byNode, Set<Node> sought) {
        this.tape = tape;
        this.byNode = byNode;
        this.sought = sought;
        this.byParameter = new IdentityHashMap<>();
        for (Parameter parameter : tape.parameters()) {
            Tensor gradient = byNode.get(tape.node(tape.leaf(parameter)));
            if (gradient != null) {
                byParameter.put(parameter, gradient);
            }
        }
    }

    /** The gradient for a watched parameter; null if the scalar does not depend on it, or it was not asked for. */
    public Tensor of(Parameter parameter) {
        return byParameter.get(parameter);
    }

    /**
     * The gradient for a watched tensor, or for another one that was asked for; null if the scalar does not depend on it.
     *
     * @throws IllegalArgumentException if x is not of this tape, or its gradient was not asked for
     */
    public Tensor of(Tensor x) {
        Node node = tape.node(x);
        if (node == null) {
            throw new IllegalArgumentException(
                    "Not watched by this tape: " + x.describe() + "; ask for what its watch method returned");
        }
        boolean asked = sought == null ? node.isLeaf() : sought.contains(node);
        if (!asked) {
            throw new IllegalArgumentException("No gradient was kept for " + x.describe() + ": it is "
                    + (node.isLeaf() ? "a leaf" : "no leaf, but the result of " + node.rule.name())
                    + " that was not asked for. Name it: tape.gradients(loss, x)");
        }
        return byNode.get(node);
    }

    /**
     * The gradient for a watched parameter.
     *
     * @throws IllegalArgumentException if there is none; the message says why
     */
    public Tensor require(Parameter parameter) {
        Tensor leaf = tape.leaf(parameter);
        if (leaf == null) {
            throw new IllegalArgumentException("This parameter is not watched by the tape: "
                    + parameter.data().describe()
                    + (parameter.isTrainable() ? "; watch it before the computation" : "; it is frozen"));
        }
        return require(leaf);
    }

    /**
     * The gradient for a watched tensor, or for another one that was asked for.
     *
     * @throws IllegalArgumentException if there is none; the message says why
     */
    public Tensor require(Tensor x) {
        Tensor gradient = of(x);
        if (gradient == null) {
            throw new IllegalArgumentException("The scalar does not depend on " + x.describe()
                    + ": it takes no part in the computation, or its path there was detached");
        }
        return gradient;
    }

    /** All gradients of parameters. */
    public Map<Parameter, Tensor> byParameter() {
        return Collections.unmodifiableMap(byParameter);
    }

    /** One entry for each gradient in the order of recording: whose it is, and its values, shortened; at most some twenty lines. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Gradients of " + byNode.size() + " tensors of a " + tape.name());
        List<Node> nodes = byNode.keySet().stream()
                .sorted(Comparator.comparingInt(node -> node.index))
                .toList();
        long lines = 1;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            String name = node.isLeaf() ? "leaf" : node.rule.name();
            String entry = "%n%%%d %s, %s: %s".formatted(node.index, name, node.origin.line(), byNode.get(node));
            lines += entry.lines().count() - 1;
            if (lines > LINES && i > 0) {
                return text.append("%n... and %d more".formatted(nodes.size() - i))
                        .toString();
            }
            text.append(entry);
        }
        return text.toString();
    }

    @Override
    public void close() {
        byNode.values().forEach(Tensor::close);
    }
}
