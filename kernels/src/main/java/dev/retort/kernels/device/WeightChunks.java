package dev.retort.kernels.device;

import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/** Gradients of weights in chunks of output pixels, whose number depends on the shape alone, added up afterwards in their order. */
final class WeightChunks {
    /** Output pixels of a chunk. */
    private static final int PIXELS = 4096;

    /** Each chunk has the size of the weight. */
    private static final int MOST = 16;

    private final DeviceMovement ops;
    private final Reductions reductions;

    WeightChunks(DeviceMovement ops, Reductions reductions) {
        this.ops = ops;
        this.reductions = reductions;
    }

    /** Computes the gradient of each chunk: dw is [chunks, weight]. */
    interface Kernel {
        /** @param rows of output pixels in a chunk */
        void run(int rows, int chunks, Tensor dw);
    }

    /** dw from the output's gradient g [N, H, W, C]. */
    void run(Tensor g, Tensor dw, Kernel kernel) {
        int all = g.dim(0) * g.dim(1);
        int rows = Math.max(Math.max(1, PIXELS / Math.max(1, g.dim(2))), Products.ceil(all, MOST));
        int chunks = Math.max(1, Products.ceil(all, rows));
        if (chunks == 1) {
            kernel.run(rows, chunks, dw);
            return;
        }
        try (Tensor partial = ops.allocate(Shape.of(chunks, DeviceMovement.size(dw)), dw.dtype())) {
            kernel.run(rows, chunks, partial);
            reductions.sumRows(partial, chunks, dw);
        }
    }
}
