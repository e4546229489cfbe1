package dev.retort.kernels.simd;

import dev.retort.kernels.simd.internal.engine.Engines;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.ComposedOperations.AdamWSettings;
import dev.retort.tensor.ComposedOperations.NormGradient;
import dev.retort.tensor.ComposedOperations.Normalized;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.CoreOperations.Pooled;
import dev.retort.tensor.DType;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** One call of every floating kernel of a dtype on an image of given extents, by name: for tests that compare bits between two ways to run. */
final class OperationSet {
    private final Backend ops;
    private final DType dtype;
    private final Map<String, double[]> results = new LinkedHashMap<>();

    private OperationSet(Backend ops, DType dtype) {
        this.ops = ops;
        this.dtype = dtype;
    }

    /** Results by operation, of seeded inputs [2, height, width, channels]. */
    static Map<String, double[]> run(Backend ops, DType dtype, int height, int width, int channels) {
        OperationSet set = new OperationSet(ops, dtype);
        try (Scope scope = Scope.open()) {
            Shape shape = Shape.of(2, height, width, channels);
            Tensor x = set.image(shape, 1, 4f);
            Tensor y = set.image(shape, 2, 1f);
            Tensor scale = set.image(Shape.of(channels), 3, 1f);
            Tensor shift = set.image(Shape.of(channels), 4, 1f);
            set.elementwise(x, y, shift);
            set.reductions(x);
            set.rows(x, y, scale, shift);
            set.losses(x, y);
            set.resampling(x, y);
            set.indexing(x, y);
            set.products(x, y, shift);
        }
        return set.results;
    }

    private Tensor image(Shape shape, long seed, float scale) {
        float[] values = Engines.random((int) shape.size(), seed);
        for (int i = 0; i < values.length; i++) {
            values[i] *= scale;
        }
        Tensor single = ops.upload(values, shape, DType.F32);
        return dtype == DType.F32 ? single : single.cast(dtype).div(3);
    }

    private void put(String name, Tensor result) {
        results.put(name, result.toDoubles());
    }

    private void elementwise(Tensor x, Tensor y, Tensor vector) {
        for (UnaryOp op : UnaryOp.values()) {
            put(op.name(), x.unary(op));
        }
        for (BinaryOp op : BinaryOp.values()) {
            put(op.name(), x.abs().binary(op, y));
            put(op + " of a vector", x.abs().binary(op, vector));
        }
        Tensor larger = x.compare(CompareOp.GT, y);
        put("where", larger.where(x, vector));
        put("clamp", x.clamp(-0.5, 0.7));
        put("reluGradient", ops.reluGradient(x, y));
    }

    private void reductions(Tensor x) {
        for (ReduceOp op : ReduceOp.values()) {
            for (int[] axes : new int[][] {{}, {3}, {0, 1, 2}, {1}, {1, 3}, {0, 2}}) {
                put(op + " over " + Arrays.toString(axes), ops.reduce(op, x, axes, false));
            }
        }
        put("narrow sum", x.reshape(-1, 2).sum(0));
        put("argReduce", ops.argReduce(true, x, 2).cast(dtype));
        put("cumsum", ops.cumsum(x, 1));
    }

    private void rows(Tensor x, Tensor g, Tensor scale, Tensor shift) {
        Tensor softmax = ops.softmax(x, -1);
        put("softmax", softmax);
        put("softmaxGradient", ops.softmaxGradient(softmax, g, -1));
        put("logSoftmax", ops.logSoftmax(x, -1));
        put("layerNorm", ops.layerNorm(x, scale, shift, 1e-5));
        putAll("layerNormGradient", ops.layerNormGradient(x, scale, 1e-5, g));
        Normalized batch = ops.batchNorm(x, scale, shift, 1e-5);
        put("batchNorm", batch.y());
        put("batchNorm mean", batch.mean());
        put("batchNorm variance", batch.variance());
        putAll("batchNormGradient", ops.batchNormGradient(x, scale, batch.mean(), batch.variance(), 1e-5, g));
    }

    private void putAll(String name, NormGradient gradient) {
        put(name, gradient.x());
        put(name + " gamma", gradient.gamma());
        put(name + " beta", gradient.beta());
    }

    private void losses(Tensor x, Tensor y) {
        Tensor targets = y.clamp(0, 1);
        put("focal", ops.sigmoidFocalLoss(x, targets, 0.25, 2));
        put("focalGradient", ops.sigmoidFocalLossGradient(x, targets, 0.25, 2, y));
        put("bce", ops.bceWithLogits(x, targets));
        put("smoothL1", ops.smoothL1(x, y, 0.5));
        Tensor value = x.add(0);
        Tensor buffer = y.add(0);
        ops.sgdStep(value, y, buffer, 0.1, 0.9, 1e-4);
        put("sgd", value);
        Tensor square = y.square();
        ops.adamwStep(value, y, buffer, square, 3, new AdamWSettings(1e-3, 0.9, 0.999, 1e-8, 1e-2));
        put("adamw", value);
        ops.axpy(value, 0.3, x);
        put("axpy", value);
    }

    private void resampling(Tensor x, Tensor g) {
        Pooled pooled = ops.maxPool2d(x, Pool2dSpec.of(3, 2, 1));
        put("maxPool2d", pooled.values());
        put("maxPool2d places", pooled.indices().cast(dtype));
        put("maxPool2dGradient", ops.maxPool2dGradient(pooled.values(), pooled.indices(), x.shape()));
        put("resizeNearest", ops.resizeNearest(x, 2 * x.dim(1), 2 * x.dim(2)));
        put("resizeNearestGradient", ops.resizeNearestGradient(g, Shape.of(2, 3, 2, x.dim(3))));
        put("permute", x.permute(0, 3, 1, 2));
    }

    private void indexing(Tensor x, Tensor y) {
        int rows = x.dim(0) * x.dim(1) * x.dim(2);
        int[] places = new int[rows];
        for (int i = 0; i < rows; i++) {
            places[i] = i * 7 % 13;
        }
        Tensor index = ops.tensor(places, rows);
        Tensor flat = x.reshape(rows, -1);
        put("indexSelect", flat.indexSelect(0, index));
        put("indexAdd", ops.indexAdd(flat, 0, index, y.reshape(rows, -1)));
    }

    private void products(Tensor x, Tensor g, Tensor bias) {
        int channels = x.dim(3);
        Conv2dSpec spec = Conv2dSpec.of(1, 1);
        Tensor weight = image(Shape.of(channels, 3, 3, channels), 5, 0.1f);
        put("convolution", ops.convolution(x, weight, bias, null, spec, true));
        put("conv2dInputGradient", ops.conv2dInputGradient(g, weight, x.shape(), spec));
        put("conv2dWeightGradient", ops.conv2dWeightGradient(x, g, weight.shape(), spec));
        put("linear", ops.linear(x, image(Shape.of(channels, channels), 6, 1f), bias));
    }
}
