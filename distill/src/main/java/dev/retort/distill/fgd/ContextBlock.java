package dev.retort.distill.fgd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.LayerNorm;
import dev.retort.nn.Linear;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * What a whole map says to each of its cells (the block of GCNet, arXiv 1904.11492, which FGD has): W2 ReLU(LN(W1 c)) with c the
 * mean of cells weighted by a softmax over them. W1 goes from C to C/2 channels, which LN normalizes, W2 back.
 */
final class ContextBlock extends Module {
    private final Linear key;
    private final Linear inner;
    private final LayerNorm norm;
    private final Linear outer;

    /** It starts with a context of 0, since W2 and its bias do. */
    ContextBlock(BuildContext context, int channels) {
        super(context);
        int half = Math.max(1, channels / 2);
        key = child(
                "key",
                at -> new Linear(
                        at, channels, 1, Initializers.normal(Math.sqrt(2.0 / channels)), Initializers.zeros()));
        inner = child("inner", at -> new Linear(at, channels, half));
        norm = child("norm", at -> new LayerNorm(at, half));
        outer = child("outer", at -> new Linear(at, half, channels, Initializers.zeros(), Initializers.zeros()));
    }

    /** [N, h, w, C] to [N, 1, 1, C]. */
    Tensor forward(Tensor map) {
        try (Scope scope = Scope.open()) {
            int images = map.dim(0);
            int channels = map.dim(3);
            Tensor cells = map.reshape(images, -1, channels);
            Tensor weights = key.forward(cells).softmax(1);
            Tensor mean = weights.matmul(cells, true, false).reshape(images, channels);
            Tensor context = outer.forward(norm.forward(inner.forward(mean)).relu());
            return scope.keep(context.reshape(images, 1, 1, channels));
        }
    }
}
