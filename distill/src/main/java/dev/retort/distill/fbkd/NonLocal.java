package dev.retort.distill.fbkd;

import dev.retort.autograd.Parameter;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * A non-local block (arXiv 1711.07971) of pairwise products: x + norm(output(q k^T v / K)), where queries q are all cells, keys k and
 * values v what a pooling leaves of them, K their number, of C/2 channels each. Products are taken as q (k^T v): nothing as large as
 * all pairs is made.
 *
 * <p>The norm takes the mean and the variance of each batch, as batch norm does in training. The block is only ever trained, so there
 * are no running ones.
 */
final class NonLocal extends Module {
    private static final double EPS = 1e-5;
    private static final double DEVIATION = 0.01;

    private final int pool;
    private final Conv2d query;
    private final Conv2d key;
    private final Conv2d value;
    private final Conv2d output;
    private final Parameter gamma;
    private final Parameter beta;

    /**
     * It starts as the identity, since the norm's scale and shift are 0.
     *
     * @param pool height, width and stride of the windows of which keys and values are the largest; smaller maps are one window
     */
    NonLocal(BuildContext context, int channels, int pool) {
        super(context);
        this.pool = pool;
        int half = Math.max(1, channels / 2);
        Initializer normal = Initializers.normal(DEVIATION);
        Conv2d.Options inner = Conv2d.of(channels, half, 1).withInit(normal, Initializers.zeros());
        query = child("query", at -> new Conv2d(at, inner));
        key = child("key", at -> new Conv2d(at, inner));
        value = child("value", at -> new Conv2d(at, inner));
        output = child(
                "output", at -> new Conv2d(at, Conv2d.of(half, channels, 1).withoutBias()));
        gamma = parameter("gamma", Shape.of(channels), Initializers.zeros());
        beta = parameter("beta", Shape.of(channels), Initializers.zeros());
    }

    /** [N, h, w, C] to the same; N*h*w is 2 or more. */
    Tensor forward(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor queries = query.forward(x);
            int half = queries.dim(3);
            Tensor keys = pooled(key.forward(x));
            Tensor pairs = keys.matmul(pooled(value.forward(x)), true, false).div(keys.dim(1));
            Tensor found = queries.reshape(x.dim(0), -1, half).matmul(pairs).reshape(queries.shape());
            Tensor answer = output.forward(found);
            Tensor scale = gamma.value();
            Tensor shift = beta.value();
            Tensor normalized = Backend.of(answer, scale, shift)
                    .batchNorm(answer, scale, shift, EPS)
                    .y();
            return scope.keep(x.add(normalized));
        }
    }

    /** The largest of each window: [N, h, w, C] to [N, K, C]. */
    private Tensor pooled(Tensor map) {
        int height = Math.min(pool, map.dim(1));
        int width = Math.min(pool, map.dim(2));
        Pool2dSpec windows = new Pool2dSpec(height, width, height, width, 0, 0);
        return map.maxPool2d(windows).values().reshape(map.dim(0), -1, map.dim(3));
    }
}
