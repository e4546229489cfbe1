package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Origin;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Records what is computed from watched tensors, and gives gradients by reverse-mode differentiation:
 *
 * <pre>{@code
 * try (Tape tape = Tape.on(backend)) {
 *     Tensor w = tape.watch(weights);
 *     Tensor loss = x.matmul(w).sub(y).square().mean();
 *     backend.axpy(weights, -0.1, tape.gradients(loss).of(w));
 * }
 * }</pre>
 *
 * A tape is a backend that forwards every operation to the one beneath. An operation none of whose inputs descends from a
 * watched tensor is not recorded and keeps nothing alive. A tape over a tape gives second derivatives. A tape is a scope,
 * and like one belongs to its thread: what is computed while it is open goes when it closes, unless kept in another way.
 */
public final class Tape extends RecordingBackend {
    private final Scope scope;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Parameter, TapeTensor> watched = new LinkedHashMap<>();
    private final List<Runnable> unbind = new ArrayList<>();
    private final List<Gradients> results = new ArrayList<>();
    private final LostPath lost = new LostPath(this);
    private Tensor firstLeaf;
    /** Whether a checkpointed block runs, and the tape that records it then, if any. */
    private boolean aside;

    private Tape inPlace;
    private boolean closed;

    private Tape(Backend base, Scope scope) {
        super(base);
        this.scope = scope;
    }

    /** A new tape over a backend, or over another tape for second derivatives. */
    public static Tape on(Backend base) {
        return new Tape(base, Scope.open());
    }

    /** A tape for computing again what another one left out. */
    static Tape repeating(Backend base) {
        return new Tape(base, Scope.openRepeating());
    }

    /**
     * Makes parameters leaves: until this tape closes, {@link Parameter#value} is tracked here.
     *
     * @throws IllegalStateException if an unrelated tape watches one already
     * @throws ShapeException if one lives on another backend
     */
    public void watch(Collection<Parameter> parameters) {
        checkOpen("watch parameters");
        for (Parameter parameter : parameters) {
            Tape bound = parameter.tape();
            if (bound != null && bound != base) {
                throw new IllegalStateException("A parameter is already watched by "
                        + (bound == this ? "this" : "another, unrelated") + " tape: "
                        + parameter.data().describe());
            }
            Tensor outer = parameter.leaf();
            TapeTensor leaf = Scope.release(leaf(parameter.value()));
            watched.put(parameter, leaf);
            parameter.bind(this, leaf);
            unbind.add(() -> {
                parameter.bind(bound, outer);
                leaf.close();
            });
        }
    }

    /**
     * A tracked tensor with the values of x: a leaf.
     *
     * @throws ShapeException if x is not of a floating type, or lives elsewhere than on a backend beneath this tape
     */
    public Tensor watch(Tensor x) {
        checkOpen("watch a tensor");
        if (!x.dtype().isFloating()) {
            throw new ShapeException("Gradients are for floating tensors: cast it before it is watched", x);
        }
        return leaf(x);
    }

    private TapeTensor leaf(Tensor x) {
        Backend beneath = base;
        while (x.backend() != beneath) {
            if (!(beneath instanceof Tape tape)) {
                throw new ShapeException("A " + name() + " watches what lives on a backend beneath it", x);
            }
            beneath = tape.base;
        }
        Node node = Node.leaf(nodes.size(), x);
        nodes.add(node);
        TapeTensor leaf = new TapeTensor(this, node, x.alias());
        if (firstLeaf == null) {
            firstLeaf = leaf;
        }
        return leaf;
    }

    /** Whether x was made before anything was watched. */
    boolean isOlder(Tensor x) {
        return x.isOlderThan(firstLeaf);
    }

    private void checkOpen(String what) {
        if (closed) {
            throw new IllegalStateException("This tape is closed and cannot " + what + ": do it inside its try block");
        }
    }

    // Gradients

    /** Gradients of a scalar for all leaves; what was saved is freed on the way, so this can be asked once. */
    public Gradients gradients(Tensor loss) {
        return gradients(scalar(loss), ones(loss), false, null);
    }

    /**
     * Gradients of a scalar for all leaves; a listener is told of each watched parameter's as soon as it is whole, while the others
     * are still computed.
     */
    public Gradients gradients(Tensor loss, GradientListener listener) {
        Map<Node, Parameter> parameters = new IdentityHashMap<>();
        watched.forEach((parameter, leaf) -> parameters.put(leaf.node(), parameter));
        return gradients(
                scalar(loss),
                ones(loss),
                false,
                null,
                backward -> backward.run((leaf, gradient) -> {
                    Parameter parameter = parameters.get(leaf);
                    if (parameter != null) {
                        listener.ready(parameter, gradient);
                    }
                }));
    }

    /** Gradients of a scalar for some of the watched parameters; what leads to none of them is not computed. */
    public Gradients gradients(Tensor loss, Collection<Parameter> parameters) {
        List<Tensor> sought = new ArrayList<>();
        for (Parameter parameter : parameters) {
            TapeTensor leaf = watched.get(parameter);
            if (leaf == null) {
                throw new IllegalArgumentException(
                        "A parameter whose gradient is asked for is not watched by this tape: "
                                + parameter.data().describe());
            }
            sought.add(leaf);
        }
        return gradients(scalar(loss), ones(loss), false, sought);
    }

    /** Gradients of a scalar for some tensors of this tape, leaves or results of operations; no others are computed. */
    public Gradients gradients(Tensor loss, Tensor... sought) {
        return gradients(scalar(loss), ones(loss), false, List.of(sought));
    }

    /**
     * Gradients of {@code sum_i sum(upstream_i*output_i)} for all leaves.
     *
     * @param retain whether what was saved is kept, so that gradients can be asked for again
     */
    public Gradients gradients(List<Tensor> outputs, List<Tensor> upstream, boolean retain) {
        return gradients(outputs, upstream, retain, null);
    }

    /**
     * Gradients of {@code sum_i sum(upstream_i*output_i)} for some tensors.
     *
     * @param upstream one for each output, of its shape and dtype
     * @param retain whether what was saved is kept, so that gradients can be asked for again
     * @param sought tensors of this tape; null for all leaves
     * @throws IllegalStateException if no output depends on what is sought, saying why that may be; if a pass before this
     *     one has freed what is needed; if a value that is needed was overwritten
     */
    public Gradients gradients(List<Tensor> outputs, List<Tensor> upstream, boolean retain, Collection<Tensor> sought) {
        return gradients(outputs, upstream, retain, sought, Backward::run);
    }

    private Gradients gradients(
            List<Tensor> outputs,
            List<Tensor> upstream,
            boolean retain,
            Collection<Tensor> sought,
            Consumer<Backward> run) {
        checkOpen("give gradients");
        lost.checkUpstream(outputs, upstream);
        Set<Node> wanted = sought == null ? null : nodes(sought);
        Origin here = Origin.here();
        try (Backward backward = new Backward(base, nodes, wanted, retain, here)) {
            boolean any = false;
            for (int i = 0; i < outputs.size(); i++) {
                Node node = node(outputs.get(i));
                if (backward.wants(node)) {
                    any = true;
                    backward.seed(node, upstream.get(i));
                }
            }
            if (!any) {
                throw lost.error(outputs, sought);
            }
            run.accept(backward);
            Gradients gradients = new Gradients(this, backward.take(), wanted);
            results.add(gradients);
            return gradients;
        }
    }

    private Set<Node> nodes(Collection<Tensor> tensors) {
        Set<Node> found = new LinkedHashSet<>();
        for (Tensor tensor : tensors) {
            Node node = node(tensor);
            if (node == null) {
                throw lost.notOnTape(tensor);
            }
            found.add(node);
        }
        return found;
    }

    private static List<Tensor> scalar(Tensor loss) {
        if (loss.size() != 1) {
            throw new ShapeException(
                    "Gradients of a tensor that has " + loss.size()
                            + " elements: sum it to one, or give an upstream gradient",
                    loss);
        }
        return List.of(loss);
    }

    private List<Tensor> ones(Tensor loss) {
        return List.of(root().full(loss.shape(), loss.dtype(), 1));
    }

    // Checkpointing

    /**
     * Runs a block without recording its inside; when gradients are asked for, it is computed once more. Its inputs are kept
     * alive, nothing else: memory is saved for time, about one more forward run of the block (arXiv 1604.06174). Gradients
     * have the same bits as without. Checkpoints may be nested.
     *
     * <p>The block must depend on its inputs and on parameters alone, and give the same results when it runs again. It gets
     * values from beneath this tape. Parameters that this tape watches are found as it reads them; any other tensor of the
     * tape that it needs is passed as an input. Frozen parameters and other constants must keep their values until gradients are
     * asked for: unlike watched ones they are not checked. What it does besides computing its results it does twice, unless it asks
     * {@link Scope#isRepeating}, as batch norms do before they move their running statistics.
     *
     * @param block gives at least one result
     * @return the block's results; constants if neither an input nor a parameter that it read is tracked, and indexes and masks
     *     are always
     */
    public List<Tensor> checkpoint(Function<List<Tensor>, List<Tensor>> block, List<Tensor> inputs) {
        checkOpen("checkpoint a block");
        if (aside) {
            return inPlace == null ? block.apply(inputs) : inPlace.checkpoint(block, inputs);
        }
        Tensor[] values = values(inputs.toArray(Tensor[]::new));
        Checkpoint.Forward run = Checkpoint.forward(this, block, Arrays.asList(values));
        int own = inputs.size();
        Node[] makers = Arrays.copyOf(
                inputs.stream().map(this::node).toArray(Node[]::new),
                own + run.read().size());
        values = Arrays.copyOf(values, makers.length);
        for (int i = own; i < makers.length; i++) {
            TapeTensor leaf = watched.get(run.read().get(i - own));
            makers[i] = leaf.node();
            values[i] = leaf.value();
        }
        List<Tensor> outputs = run.outputs();
        if (Arrays.stream(makers).allMatch(Objects::isNull)) {
            outputs.forEach(Tape::constant);
            return outputs;
        }
        Checkpoint checkpoint = new Checkpoint(this, block, run.read(), own, outputs.size(), Origin.here());
        Node first = Node.checkpoint(nodes.size(), checkpoint, makers, values, outputs.get(0));
        List<Tensor> tracked = new ArrayList<>();
        for (Tensor output : outputs) {
            Node node = tracked.isEmpty() ? first : Node.further(nodes.size(), first, output);
            nodes.add(node);
            tracked.add(output.dtype().isFloating() ? new TapeTensor(this, node, output) : constant(output));
        }
        return tracked;
    }

    private static Tensor constant(Tensor output) {
        Scope.adopt(output);
        return output;
    }

    /** A block of one input and one result. */
    public Tensor checkpoint(UnaryOperator<Tensor> block, Tensor x) {
        return checkpoint(inputs -> List.of(block.apply(inputs.get(0))), List.of(x))
                .get(0);
    }

    /**
     * For models, which know no tape: checkpoints a block on the outermost tape that watches one of the parameters or tracks
     * x. Where there is none, as without training or within another checkpoint, the block just runs.
     */
    public static Tensor checkpoint(Collection<Parameter> parameters, UnaryOperator<Tensor> block, Tensor x) {
        Tape outermost = x.backend() instanceof Tape tape ? tape : null;
        for (Parameter parameter : parameters) {
            Tape tape = parameter.tape();
            if (tape != null && (outermost == null || tape.depth() > outermost.depth())) {
                outermost = tape;
            }
        }
        return outermost == null ? block.apply(x) : outermost.checkpoint(block, x);
    }

    /** While set aside, checkpoints are for {@code other} to record, or for nobody if that is null. Returns the way back. */
    Runnable setAside(Tape other) {
        boolean wasAside = aside;
        Tape oldOther = inPlace;
        aside = true;
        inPlace = other;
        return () -> {
            aside = wasAside;
            inPlace = oldOther;
        };
    }

    /** What a watched parameter's value is beneath this tape. */
    Tensor beneath(Parameter parameter) {
        return watched.get(parameter).value();
    }

    Set<Parameter> parameters() {
        return watched.keySet();
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Notes that a tensor of this tape was cut off from it. */
    void detached(Tensor tracked, Tensor constant) {
        lost.detached(tracked, constant);
    }

    // What is recorded

    /** Whether {@code x} was watched here, or computed on this tape from what was. */
    public boolean tracks(Tensor x) {
        return node(x) != null;
    }

    /** Number of recorded operations and leaves. */
    public int size() {
        return nodes.size();
    }

    /** What was recorded so far, to be printed; gradients, and even the tape's end, take nothing from it. */
    public TapeGraph graph() {
        return graph(Map.of());
    }

    /** The same with names for leaves, such as {@code model.parameters()}. */
    public TapeGraph graph(Map<String, Parameter> names) {
        Map<Node, String> leaves = new IdentityHashMap<>();
        names.forEach((name, parameter) -> {
            if (watched.containsKey(parameter)) {
                leaves.put(watched.get(parameter).node(), name);
            }
        });
        return TapeGraph.of(nodes, leaves);
    }

    /** The leaf that stands for a watched parameter; null if it is not watched here. */
    Tensor leaf(Parameter parameter) {
        return watched.get(parameter);
    }

    @Override
    Tensor record(Rule rule, Tensor output, Tensor... inputs) {
        Node[] makers = new Node[inputs.length];
        boolean tracked = false;
        for (int i = 0; i < inputs.length; i++) {
            makers[i] = node(inputs[i]);
            tracked |= makers[i] != null;
        }
        if (!tracked) {
            return output;
        }
        if (closed) {
            output.close();
            throw new IllegalStateException("The tape that tracks an operand of this " + rule.name()
                    + " is closed: compute inside its try block, or detach the operands first. Operands: "
                    + Arrays.stream(inputs)
                            .filter(Objects::nonNull)
                            .map(Tensor::describe)
                            .collect(Collectors.joining("; ")));
        }
        Node node = Node.operation(nodes.size(), rule, makers, values(inputs), output);
        nodes.add(node);
        return new TapeTensor(this, node, output);
    }

    @Override
    public String name() {
        return (closed ? "closed tape over " : "tape over ") + base.name();
    }

    @Override
    public String describe() {
        return name();
    }

    /** What it lies over, how much it recorded, and {@link #graph()}, shortened. */
    @Override
    public String toString() {
        long leaves = nodes.stream().filter(Node::isLeaf).count();
        long saved = nodes.stream()
                .filter(node -> !node.isFreed())
                .mapToLong(Node::savedBytes)
                .sum();
        String recorded =
                name() + ": " + leaves + " leaves, " + (nodes.size() - leaves) + " operations, saved " + saved + " B";
        return nodes.isEmpty() ? recorded : recorded + System.lineSeparator() + graph();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (int i = unbind.size() - 1; i >= 0; i--) {
            unbind.get(i).run();
        }
        results.forEach(Gradients::close);
        Origin here = Origin.here();
        nodes.forEach(node -> node.free(here));
        scope.close();
    }
}
