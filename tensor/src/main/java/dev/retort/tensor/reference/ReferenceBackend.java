package dev.retort.tensor.reference;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.heap.HeapOperations;

/**
 * The oracle: every operation is its formula, in float64 (F32 results are rounded once, on store), on one thread. Products are
 * EJML's. It is written to be read, and every other backend and every gradient rule is held against it.
 *
 * <p>Arguments are checked in {@link HeapOperations}; the formulas are in {@link Elementwise}, {@link Reductions},
 * {@link MatrixProducts}, {@link Convolutions}, {@link Resampling} and {@link Indexing}.
 */
public class ReferenceBackend extends HeapOperations {
    static final String NAME = "reference";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describe() {
        return "reference: plain Java, float64 arithmetic, 1 thread";
    }

    @Override
    protected void unary(UnaryOp op, Tensor x, Tensor y) {
        Elementwise.unary(op, x, y);
    }

    @Override
    protected void binary(BinaryOp op, Tensor a, Tensor b, Tensor y) {
        Elementwise.binary(op, a, b, y);
    }

    @Override
    protected void compare(CompareOp op, Tensor a, Tensor b, Tensor y) {
        Elementwise.compare(op, a, b, y);
    }

    @Override
    protected void logical(LogicalOp op, Tensor a, Tensor b, Tensor y) {
        Elementwise.logical(op, a, b, y);
    }

    @Override
    protected void where(Tensor condition, Tensor a, Tensor b, Tensor y) {
        Elementwise.where(condition, a, b, y);
    }

    @Override
    protected void clamp(Tensor x, double low, double high, Tensor y) {
        Elementwise.clamp(x, low, high, y);
    }

    @Override
    protected void reduce(ReduceOp op, Tensor x, int[] axes, Tensor y) {
        Reductions.reduce(op, x, axes, y);
    }

    @Override
    protected void argReduce(boolean largest, Tensor x, int axis, Tensor y) {
        Reductions.argReduce(largest, x, axis, y);
    }

    @Override
    protected void cumsum(Tensor x, int axis, Tensor y) {
        Reductions.cumsum(x, axis, y);
    }

    @Override
    protected void gemm(Tensor a, Tensor b, GemmSpec spec, Tensor y) {
        MatrixProducts.gemm(a, b, spec, y);
    }

    @Override
    protected void conv2d(Tensor x, Tensor weight, Conv2dSpec spec, Tensor y) {
        Convolutions.forward(x, weight, spec, y);
    }

    @Override
    protected void conv2dInputGradient(Tensor g, Tensor weight, Conv2dSpec spec, Tensor y) {
        Convolutions.inputGradient(g, weight, y.shape(), spec, y);
    }

    @Override
    protected void conv2dWeightGradient(Tensor x, Tensor g, Conv2dSpec spec, Tensor y) {
        Convolutions.weightGradient(x, g, y.shape(), spec, y);
    }

    @Override
    protected void maxPool2d(Tensor x, Pool2dSpec spec, Tensor values, Tensor indices) {
        Resampling.maxPool2d(x, spec, values, indices);
    }

    @Override
    protected void maxPool2dGradient(Tensor g, Tensor indices, Tensor y) {
        Resampling.maxPool2dGradient(g, indices, y);
    }

    @Override
    protected void resizeNearest(Tensor x, Tensor y) {
        Resampling.resizeNearest(x, y);
    }

    @Override
    protected void resizeNearestGradient(Tensor g, Tensor y) {
        Resampling.resizeNearestGradient(g, y);
    }

    @Override
    protected void indexSelect(Tensor x, int axis, int[] indices, Tensor y) {
        Indexing.indexSelect(x, axis, indices, y);
    }

    @Override
    protected void indexAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y) {
        Indexing.indexAdd(x, axis, indices, source, y);
    }

    @Override
    protected void gather(Tensor x, int axis, int[] indices, Tensor y) {
        Indexing.gather(x, axis, indices, y);
    }

    @Override
    protected void scatterAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y) {
        Indexing.scatterAdd(x, axis, indices, source, y);
    }

    @Override
    protected void addScaled(Tensor target, double alpha, Tensor source) {
        Elementwise.axpy(target, alpha, source);
    }
}
