package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.BadInputs.a;
import static dev.retort.testkit.cases.BadInputs.index;
import static dev.retort.testkit.cases.BadInputs.x;

import dev.retort.tensor.Backend;
import dev.retort.tensor.ComposedOperations.AdamWSettings;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;

/** Calls of composed operations that every backend refuses. */
final class BadComposedInputs {
    private final List<BadInput> list;

    private BadComposedInputs(List<BadInput> list) {
        this.list = list;
    }

    static void add(List<BadInput> list) {
        BadComposedInputs bad = new BadComposedInputs(list);
        bad.arrangement();
        bad.selection();
        bad.products();
        bad.resampling();
        bad.attention();
        bad.normalization();
        bad.losses();
        bad.steps();
    }

    private void add(String call, String what, Consumer<Backend> action) {
        list.add(new BadInput(call + " " + what, call, Operation.UPLOAD, DType.F32, action));
    }

    private static Tensor mask(Backend ops, int... extents) {
        return ops.zeros(Shape.of(extents), DType.BOOL);
    }

    private void arrangement() {
        add("tensor", "too few values", ops -> ops.tensor(new float[3], 2, 2));
        add("tensor", "doubles for integers", ops -> ops.tensor(new double[3], Shape.of(3), DType.I64));
        add("zeros", "negative extent", ops -> ops.zeros(Shape.of(-1), DType.F32));
        add("arange", "by nothing", ops -> ops.arange(0, 3, 0, DType.F32));
        add("arange", "in the wrong direction", ops -> ops.arange(0, 3, -1, DType.F32));
        add("arange", "to NaN", ops -> ops.arange(0, Double.NaN, 1, DType.F32));
        add("arange", "without end", ops -> ops.arange(0, Double.POSITIVE_INFINITY, 1, DType.F32));
        add("arange", "of halves as integers", ops -> ops.arange(0, 3, 0.5, DType.I64));
        add("arange", "of truth values", ops -> ops.arange(0, 1, 1, DType.BOOL));
        add("oneHot", "class too large", ops -> ops.oneHot(index(ops, 1, 3), 3, DType.F32));
        add("oneHot", "class negative", ops -> ops.oneHot(index(ops, -1), 3, DType.F32));
        add("oneHot", "index of numbers", ops -> ops.oneHot(x(ops, 2), 3, DType.F32));
        add("oneHot", "as truth values", ops -> ops.oneHot(index(ops, 1), 3, DType.BOOL));
        add("oneHot", "negative number of classes", ops -> ops.oneHot(index(ops), -1, DType.F32));
        add("unsqueeze", "beyond the end", ops -> ops.unsqueeze(x(ops, 2), 2));
        add("unsqueeze", "before the start", ops -> ops.unsqueeze(x(ops, 2), -3));
        add("squeeze", "an axis that is longer", ops -> ops.squeeze(x(ops, 1, 2), 1));
        add("squeeze", "no such axis", ops -> ops.squeeze(x(ops, 1, 2), 2));
        add("stack", "of nothing", ops -> ops.stack(0));
        add("stack", "shapes differ", ops -> ops.stack(0, x(ops, 2), x(ops, 3)));
        add("stack", "no such axis", ops -> ops.stack(2, x(ops, 2), x(ops, 2)));
        add("split", "too little", ops -> ops.split(x(ops, 2, 5), 1, 2, 2));
        add("split", "negative part", ops -> ops.split(x(ops, 5), 0, 6, -1));
        add("split", "no such axis", ops -> ops.split(x(ops, 5), 1, 5));
        add("chunk", "no parts", ops -> ops.chunk(x(ops, 5), 0, 0));
        add("chunk", "no such axis", ops -> ops.chunk(x(ops, 5), 1, 2));
        add("flip", "no such axis", ops -> ops.flip(x(ops, 5), 1));
        add("flip", "an axis twice", ops -> ops.flip(x(ops, 5, 2), 1, -1));
        add("repeat", "too few numbers", ops -> ops.repeat(x(ops, 5, 2), 2));
        add("repeat", "negative number", ops -> ops.repeat(x(ops, 5), -1));
    }

    private void selection() {
        add("logicalNot", "of numbers", ops -> ops.logicalNot(x(ops, 2)));
        add("maskedFill", "mask of numbers", ops -> ops.maskedFill(x(ops, 2), x(ops, 2), 0));
        add("maskedFill", "mask larger than x", ops -> ops.maskedFill(x(ops, 3), mask(ops, 2, 3), 0));
        add("maskedFill", "shapes do not broadcast", ops -> ops.maskedFill(x(ops, 3), mask(ops, 2), 0));
        add("maskSelect", "mask of numbers", ops -> ops.maskSelect(x(ops, 2), x(ops, 2)));
        add("maskSelect", "mask of another extent", ops -> ops.maskSelect(x(ops, 2, 3), mask(ops, 3)));
        add("maskSelect", "mask of more axes", ops -> ops.maskSelect(x(ops, 2), mask(ops, 2, 1)));
        add("sort", "no such axis", ops -> ops.sort(x(ops, 2), 1, true));
        add("topK", "too many", ops -> ops.topK(x(ops, 2, 3), 4, 1, true));
        add("topK", "negative number", ops -> ops.topK(x(ops, 2, 3), -1, 1, true));
        add("extreme", "of nothing", ops -> ops.extreme(true, x(ops, 2, 0), 1));
        add("extreme", "no such axis", ops -> ops.extreme(true, x(ops, 2), 1));
        add("embedding", "index too large", ops -> ops.embedding(x(ops, 2, 3), index(ops, 2)));
        add("embedding", "index of numbers", ops -> ops.embedding(x(ops, 2, 3), x(ops, 1)));
        add("embedding", "of a scalar", ops -> ops.embedding(x(ops), index(ops, 0)));
        add("variance", "no such axis", ops -> ops.variance(x(ops, 2), a(1), 0, false));
        add("variance", "negative correction", ops -> ops.variance(x(ops, 2), a(), -1, false));
        add("norm", "an axis twice", ops -> ops.norm(x(ops, 2), a(0, 0), false));
    }

    private void products() {
        add("matmul", "inner extents", ops -> ops.matmul(x(ops, 2, 3), x(ops, 2, 3), false, false));
        add("matmul", "of vectors", ops -> ops.matmul(x(ops, 3), x(ops, 3, 2), false, false));
        add("matmul", "leading extents", ops -> ops.matmul(x(ops, 2, 3, 4), x(ops, 3, 4, 5), false, false));
        add("linear", "inner extents", ops -> ops.linear(x(ops, 2, 3), x(ops, 5, 4), null));
        add("linear", "bias", ops -> ops.linear(x(ops, 2, 3), x(ops, 5, 3), x(ops, 3)));
        Conv2dSpec spec = Conv2dSpec.of(1, 1);
        add(
                "convolution",
                "channels",
                ops -> ops.convolution(x(ops, 1, 4, 4, 3), x(ops, 2, 3, 3, 2), null, null, spec, false));
        add(
                "convolution",
                "bias",
                ops -> ops.convolution(x(ops, 1, 4, 4, 3), x(ops, 2, 3, 3, 3), x(ops, 3), null, spec, true));
        add(
                "convolution",
                "addend",
                ops -> ops.convolution(x(ops, 1, 4, 4, 3), x(ops, 2, 3, 3, 3), null, x(ops, 2), spec, true));
        add("reluGradient", "shapes do not broadcast", ops -> ops.reluGradient(x(ops, 2), x(ops, 3)));
    }

    private void resampling() {
        Pool2dSpec pool = Pool2dSpec.of(3, 1, 0);
        add("avgPool2d", "rank", ops -> ops.avgPool2d(x(ops, 4, 4, 3), pool, true));
        add("avgPool2d", "window larger than the image", ops -> ops.avgPool2d(x(ops, 1, 2, 4, 3), pool, true));
        add("resizeBilinear", "to nothing", ops -> ops.resizeBilinear(x(ops, 1, 2, 2, 3), 0, 4));
        add("resizeBilinear", "of nothing", ops -> ops.resizeBilinear(x(ops, 1, 0, 2, 3), 4, 4));
        add("resizeBilinear", "rank", ops -> ops.resizeBilinear(x(ops, 2, 2, 3), 4, 4));
    }

    private void attention() {
        add("attention", "widths differ", ops -> ops.attention(x(ops, 2, 3), x(ops, 4, 5), x(ops, 4, 3), null));
        add(
                "attention",
                "keys and values differ",
                ops -> ops.attention(x(ops, 2, 3), x(ops, 4, 3), x(ops, 5, 3), null));
        add("attention", "of vectors", ops -> ops.attention(x(ops, 3), x(ops, 4, 3), x(ops, 4, 3), null));
        add(
                "attention",
                "leading extents",
                ops -> ops.attention(x(ops, 2, 2, 3), x(ops, 3, 4, 3), x(ops, 3, 4, 3), null));
        add(
                "attention",
                "mask of another shape",
                ops -> ops.attention(x(ops, 2, 3), x(ops, 4, 3), x(ops, 4, 3), mask(ops, 2, 3)));
        add(
                "attention",
                "mask of more axes",
                ops -> ops.attention(x(ops, 2, 3), x(ops, 4, 3), x(ops, 4, 3), mask(ops, 3, 2, 4)));
        add(
                "attention",
                "mask of integers",
                ops -> ops.attention(x(ops, 2, 3), x(ops, 4, 3), x(ops, 4, 3), ops.zeros(Shape.of(2, 4), DType.I64)));
        add("dropout", "probability 1", ops -> ops.dropout(x(ops, 2), 1, 0));
        add("dropout", "negative probability", ops -> ops.dropout(x(ops, 2), -0.1, 0));
        add("dropout", "probability NaN", ops -> ops.dropout(x(ops, 2), Double.NaN, 0));
    }

    private void normalization() {
        add("softmax", "no such axis", ops -> ops.softmax(x(ops, 2), 1));
        add("logSoftmax", "no such axis", ops -> ops.logSoftmax(x(ops, 2), 1));
        add("softmaxGradient", "shapes differ", ops -> ops.softmaxGradient(x(ops, 2, 3), x(ops, 2, 4), 1));
        add("layerNorm", "of a scalar", ops -> ops.layerNorm(x(ops), null, null, 0));
        add("layerNorm", "gamma of another length", ops -> ops.layerNorm(x(ops, 2, 3), x(ops, 2), null, 0));
        add("layerNorm", "gamma of rank 2", ops -> ops.layerNorm(x(ops, 2, 3), x(ops, 2, 3), null, 0));
        add("layerNorm", "beta of one element", ops -> ops.layerNorm(x(ops, 2, 3), null, x(ops, 1), 0));
        add("layerNormGradient", "shapes differ", ops -> ops.layerNormGradient(x(ops, 2, 3), null, 0, x(ops, 2, 4)));
        add(
                "layerNormGradient",
                "gamma of another length",
                ops -> ops.layerNormGradient(x(ops, 2, 3), x(ops, 1), 0, x(ops, 2, 3)));
        add(
                "groupNorm",
                "groups that do not divide the channels",
                ops -> ops.groupNorm(x(ops, 2, 6), 4, null, null, 0));
        add("groupNorm", "no groups", ops -> ops.groupNorm(x(ops, 2, 6), 0, null, null, 0));
        add("groupNorm", "of a vector", ops -> ops.groupNorm(x(ops, 6), 2, null, null, 0));
        add("groupNorm", "gamma of another length", ops -> ops.groupNorm(x(ops, 2, 6), 2, x(ops, 2), null, 0));
        add("batchNorm", "without rows", ops -> ops.batchNorm(x(ops, 3), null, null, 0));
        add("batchNorm", "gamma of another length", ops -> ops.batchNorm(x(ops, 2, 3), x(ops, 2), null, 0));
        add("batchNorm", "beta of rank 2", ops -> ops.batchNorm(x(ops, 2, 3), null, x(ops, 2, 3), 0));
        add(
                "batchNormGradient",
                "shapes differ",
                ops -> ops.batchNormGradient(x(ops, 2, 3), null, x(ops, 3), x(ops, 3), 0, x(ops, 2, 4)));
        add(
                "batchNormGradient",
                "statistics of another length",
                ops -> ops.batchNormGradient(x(ops, 2, 3), null, x(ops, 2), x(ops, 2), 0, x(ops, 2, 3)));
    }

    private void losses() {
        add("sigmoidFocalLoss", "shapes do not broadcast", ops -> ops.sigmoidFocalLoss(x(ops, 2), x(ops, 3), 0.25, 2));
        add(
                "sigmoidFocalLossGradient",
                "shapes do not broadcast",
                ops -> ops.sigmoidFocalLossGradient(x(ops, 2), x(ops, 2), 0.25, 2, x(ops, 3)));
        add("bceWithLogits", "shapes do not broadcast", ops -> ops.bceWithLogits(x(ops, 2), x(ops, 3)));
        add("smoothL1", "shapes do not broadcast", ops -> ops.smoothL1(x(ops, 2), x(ops, 3), 1));
        add("smoothL1", "negative beta", ops -> ops.smoothL1(x(ops, 2), x(ops, 2), -1));
        add("l1", "shapes do not broadcast", ops -> ops.l1(x(ops, 2), x(ops, 3)));
        add("mse", "shapes do not broadcast", ops -> ops.mse(x(ops, 2), x(ops, 3)));
        add("giou", "of rows of five", ops -> ops.giou(x(ops, 2, 5), x(ops, 2, 5)));
        add("giou", "shapes differ", ops -> ops.giou(x(ops, 2, 4), x(ops, 1, 4)));
        add("giou", "of scalars", ops -> ops.giou(x(ops), x(ops)));
        add("klDivergence", "shapes do not broadcast", ops -> ops.klDivergence(x(ops, 2), x(ops, 3)));
        add("crossEntropy", "class too large", ops -> ops.crossEntropy(x(ops, 2, 3), index(ops, 0, 3)));
        add("crossEntropy", "class negative", ops -> ops.crossEntropy(x(ops, 2, 3), index(ops, 0, -1)));
        add("crossEntropy", "too many targets", ops -> ops.crossEntropy(x(ops, 2, 3), index(ops, 0, 1, 2)));
        add("crossEntropy", "targets of numbers", ops -> ops.crossEntropy(x(ops, 2, 3), x(ops, 2)));
        add("crossEntropy", "of a scalar", ops -> ops.crossEntropy(x(ops), index(ops, 0)));
        add("crossEntropy", "smoothing beyond 1", ops -> ops.crossEntropy(x(ops, 2, 3), index(ops, 0, 1), -100, 1.5));
    }

    private void steps() {
        AdamWSettings settings = new AdamWSettings(0.1, 0.9, 0.999, 1e-8, 0);
        add("sgdStep", "another shape", ops -> ops.sgdStep(x(ops, 2), x(ops, 3), x(ops, 2), 0.1, 0.9, 0));
        add(
                "adamwStep",
                "another shape",
                ops -> ops.adamwStep(x(ops, 2), x(ops, 3), x(ops, 2), x(ops, 2), 1, settings));
    }
}
