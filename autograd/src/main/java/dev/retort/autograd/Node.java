package dev.retort.autograd;

import dev.retort.tensor.DType;
import dev.retort.tensor.Origin;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * One result of a recorded operation, or a leaf (no rule). Holds its own references to just what the rule needs. The second
 * and later results of a checkpoint are nodes of their own that follow the first, which holds everything.
 */
final class Node {
    final int index;
    final Rule rule;
    /** For each input the node that made it, or null for a constant. */
    final Node[] inputs;

    /** Of each input, null for a missing one. */
    final Shape[] shapes;

    final DType[] dtypes;
    /** Of the result. */
    final Shape shape;

    final DType dtype;
    final Origin origin;
    /** The block of a checkpoint, else null. */
    final Checkpoint block;
    /** The first result's node; this one itself but for a checkpoint's further results. */
    final Node first;

    private final Tensor[] savedInputs;
    private final Tensor savedOutput;
    private final int[] versions;
    private final int outputVersion;
    private final long savedBytes;
    private Origin freed;

    /** A leaf with the values of {@code x}. */
    static Node leaf(int index, Tensor x) {
        return new Node(index, null, null, new Node[0], new Tensor[0], x, Rule.NOTHING, null);
    }

    /** An operation: saves what its rule needs of the operands and the result (as the backend beneath sees them). */
    static Node operation(int index, Rule rule, Node[] inputs, Tensor[] values, Tensor output) {
        return new Node(index, rule, null, inputs, values, output, rule.saves(inputs), null);
    }

    /** The first result of a checkpoint, which saves all operands. */
    static Node checkpoint(int index, Checkpoint block, Node[] inputs, Tensor[] values, Tensor output) {
        return new Node(index, Checkpoint.RULE, block, inputs, values, output, Rule.NOTHING, null);
    }

    /** A further result of the checkpoint whose first one is {@code first}. */
    static Node further(int index, Node first, Tensor output) {
        return new Node(index, Checkpoint.RULE, null, new Node[] {first}, new Tensor[1], output, Rule.NOTHING, first);
    }

    private Node(
            int index,
            Rule rule,
            Checkpoint block,
            Node[] inputs,
            Tensor[] values,
            Tensor output,
            int saves,
            Node first) {
        this.index = index;
        this.rule = rule;
        this.block = block;
        this.inputs = inputs;
        this.first = first == null ? this : first;
        this.shape = output.shape();
        this.dtype = output.dtype();
        this.origin = output.origin();
        this.shapes = new Shape[values.length];
        this.dtypes = new DType[values.length];
        this.savedInputs = new Tensor[values.length];
        this.versions = new int[values.length];
        long bytes = 0;
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                shapes[i] = values[i].shape();
                dtypes[i] = values[i].dtype();
                if (block != null || (saves & Rule.input(i)) != 0) {
                    savedInputs[i] = values[i].alias();
                    versions[i] = values[i].storage().version();
                    bytes += bytes(values[i]);
                }
            }
        }
        boolean keepsOutput = (saves & Rule.OUTPUT) != 0;
        this.savedOutput = keepsOutput ? output.alias() : null;
        this.outputVersion = keepsOutput ? output.storage().version() : 0;
        this.savedBytes = keepsOutput ? bytes + bytes(output) : bytes;
    }

    private static long bytes(Tensor x) {
        return x.size() * x.dtype().bytes();
    }

    boolean isLeaf() {
        return rule == null;
    }

    /** How many bytes of operands and result are held, or were until they were freed; shared memory counts each time. */
    long savedBytes() {
        return savedBytes;
    }

    boolean isFreed() {
        return freed != null;
    }

    Tensor input(int i) {
        return checked(savedInputs[i], versions[i], "input " + i);
    }

    Tensor output() {
        return checked(savedOutput, outputVersion, "the result");
    }

    /** @throws IllegalStateException if what was saved is freed */
    void checkNotFreed() {
        if (freed != null) {
            throw new IllegalStateException("The tape has freed what " + describe()
                    + " saved: gradients were taken already, at " + freed
                    + "; record the computation again, or take the first gradients with retain = true");
        }
    }

    private Tensor checked(Tensor saved, int version, String what) {
        checkNotFreed();
        if (saved == null) {
            throw new IllegalStateException(
                    "Rule " + rule.name() + " asks for " + what + ", which it did not say it needs");
        }
        if (saved.storage().version() != version) {
            throw new IllegalStateException("The gradient of " + describe() + " needs " + what + ", "
                    + saved.describe() + ", which was written in place since, at "
                    + saved.storage().written() + ": version " + saved.storage().version() + " now, " + version
                    + " when recorded. Take gradients before updating");
        }
        return saved;
    }

    /** Operation, its place on the tape, result and origin, for errors. */
    String describe() {
        return (isLeaf() ? "the leaf" : rule.name()) + " (number " + index + " of its tape, result " + dtype + " "
                + shape + ", recorded at " + origin + ")";
    }

    /**
     * Gives up the saved values.
     *
     * @param where the gradients were taken that no longer need them
     */
    void free(Origin where) {
        if (freed == null) {
            freed = where;
            for (Tensor saved : savedInputs) {
                if (saved != null) {
                    saved.close();
                }
            }
            if (savedOutput != null) {
                savedOutput.close();
            }
        }
    }
}
