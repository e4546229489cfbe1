package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * One reverse pass over a tape: rules return gradients, this engine alone accumulates them, sums broadcast axes out, and
 * frees what is no longer needed.
 */
final class Backward {
    private final Backend base;
    private final List<Node> nodes;
    private final boolean retain;
    private final Tensor[] pending;
    /** Whether pending[i] is a sum that nobody else sees, so that more can be added in place. */
    private final boolean[] exclusive;

    Backward(Backend base, List<Node> nodes, boolean retain) {
        this.base = base;
        this.nodes = nodes;
        this.retain = retain;
        this.pending = new Tensor[nodes.size()];
        this.exclusive = new boolean[nodes.size()];
    }

    /** Gradients of sum_i sum(upstream_i*output_i), by leaf. The caller owns them. */
    Map<Node, Tensor> run(Tape tape, List<Tensor> outputs, List<Tensor> upstream) {
        if (outputs.size() != upstream.size()) {
            throw new ShapeException(outputs.size() + " outputs, but " + upstream.size() + " upstream gradients");
        }
        try {
            seed(tape, outputs, upstream);
            for (int i = pending.length - 1; i >= 0; i--) {
                if (pending[i] != null && nodes.get(i).rule != null) {
                    propagate(nodes.get(i));
                }
            }
            // Only leaves are left. Had a rule failed, theirs would be closed with the others below.
            Map<Node, Tensor> leaves = new IdentityHashMap<>();
            for (int i = 0; i < pending.length; i++) {
                if (pending[i] != null) {
                    leaves.put(nodes.get(i), pending[i]);
                    pending[i] = null;
                }
            }
            return leaves;
        } finally {
            for (Tensor rest : pending) {
                if (rest != null) {
                    rest.close();
                }
            }
        }
    }

    private void seed(Tape tape, List<Tensor> outputs, List<Tensor> upstream) {
        boolean any = false;
        for (int i = 0; i < outputs.size(); i++) {
            Tensor output = outputs.get(i);
            Node node = tape.node(output);
            if (!upstream.get(i).shape().equals(output.shape())) {
                throw new ShapeException(
                        "Upstream gradient " + upstream.get(i).shape() + " for an output of shape " + output.shape());
            }
            if (node != null) {
                any = true;
                accumulate(node, upstream.get(i));
            }
        }
        if (!any) {
            throw new IllegalStateException(
                    "No gradient: " + outputs.get(0)
                            + " does not descend from anything that this tape watches (watch parameters before the computation)");
        }
    }

    private void propagate(Node node) {
        Tensor g = pending[node.index];
        pending[node.index] = null;
        try (Scope scope = Scope.open()) {
            Tensor[] gradients = node.rule.gradient().of(new Recorded(base, node), g);
            for (int i = 0; i < gradients.length; i++) {
                if (gradients[i] != null && node.inputs[i] != null) {
                    accumulate(node.inputs[i], sumTo(gradients[i], node.shapes[i], node.rule));
                }
            }
        } finally {
            g.close();
        }
        if (!retain) {
            node.free();
        }
    }

    private void accumulate(Node node, Tensor gradient) {
        int i = node.index;
        if (pending[i] == null) {
            pending[i] = gradient.alias();
        } else if (exclusive[i]) {
            base.axpy(pending[i], 1, gradient);
        } else {
            Tensor sum = Scope.release(pending[i].add(gradient));
            pending[i].close();
            pending[i] = sum;
            // Under another tape every addition has to be recorded.
            exclusive[i] = base.depth() == 0;
        }
    }

    /** Sums out the axes along which an input of this shape was broadcast. */
    private static Tensor sumTo(Tensor gradient, Shape shape, Rule rule) {
        Shape own = gradient.shape();
        if (own.equals(shape)) {
            return gradient;
        }
        int lead = own.rank() - shape.rank();
        if (lead < 0 || !Shape.broadcast(own, shape).equals(own)) {
            throw new IllegalStateException(
                    "Rule " + rule.name() + " gave a gradient of shape " + own + " for an input of shape " + shape);
        }
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < own.rank(); axis++) {
            if (axis < lead || (shape.dim(axis - lead) == 1 && own.dim(axis) != 1)) {
                axes.add(axis);
            }
        }
        return gradient.sum(axes.stream().mapToInt(Integer::intValue).toArray()).reshape(shape);
    }
}
