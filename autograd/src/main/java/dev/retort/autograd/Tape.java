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
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

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
    private final Scope scope = Scope.open();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Parameter, Node> watched = new IdentityHashMap<>();
    private final List<Runnable> unbind = new ArrayList<>();
    private final List<Gradients> results = new ArrayList<>();
    private boolean closed;

    private Tape(Backend base) {
        this.base = base;
    }

    /** A new tape over a backend, or over another tape for second derivatives. */
    public static Tape on(Backend base) {
        return new Tape(base);
    }

    /**
     * Makes parameters leaves: until this tape closes, {@link Parameter#value} is tracked here.
     *
     * @throws IllegalStateException if an unrelated tape watches one already
     */
    public void watch(Collection<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            Tape bound = parameter.tape();
            if (bound != null && bound != base) {
                throw new IllegalStateException(
                        "A parameter of shape " + parameter.data().shape() + " is already watched by "
                                + (bound == this ? "this" : "another, unrelated") + " tape");
            }
            Tensor outer = parameter.leaf();
            TapeTensor leaf = Scope.release(leaf(parameter.value()));
            watched.put(parameter, leaf.node());
            parameter.bind(this, leaf);
            unbind.add(() -> {
                parameter.bind(bound, outer);
                leaf.close();
            });
        }
    }

    /** A tracked tensor with the values of x: a leaf. */
    public Tensor watch(Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new ShapeException("Gradients are for floating tensors, not for " + x);
        }
        return leaf(x);
    }

    private TapeTensor leaf(Tensor x) {
        Node node = new Node(nodes.size());
        nodes.add(node);
        return new TapeTensor(this, node, x.alias());
    }

    /** Gradients of a scalar for all leaves; what was saved is freed on the way, so this can be asked once. */
    public Gradients gradients(Tensor loss) {
        if (loss.size() != 1) {
            throw new ShapeException("gradients(loss) needs a tensor of one element, this one has shape " + loss.shape()
                    + ": sum it, or give an upstream gradient");
        }
        return gradients(List.of(loss), List.of(root().full(loss.shape(), loss.dtype(), 1)), false);
    }

    /**
     * Gradients of {@code sum_i sum(upstream_i*output_i)} for all leaves.
     *
     * @param retain whether what was saved is kept, so that gradients can be asked for again
     */
    public Gradients gradients(List<Tensor> outputs, List<Tensor> upstream, boolean retain) {
        Gradients gradients =
                new Gradients(this, new Backward(base, nodes, retain).run(this, outputs, upstream), watched);
        results.add(gradients);
        return gradients;
    }

    /** Number of recorded operations and leaves. */
    public int size() {
        return nodes.size();
    }

    /** The names of the rules recorded so far, in their order; leaves have none. */
    List<String> rules() {
        return nodes.stream()
                .filter(node -> node.rule != null)
                .map(node -> node.rule.name())
                .toList();
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
            throw new IllegalStateException("The tape that tracks this " + rule.name()
                    + "'s operands is closed: compute inside its try block, or detach the operands first");
        }
        Node node = new Node(nodes.size(), rule, makers, values(inputs), output);
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
        nodes.forEach(Node::free);
        scope.close();
    }

    // Backend

    @Override
    public String name() {
        return "tape over " + base.name();
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
                    "In-place write to a tensor of shape " + target.shape() + " that a tape tracks: write to the data");
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
        return record(Rules.reduce(op, x.shape(), axes), base.reduce(op, value(x), axes, keepDims), x);
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
        return withoutRule("maxPool2dGradient", base.maxPool2dGradient(value(g), indices, input), g);
    }

    private Tensor withoutRule(String operation, Tensor output, Tensor... inputs) {
        for (Tensor input : inputs) {
            if (node(input) != null) {
                throw new UnsupportedOperationException("No gradient rule for " + operation + " of " + input
                        + ": a fused kernel stands in the way of a second derivative");
            }
        }
        return output;
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
        Tensor y = record(Rules.batchNorm(eps), normal.y(), x, gamma, beta, normal.mean(), normal.variance());
        return new Normalized(y, normal.mean(), normal.variance());
    }

    @Override
    public Tensor sigmoidFocalLoss(Tensor x, Tensor targets, double alpha, double gamma) {
        Tensor y = base.sigmoidFocalLoss(value(x), value(targets), alpha, gamma);
        return record(Rules.focal(alpha, gamma), y, x, targets);
    }
}
