package dev.retort.autograd;

import dev.retort.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;

/** Gradients of a scalar for the leaves of a tape. They live until their tape closes. */
public final class Gradients implements AutoCloseable {
    private final Tape tape;
    private final Map<Node, Tensor> byNode;
    private final Map<Parameter, Tensor> byParameter;

    Gradients(Tape tape, Map<Node, Tensor> byNode, Map<Parameter, Node> watched) {
        this.tape = tape;
        this.byNode = byNode;
        this.byParameter = new IdentityHashMap<>();
        watched.forEach((parameter, node) -> {
            Tensor gradient = byNode.get(node);
            if (gradient != null) {
                byParameter.put(parameter, gradient);
            }
        });
    }

    /** The gradient for a watched parameter; null if the scalar does not depend on it. */
    public Tensor of(Parameter parameter) {
        return byParameter.get(parameter);
    }

    /** The gradient for a watched tensor; null if the scalar does not depend on it. */
    public Tensor of(Tensor leaf) {
        Node node = tape.node(leaf);
        if (node == null) {
            throw new IllegalArgumentException(
                    "Not watched by this tape: " + leaf + "; ask for what its watch method returned");
        }
        return byNode.get(node);
    }

    /** All gradients of parameters. */
    public Map<Parameter, Tensor> byParameter() {
        return Collections.unmodifiableMap(byParameter);
    }

    @Override
    public void close() {
        byNode.values().forEach(Tensor::close);
    }
}
