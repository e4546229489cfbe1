package dev.retort.autograd;

import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/** One recorded operation, or a leaf (no rule). Holds its own references to just what the rule needs. */
final class Node {
    final int index;
    final Rule rule;
    /** For each input the node that made it, or null for a constant. */
    final Node[] inputs;

    final Shape[] shapes;
    private final Tensor[] savedInputs;
    private final Tensor savedOutput;
    private final int[] versions;
    private final int outputVersion;
    private boolean freed;

    /** A leaf. */
    Node(int index) {
        this(index, null, new Node[0], new Tensor[0], null);
    }

    /** Saves what the rule needs of the operands and the result (as the backend beneath sees them). */
    Node(int index, Rule rule, Node[] inputs, Tensor[] values, Tensor output) {
        this.index = index;
        this.rule = rule;
        this.inputs = inputs;
        this.shapes = new Shape[values.length];
        this.savedInputs = new Tensor[values.length];
        this.versions = new int[values.length];
        int saves = rule == null ? Rule.NOTHING : rule.saves(inputs);
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                shapes[i] = values[i].shape();
                if ((saves & Rule.input(i)) != 0) {
                    savedInputs[i] = values[i].alias();
                    versions[i] = values[i].storage().version();
                }
            }
        }
        boolean keepsOutput = (saves & Rule.OUTPUT) != 0;
        this.savedOutput = keepsOutput ? output.alias() : null;
        this.outputVersion = keepsOutput ? output.storage().version() : 0;
    }

    Tensor input(int i) {
        return checked(savedInputs[i], versions[i], "input " + i);
    }

    Tensor output() {
        return checked(savedOutput, outputVersion, "the result");
    }

    private Tensor checked(Tensor saved, int version, String what) {
        if (freed) {
            throw new IllegalStateException("The tape has freed what " + rule.name() + " saved: gradients were taken"
                    + " already; record the computation again, or ask with retain = true");
        }
        if (saved == null) {
            throw new IllegalStateException(
                    "Rule " + rule.name() + " asks for " + what + ", which it did not say it needs");
        }
        if (saved.storage().version() != version) {
            throw new IllegalStateException(
                    "The gradient of " + rule.name() + " (operation " + index + " of its tape) needs "
                            + what + " of shape " + saved.shape() + ", which was written in place since: version "
                            + saved.storage().version() + " now, " + version
                            + " when recorded. Take gradients before updating");
        }
        return saved;
    }

    /** Gives up the saved values. */
    void free() {
        if (!freed) {
            freed = true;
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
