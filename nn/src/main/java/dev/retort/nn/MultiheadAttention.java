package dev.retort.nn;

import dev.retort.autograd.Parameter;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.GemmSpec.Layout;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.Objects;
import java.util.Set;

/**
 * Multi-head attention (arXiv 1706.03762, section 3.2), batch first, h heads of width d = C/h. Entries as PyTorch's:
 * in_proj_weight [3C, C] and in_proj_bias [3C] with the rows of q, k, v in turn, out_proj.weight and out_proj.bias. Heads
 * are read in place from [N, S, C].
 */
public final class MultiheadAttention extends Module {
    private final int width;
    private final int heads;
    private final Parameter inWeight;
    private final Parameter inBias;
    private final Linear out;

    /** What {@code attend} hands out besides the output. */
    public enum Extra {
        LOGITS,
        WEIGHTS,
        VALUES
    }

    /**
     * Attended values; what was not asked for is null.
     *
     * @param output [N, K, C]
     * @param logits [N, h, K, S] before softmax, factor d^-0.5 included, minus infinity at padding
     * @param weights [N, h, K, S], softmax of the logits over S
     * @param values projected, [N, S, C]: head j in columns [j*d, (j + 1)*d)
     */
    public record Attention(Tensor output, Tensor logits, Tensor weights, Tensor values) {}

    /** in_proj Xavier uniform on the joint matrix, out_proj.weight uniform within 1/sqrt(C), biases 0. */
    public MultiheadAttention(BuildContext context, int width, int heads) {
        super(context);
        if (heads < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "Attention of width " + width + " does not split into " + heads + " heads");
        }
        this.width = width;
        this.heads = heads;
        inWeight = parameter("in_proj_weight", Shape.of(3 * width, width), Initializers.xavierUniform());
        inBias = parameter("in_proj_bias", Shape.of(3 * width), Initializers.zeros());
        out = child(
                "out_proj", at -> new Linear(at, width, width, Initializers.inverseRootFanIn(), Initializers.zeros()));
    }

    /** {@link #attend(Tensor, Tensor, Tensor, Set)}'s output alone. */
    public Tensor forward(Tensor query, Tensor key, Tensor value) {
        return attend(query, key, value, Set.of()).output();
    }

    /** {@link #attend(Tensor, Tensor, Tensor, Tensor, Set)}'s output alone. */
    public Tensor forward(Tensor query, Tensor key, Tensor value, Tensor padding) {
        return attend(query, key, value, padding, Set.of()).output();
    }

    /**
     * Attends to all keys of each image.
     *
     * @param query [N, K, C]
     * @param key [N, S, C]
     * @param value [N, S, C]
     * @param extras what to hand out besides the output; logits and weights are large
     */
    public Attention attend(Tensor query, Tensor key, Tensor value, Set<Extra> extras) {
        return compute(query, key, value, null, extras);
    }

    /**
     * Attends to the keys of each image that are no padding.
     *
     * @param query [N, K, C]
     * @param key [N, S, C]
     * @param value [N, S, C]
     * @param padding BOOL [N, S], true = ignore that key. Some key of each image must be left, else the result is NaN
     * @param extras what to hand out besides the output; logits and weights are large
     */
    public Attention attend(Tensor query, Tensor key, Tensor value, Tensor padding, Set<Extra> extras) {
        return compute(query, key, value, Objects.requireNonNull(padding, "The padding is null"), extras);
    }

    private Attention compute(Tensor query, Tensor key, Tensor value, Tensor padding, Set<Extra> extras) {
        check(query, key, value, padding);
        try (Scope scope = Scope.open()) {
            Tensor q = project(query, 0).mul(1 / Math.sqrt(width / heads));
            Tensor logits = multiplyHeads(q, project(key, 1));
            if (padding != null) {
                Tensor infinity = query.backend().root().full(Shape.SCALAR, query.dtype(), Double.NEGATIVE_INFINITY);
                logits = padding.reshape(padding.dim(0), 1, 1, padding.dim(1)).where(infinity, logits);
            }
            Tensor weights = logits.softmax(-1);
            Tensor v = project(value, 2);
            Tensor output = out.forward(mixHeads(weights, v));
            return new Attention(
                    scope.keep(output),
                    extras.contains(Extra.LOGITS) ? scope.keep(logits) : null,
                    extras.contains(Extra.WEIGHTS) ? scope.keep(weights) : null,
                    extras.contains(Extra.VALUES) ? scope.keep(v) : null);
        }
    }

    /** The value projection alone: [N, S, C] to [N, S, C]. */
    public Tensor projectValues(Tensor value) {
        return project(value, 2);
    }

    /** @param third 0 for queries, 1 for keys, 2 for values */
    private Tensor project(Tensor x, int third) {
        try (Scope scope = Scope.open()) {
            Tensor weight = inWeight.value().narrow(third * width, width);
            Tensor bias = inBias.value().narrow(third * width, width);
            return scope.keep(Backend.of(x, weight, bias).linear(x, weight, bias));
        }
    }

    /** q [N, K, C] times k [N, S, C] transposed, head by head: [N, h, K, S]. */
    private Tensor multiplyHeads(Tensor q, Tensor k) {
        int images = q.dim(0);
        int rows = q.dim(1);
        int columns = k.dim(1);
        GemmSpec spec = new GemmSpec(
                rows,
                columns,
                width / heads,
                false,
                true,
                images,
                heads,
                heads(rows),
                heads(columns),
                maps(rows, columns));
        return Backend.of(q, k).gemm(q, k, spec, Shape.of(images, heads, rows, columns));
    }

    /** weights [N, h, K, S] times v [N, S, C], head by head: [N, K, C]. */
    private Tensor mixHeads(Tensor weights, Tensor v) {
        int images = weights.dim(0);
        int rows = weights.dim(2);
        int columns = weights.dim(3);
        GemmSpec spec = new GemmSpec(
                rows,
                width / heads,
                columns,
                false,
                false,
                images,
                heads,
                maps(rows, columns),
                heads(columns),
                heads(rows));
        return Backend.of(weights, v).gemm(weights, v, spec, Shape.of(images, rows, width));
    }

    /** The heads of [N, rows, C]. */
    private Layout heads(int rows) {
        return new Layout(0, width, (long) rows * width, width / heads);
    }

    /** The matrices of [N, h, rows, columns]. */
    private Layout maps(int rows, int columns) {
        return new Layout(0, columns, (long) heads * rows * columns, (long) rows * columns);
    }

    private void check(Tensor query, Tensor key, Tensor value, Tensor padding) {
        boolean fits = query.shape().rank() == 3
                && query.dim(2) == width
                && key.shape().equals(Shape.of(query.dim(0), key.shape().rank() == 3 ? key.dim(1) : 0, width))
                && value.shape().equals(key.shape());
        if (!fits) {
            throw new ShapeException("Attention takes query [N, K, " + width + "], key and value [N, S, " + width
                    + "], got " + query.shape() + ", " + key.shape() + " and " + value.shape());
        }
        if (padding != null
                && (padding.dtype() != DType.BOOL || !padding.shape().equals(Shape.of(key.dim(0), key.dim(1))))) {
            throw new ShapeException("The padding mask for keys " + key.shape() + " is BOOL [N, S], got "
                    + padding.dtype() + " " + padding.shape());
        }
    }
}
