package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.MemoryStatistics;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Origin;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
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
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Records what is computed from watched tensors, and gives gradients by reverse-mode differentiation:
 *
 * <pre>{@code
 * try (Tape tape = Tape.on(backend)) {
 *     tape.watch(model.trainableParameters());
 *     Tensor loss = model.loss(batch);
 *     optimizer.step(tape.gradients(loss));
 * }
 * }</pre>
 *
 * A tape is a backend that forwards every operation to the one beneath. An operation none of whose inputs descends from a
 * watched tensor is not recorded and keeps nothing alive. A tape over a tape gives second derivatives. A tape is a scope,
 * and like one belongs to its thread: what is computed while it is open goes when it closes, unless kept in another way.
 *
 * <p>It overrides exactly the operations that {@link Rules} has; a composed operation without a rule is recorded through
 * its default.
 */
public final class Tape implements Backend {
    private final Backend base;
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
        this.base = base;
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

    /** A tracked tensor with the values of x: a leaf. */
    public Tensor watch(Tensor x) {
        checkOpen("watch a tensor");
        if (!x.dtype().isFloating()) {
            throw new ShapeException("Gradients are for floating tensors: cast it before it is watched", x);
        }
        return leaf(x);
    }

    private TapeTensor leaf(Tensor x) {
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
            backward.run();
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
     * tape that it needs is passed as an input. What it does besides computing its results it does twice, unless it asks
     * {@link Scope#isRepeating}, as batch norms do before they move their running statistics.
     *
     * @return the block's results; constants if neither an input nor a parameter that it read is tracked
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
            outputs.forEach(Scope::adopt);
            return outputs;
        }
        Checkpoint checkpoint = new Checkpoint(this, block, run.read(), own, outputs.size(), Origin.here());
        Node first = Node.checkpoint(nodes.size(), checkpoint, makers, values, outputs.get(0));
        List<Tensor> tracked = new ArrayList<>();
        for (Tensor output : outputs) {
            Node node = tracked.isEmpty() ? first : Node.further(nodes.size(), first, output);
            nodes.add(node);
            tracked.add(new TapeTensor(this, node, output));
        }
        return tracked;
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

    /** The node that made x on this tape, or null if x is a constant here. */
    Node node(Tensor x) {
        return x != null && x.backend() == this ? ((TapeTensor) x).node() : null;
    }

    /** What the backend beneath sees of x. */
    private Tensor value(Tensor x) {
        return x != null && x.backend() == this ? ((TapeTensor) x).value() : x;
    }

    private Tensor[] values(Tensor[] tensors) {
        Tensor[] values = new Tensor[tensors.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(tensors[i]);
        }
        return values;
    }

    /** Records an operation that gave {@code output}, if any input is tracked. Inputs may be null. */
    private Tensor record(Rule rule, Tensor output, Tensor... inputs) {
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

    // Backend

    @Override
    public String name() {
        return (closed ? "closed tape over " : "tape over ") + base.name();
    }

    @Override
    public String describe() {
        return name();
    }

    @Override
    public boolean supports(Operation operation, DType dtype) {
        return base.supports(operation, dtype);
    }

    @Override
    public MemoryStatistics memory() {
        return base.memory();
    }

    @Override
    public Backend root() {
        return base.root();
    }

    @Override
    public int depth() {
        return base.depth() + 1;
    }

    // Constants

    @Override
    public Tensor upload(Object values, Shape shape, DType dtype) {
        return base.upload(values, shape, dtype);
    }

    @Override
    public void download(Tensor x, Object target) {
        base.download(value(x), target);
    }

    @Override
    public Tensor full(Shape shape, DType dtype, double value) {
        return base.full(shape, dtype, value);
    }

    @Override
    public Tensor compare(CompareOp op, Tensor a, Tensor b) {
        return base.compare(op, value(a), value(b));
    }

    @Override
    public Tensor logical(LogicalOp op, Tensor a, Tensor b) {
        return base.logical(op, value(a), value(b));
    }

    @Override
    public Tensor argReduce(boolean largest, Tensor x, int axis) {
        return base.argReduce(largest, value(x), axis);
    }

    @Override
    public Tensor argSort(Tensor x, int axis, boolean descending) {
        return base.argSort(value(x), axis, descending);
    }

    @Override
    public void assign(Tensor target, Tensor source) {
        base.assign(writable(target), value(source));
    }

    @Override
    public void axpy(Tensor target, double alpha, Tensor source) {
        base.axpy(writable(target), alpha, value(source));
    }

    private Tensor writable(Tensor target) {
        if (target.backend() == this) {
            throw new IllegalStateException(
                    "In-place write to a tensor that a tape tracks: write to the data. It is " + target.describe());
        }
        return target;
    }

    // Recorded: core

    @Override
    public Tensor cast(Tensor x, DType target) {
        Tensor y = base.cast(value(x), target);
        return target.isFloating() ? record(Rules.cast(x.dtype()), y, x) : y;
    }

    @Override
    public Tensor reshape(Tensor x, Shape shape) {
        return record(Rules.RESHAPE, base.reshape(value(x), shape), x);
    }

    @Override
    public Tensor narrow(Tensor x, int start, int length) {
        return record(Rules.narrow(start), base.narrow(value(x), start, length), x);
    }

    @Override
    public Tensor permute(Tensor x, int[] axes) {
        return record(Rules.permute(axes), base.permute(value(x), axes), x);
    }

    @Override
    public Tensor pad(Tensor x, int[] before, int[] after, double value) {
        return record(Rules.pad(before), base.pad(value(x), before, after, value), x);
    }

    @Override
    public Tensor slice(Tensor x, int[] starts, int[] ends, int[] steps) {
        return record(Rules.slice(starts, steps), base.slice(value(x), starts, ends, steps), x);
    }

    @Override
    public Tensor sliceGradient(Tensor g, Shape shape, int[] starts, int[] steps) {
        return record(Rules.sliceGradient(starts, steps), base.sliceGradient(value(g), shape, starts, steps), g);
    }

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        return record(Rules.concat(axis), base.concat(axis, values(parts)), parts);
    }

    @Override
    public Tensor broadcastTo(Tensor x, Shape shape) {
        return record(Rules.BROADCAST_TO, base.broadcastTo(value(x), shape), x);
    }

    @Override
    public Tensor unary(UnaryOp op, Tensor x) {
        return record(Rules.unary(op), base.unary(op, value(x)), x);
    }

    @Override
    public Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        return record(Rules.binary(op), base.binary(op, value(a), value(b)), a, b);
    }

    @Override
    public Tensor where(Tensor condition, Tensor a, Tensor b) {
        return record(Rules.WHERE, base.where(value(condition), value(a), value(b)), condition, a, b);
    }

    @Override
    public Tensor clamp(Tensor x, double low, double high) {
        return record(Rules.clamp(low, high), base.clamp(value(x), low, high), x);
    }

    @Override
    public Tensor reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims) {
        Tensor y = base.reduce(op, value(x), axes, keepDims);
        return record(Rules.reduce(op, x.shape(), axes), y, x);
    }

    @Override
    public Tensor cumsum(Tensor x, int axis) {
        return record(Rules.cumsum(axis), base.cumsum(value(x), axis), x);
    }

    @Override
    public Tensor gemm(Tensor a, Tensor b, GemmSpec spec, Shape shape) {
        return record(Rules.gemm(spec), base.gemm(value(a), value(b), spec, shape), a, b);
    }

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Conv2dSpec spec) {
        return record(Rules.conv2d(spec), base.conv2d(value(x), value(weight), spec), x, weight);
    }

    @Override
    public Tensor conv2dInputGradient(Tensor g, Tensor weight, Shape input, Conv2dSpec spec) {
        Tensor y = base.conv2dInputGradient(value(g), value(weight), input, spec);
        return record(Rules.conv2dInputGradient(spec), y, g, weight);
    }

    @Override
    public Tensor conv2dWeightGradient(Tensor x, Tensor g, Shape weight, Conv2dSpec spec) {
        Tensor y = base.conv2dWeightGradient(value(x), value(g), weight, spec);
        return record(Rules.conv2dWeightGradient(spec), y, x, g);
    }

    @Override
    public Pooled maxPool2d(Tensor x, Pool2dSpec spec) {
        Pooled pooled = base.maxPool2d(value(x), spec);
        return new Pooled(record(Rules.MAX_POOL2D, pooled.values(), x, pooled.indices()), pooled.indices());
    }

    @Override
    public Tensor maxPool2dGradient(Tensor g, Tensor indices, Shape input) {
        return record(Rules.MAX_POOL2D_GRADIENT, base.maxPool2dGradient(value(g), indices, input), g, indices);
    }

    @Override
    public Tensor resizeNearest(Tensor x, int height, int width) {
        return record(Rules.RESIZE_NEAREST, base.resizeNearest(value(x), height, width), x);
    }

    @Override
    public Tensor resizeNearestGradient(Tensor g, Shape input) {
        return record(Rules.RESIZE_NEAREST_GRADIENT, base.resizeNearestGradient(value(g), input), g);
    }

    @Override
    public Tensor indexSelect(Tensor x, int axis, Tensor index) {
        return record(Rules.indexSelect(axis), base.indexSelect(value(x), axis, index), x, index);
    }

    @Override
    public Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor source) {
        Tensor y = base.indexAdd(value(x), axis, index, value(source));
        return record(Rules.indexAdd(axis), y, x, index, source);
    }

    @Override
    public Tensor gather(Tensor x, int axis, Tensor index) {
        return record(Rules.gather(axis), base.gather(value(x), axis, index), x, index);
    }

    @Override
    public Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor source) {
        Tensor y = base.scatterAdd(value(x), axis, index, value(source));
        return record(Rules.scatterAdd(axis), y, x, index, source);
    }

    // Recorded: composed operations with a rule of their own

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return record(Rules.LINEAR, base.linear(value(x), value(weight), value(bias)), x, weight, bias);
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, Conv2dSpec spec, boolean relu) {
        Tensor y = base.convolution(value(x), value(weight), value(bias), spec, relu);
        return record(Rules.convolution(spec, relu), y, x, weight, bias);
    }

    @Override
    public Tensor softmax(Tensor x, int axis) {
        return record(Rules.softmax(axis), base.softmax(value(x), axis), x);
    }

    @Override
    public Tensor logSoftmax(Tensor x, int axis) {
        return record(Rules.logSoftmax(axis), base.logSoftmax(value(x), axis), x);
    }

    @Override
    public Tensor layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        Tensor y = base.layerNorm(value(x), value(gamma), value(beta), eps);
        return record(Rules.layerNorm(eps, gamma != null), y, x, gamma, beta);
    }

    @Override
    public Normalized batchNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        Normalized normal = base.batchNorm(value(x), value(gamma), value(beta), eps);
        Rule rule = Rules.batchNorm(eps, gamma != null);
        Tensor y = record(rule, normal.y(), x, gamma, beta, normal.mean(), normal.variance());
        return new Normalized(y, normal.mean(), normal.variance());
    }

    @Override
    public Tensor sigmoidFocalLoss(Tensor x, Tensor targets, double alpha, double gamma) {
        Tensor y = base.sigmoidFocalLoss(value(x), value(targets), alpha, gamma);
        return record(Rules.focal(alpha, gamma), y, x, targets);
    }
}
