package dev.retort.autograd;

import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** Finds out why no gradient flows from a tensor to what a tape watches, and says so. */
final class LostPath {
    private static final int REMEMBERED = 3;

    private final Tape tape;
    /** The last tensors of the tape that were detached, in words. */
    private final Deque<String> cuts = new ArrayDeque<>();

    LostPath(Tape tape) {
        this.tape = tape;
    }

    /** Notes a cut; one that the engine makes while it computes again is not the user's. */
    void detached(Tensor tracked, Tensor constant) {
        if (!Scope.isRepeating()) {
            if (cuts.size() == REMEMBERED) {
                cuts.removeFirst();
            }
            cuts.addLast(tracked.dtype() + " " + tracked.shape() + " at " + constant.origin());
        }
    }

    void checkUpstream(List<Tensor> outputs, List<Tensor> upstream) {
        if (outputs.isEmpty() || outputs.size() != upstream.size()) {
            throw new ShapeException(outputs.size() + " outputs, but " + upstream.size() + " upstream gradients");
        }
        for (int i = 0; i < outputs.size(); i++) {
            Tensor output = outputs.get(i);
            Tensor g = upstream.get(i);
            if (!g.shape().equals(output.shape()) || g.dtype() != output.dtype()) {
                throw new ShapeException(
                        "Upstream gradient " + i + " is " + g.dtype() + " " + g.shape() + " for an output "
                                + output.dtype() + " " + output.shape(),
                        output,
                        g);
            }
        }
    }

    /** No output leads to what is sought. */
    IllegalStateException error(List<Tensor> outputs, Collection<Tensor> sought) {
        Tensor output = outputs.get(0);
        StringBuilder text = new StringBuilder("No gradient: ").append(output.describe());
        if (tape.node(output) != null) {
            text.append(", does not depend on ").append(sought.isEmpty() ? "anything, as nothing is asked for" : "");
            sought.stream().findFirst().ifPresent(x -> text.append(x.describe()));
            text.append(sought.size() > 1 ? " nor on the others that are asked for" : "");
        } else {
            text.append(", does not descend from anything that this tape watches")
                    .append(reason(output));
        }
        return new IllegalStateException(text.toString());
    }

    /** A tensor that is not of this tape was named as one whose gradient is sought. */
    IllegalArgumentException notOnTape(Tensor x) {
        return new IllegalArgumentException("Not watched by this tape: " + x.describe()
                + (x.backend() instanceof Tape
                        ? "; another tape tracks it"
                        : "; ask for what its watch method returned, or for a result computed from that")
                + cuts());
    }

    private String reason(Tensor output) {
        if (tape.nodes().isEmpty()) {
            return ": it watches nothing. Call watch before the computation";
        }
        if (output.backend() instanceof Tape) {
            return ": another tape tracks it. Ask that one";
        }
        boolean before = tape.isOlder(output);
        String why = before
                ? ": it was computed before this tape's first watch. Call watch before the computation"
                : ": what it is computed from was made before watch was called, was detached, went through plain numbers"
                        + " (toFloats, item), or holds no watched parameter";
        return why + cuts();
    }

    private String cuts() {
        return cuts.isEmpty() ? "" : ". Tensors of this tape were detached: " + String.join(", ", cuts);
    }
}
