package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Origin;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * One reverse pass over a tape: rules return gradients, this engine alone accumulates them, sums broadcast axes out, leaves
 * out what leads to nothing that is sought, and frees what is no longer needed.
 */
final class Backward implements AutoCloseable {
    private final Backend base;
    private final List<Node> nodes;
    private final boolean retain;
    /** The call that asked, which counts as the place where everything here is made. */
    private final Origin origin;

    private final Tensor[] pending;
    /** Whether pending[i] is a sum that nobody else sees, so that more can be added in place. */
    private final boolean[] exclusive;
    /** Whether node i is sought, or descends from one that is. */
    private final boolean[] wanted;

    private final boolean[] sought;
    private final Map<Node, Tensor> found = new IdentityHashMap<>();

    /** @param leaves the nodes whose gradients are asked for; null for all leaves */
    Backward(Backend base, List<Node> nodes, Collection<Node> leaves, boolean retain, Origin origin) {
        this.base = base;
        this.nodes = nodes;
        this.retain = retain;
        this.origin = origin;
        this.pending = new Tensor[nodes.size()];
        this.exclusive = new boolean[nodes.size()];
        this.wanted = new boolean[nodes.size()];
        this.sought = new boolean[nodes.size()];
        if (leaves != null) {
            leaves.forEach(node -> sought[node.index] = true);
        }
        for (int i = 0; i < wanted.length; i++) {
            Node node = nodes.get(i);
            sought[i] |= leaves == null && node.isLeaf();
            wanted[i] = sought[i];
            for (Node input : node.inputs) {
                wanted[i] |= wants(input);
            }
        }
    }

    /** Whether the gradient for what a node made is needed on the way to one that is sought. */
    boolean wants(Node node) {
        return node != null && wanted[node.index];
    }

    /** Adds a gradient of what a node made. */
    void seed(Node node, Tensor upstream) {
        if (wants(node)) {
            accumulate(node, upstream);
        }
    }

    /** Takes over the sum that {@code other} has for one of its nodes so far: additions go on where it stopped. */
    void moveSum(Node target, Backward other, Node source) {
        pending[target.index] = other.pending[source.index];
        exclusive[target.index] = other.exclusive[source.index];
        other.pending[source.index] = null;
    }

    /** Goes back from what was seeded, down to the leaves. */
    void run() {
        for (int i = pending.length - 1; i >= 0; i--) {
            visit(i);
        }
    }

    /** The same; tells of each leaf and its gradient as soon as nothing more is added to it. */
    void run(BiConsumer<Node, Tensor> whole) {
        Map<Integer, List<Node>> leaves = leavesByFirstUse();
        for (int i = pending.length - 1; i >= 0; i--) {
            visit(i);
            for (Node leaf : leaves.getOrDefault(i, List.of())) {
                if (pending[leaf.index] != null) {
                    whole.accept(leaf, pending[leaf.index]);
                }
            }
        }
    }

    private void visit(int i) {
        Node node = nodes.get(i);
        if (!node.isLeaf()) {
            if (sought[i] && pending[i] != null) {
                found.put(node, pending[i].alias());
            }
            if (node.first == node) {
                propagate(node);
            }
        }
    }

    /** Leaves by the index of the first operation that uses them, which adds to their gradients last; unused ones by their own. */
    private Map<Integer, List<Node>> leavesByFirstUse() {
        int[] uses = new int[nodes.size()];
        for (Node node : nodes) {
            uses[node.index] = node.index;
            for (Node input : node.inputs) {
                if (input != null && uses[input.index] == input.index) {
                    uses[input.index] = node.index;
                }
            }
        }
        Map<Integer, List<Node>> leaves = new HashMap<>();
        for (Node node : nodes) {
            if (node.isLeaf()) {
                leaves.computeIfAbsent(uses[node.index], none -> new ArrayList<>())
                        .add(node);
            }
        }
        return leaves;
    }

    /** The gradients of the sought nodes, as far as the seeds reached; the caller owns them. */
    Map<Node, Tensor> take() {
        Map<Node, Tensor> taken = new IdentityHashMap<>(found);
        found.clear();
        for (int i = 0; i < pending.length; i++) {
            if (pending[i] != null) {
                taken.put(nodes.get(i), pending[i]);
                pending[i] = null;
            }
        }
        return taken;
    }

    /** Gives up what was not taken. */
    @Override
    public void close() {
        take().values().forEach(Tensor::close);
    }

    private void propagate(Node node) {
        Tensor[] upstream = takeResults(node);
        if (upstream == null) {
            return;
        }
        try (Scope scope = Scope.open(origin)) {
            node.checkNotFreed();
            if (wantsAnInput(node)) {
                if (node.block == null) {
                    differentiate(node, upstream[0]);
                } else {
                    node.block.goBack(this, node, upstream);
                }
            }
        } finally {
            for (Tensor g : upstream) {
                if (g != null) {
                    g.close();
                }
            }
        }
        if (!retain) {
            node.free(origin);
        }
    }

    /** The gradients of all results of a node's operation, null where there is none; null if there are none at all. */
    private Tensor[] takeResults(Node node) {
        int count = node.block == null ? 1 : node.block.results();
        Tensor[] upstream = new Tensor[count];
        boolean any = false;
        for (int i = 0; i < count; i++) {
            upstream[i] = pending[node.index + i];
            pending[node.index + i] = null;
            any |= upstream[i] != null;
        }
        return any ? upstream : null;
    }

    private boolean wantsAnInput(Node node) {
        for (Node input : node.inputs) {
            if (wants(input)) {
                return true;
            }
        }
        return false;
    }

    private void differentiate(Node node, Tensor g) {
        boolean[] wantedInputs = new boolean[node.inputs.length];
        for (int i = 0; i < wantedInputs.length; i++) {
            wantedInputs[i] = wants(node.inputs[i]);
        }
        Tensor[] gradients = node.rule.gradient().of(new Recorded(base, node, wantedInputs), g);
        for (int i = 0; i < gradients.length; i++) {
            if (gradients[i] != null && wantedInputs[i]) {
                accumulate(node.inputs[i], sumTo(gradients[i], node.shapes[i], node.rule));
            }
        }
    }

    Backend base() {
        return base;
    }

    Origin origin() {
        return origin;
    }

    private void accumulate(Node node, Tensor gradient) {
        int i = node.index;
        if (pending[i] == null) {
            pending[i] = gradient.alias();
            exclusive[i] = false;
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
