package dev.retort.testkit.cases;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Calls of core operations that every backend refuses; {@link BadComposedInputs} has those of composed ones. */
final class BadInputs {
    private final List<BadInput> list = new ArrayList<>();

    private BadInputs() {}

    static List<BadInput> all() {
        BadInputs bad = new BadInputs();
        bad.movement();
        bad.elementwise();
        bad.reductions();
        bad.products();
        bad.convolutions();
        bad.indexing();
        bad.inPlace();
        BadComposedInputs.add(bad.list);
        return List.copyOf(bad.list);
    }

    private void add(Operation operation, String what, Consumer<Backend> action) {
        add(operation, DType.F32, what, action);
    }

    private void add(Operation operation, DType dtype, String what, Consumer<Backend> action) {
        list.add(new BadInput(operation + " " + what, operation.name(), operation, dtype, action));
    }

    static Tensor x(Backend ops, int... extents) {
        return ops.zeros(Shape.of(extents), DType.F32);
    }

    static Tensor index(Backend ops, long... values) {
        return ops.tensor(values, values.length);
    }

    static int[] a(int... values) {
        return values;
    }

    private void movement() {
        add(Operation.UPLOAD, "too few values", ops -> ops.upload(new float[3], Shape.of(4), DType.F32));
        add(Operation.UPLOAD, "values of another type", ops -> ops.upload(new double[4], Shape.of(4), DType.F32));
        add(Operation.DOWNLOAD, "into too small an array", ops -> ops.download(x(ops, 4), new float[3]));
        add(Operation.DOWNLOAD, "into an array of another type", ops -> ops.download(x(ops, 4), new double[4]));
        add(Operation.FULL, "negative extent", ops -> ops.full(Shape.of(2, -1), DType.F32, 0));
        add(Operation.RESHAPE, "to another size", ops -> ops.reshape(x(ops, 4, 6), Shape.of(5, 5)));
        add(Operation.NARROW, "beyond the end", ops -> ops.narrow(x(ops, 4), 2, 3));
        add(Operation.NARROW, "before the start", ops -> ops.narrow(x(ops, 4), -1, 2));
        add(Operation.NARROW, "so long that 32 bits overflow", ops -> ops.narrow(x(ops, 4), 1, Integer.MAX_VALUE));
        add(Operation.NARROW, "of a scalar", ops -> ops.narrow(x(ops), 0, 1));
        add(Operation.PERMUTE, "an axis twice", ops -> ops.permute(x(ops, 2, 3), a(0, 0)));
        add(Operation.PERMUTE, "the first axis twice", ops -> ops.permute(x(ops, 2, 3, 4), a(0, 0, 1)));
        add(Operation.PERMUTE, "too few axes", ops -> ops.permute(x(ops, 2, 3), a(0)));
        add(Operation.PERMUTE, "no such axis", ops -> ops.permute(x(ops, 2, 3), a(0, 2)));
        add(Operation.PAD, "negative width", ops -> ops.pad(x(ops, 4), a(-1), a(0), 0));
        add(Operation.PAD, "too many widths", ops -> ops.pad(x(ops, 4), a(1, 1), a(0, 0), 0));
        add(Operation.SLICE, "beyond the end", ops -> ops.slice(x(ops, 4), a(0), a(5), a(1)));
        add(Operation.SLICE, "step 0", ops -> ops.slice(x(ops, 4), a(0), a(4), a(0)));
        add(Operation.SLICE, "end before start", ops -> ops.slice(x(ops, 4), a(3), a(2), a(1)));
        add(Operation.SLICE_GRADIENT, "beyond the end", ops -> ops.sliceGradient(x(ops, 3), Shape.of(4), a(0), a(2)));
        add(Operation.CONCAT, "of nothing", ops -> ops.concat(0));
        add(Operation.CONCAT, "other extents differ", ops -> ops.concat(0, x(ops, 2, 3), x(ops, 2, 4)));
        add(Operation.CONCAT, "other rank", ops -> ops.concat(0, x(ops, 2, 3), x(ops, 2)));
        add(Operation.CONCAT, "no such axis", ops -> ops.concat(2, x(ops, 2, 3), x(ops, 2, 3)));
        add(Operation.BROADCAST_TO, "wrong extent", ops -> ops.broadcastTo(x(ops, 3), Shape.of(4)));
        add(Operation.BROADCAST_TO, "to fewer axes", ops -> ops.broadcastTo(x(ops, 1, 3), Shape.of(3)));
    }

    private void elementwise() {
        for (BinaryOp op : BinaryOp.values()) {
            add(Operation.BINARY, op + " shapes do not broadcast", ops -> ops.binary(op, x(ops, 2, 3), x(ops, 2)));
        }
        add(
                Operation.BINARY,
                "two types",
                ops -> ops.binary(BinaryOp.ADD, x(ops, 2), ops.zeros(Shape.of(2), DType.I64)));
        add(
                Operation.BINARY,
                DType.I64,
                "POW of integers",
                ops -> ops.binary(BinaryOp.POW, index(ops, 1, 2), index(ops, 1, 2)));
        for (CompareOp op : CompareOp.values()) {
            add(Operation.COMPARE, op + " shapes do not broadcast", ops -> ops.compare(op, x(ops, 4), x(ops, 3)));
        }
        add(
                Operation.COMPARE,
                "two types",
                ops -> ops.compare(CompareOp.LT, x(ops, 2), ops.zeros(Shape.of(2), DType.I64)));
        add(
                Operation.COMPARE,
                DType.BOOL,
                "order of truth values",
                ops -> ops.compare(
                        CompareOp.LT, ops.zeros(Shape.of(2), DType.BOOL), ops.zeros(Shape.of(2), DType.BOOL)));
        for (LogicalOp op : LogicalOp.values()) {
            add(
                    Operation.LOGICAL,
                    DType.BOOL,
                    op + " shapes do not broadcast",
                    ops -> ops.logical(op, ops.zeros(Shape.of(2), DType.BOOL), ops.zeros(Shape.of(3), DType.BOOL)));
        }
        add(Operation.WHERE, "condition of numbers", ops -> ops.where(x(ops, 2), x(ops, 2), x(ops, 2)));
        add(
                Operation.WHERE,
                "shapes do not broadcast",
                ops -> ops.where(ops.zeros(Shape.of(3), DType.BOOL), x(ops, 2), x(ops, 2)));
        add(Operation.CLAMP, "bounds crossed", ops -> ops.clamp(x(ops, 2), 1, 0));
        add(Operation.CLAMP, "bound NaN", ops -> ops.clamp(x(ops, 2), Double.NaN, 0));
    }

    private void reductions() {
        for (ReduceOp op : ReduceOp.values()) {
            add(Operation.REDUCE, op + " no such axis", ops -> ops.reduce(op, x(ops, 2, 3), a(2), false));
            add(Operation.REDUCE, op + " an axis twice", ops -> ops.reduce(op, x(ops, 2, 3), a(1, -1), false));
        }
        add(Operation.REDUCE, "MAX of nothing", ops -> ops.reduce(ReduceOp.MAX, x(ops, 0, 3), a(0), false));
        add(Operation.REDUCE, "MIN of nothing", ops -> ops.reduce(ReduceOp.MIN, x(ops, 0), a(), false));
        add(
                Operation.REDUCE,
                DType.I64,
                "MEAN of integers",
                ops -> ops.reduce(ReduceOp.MEAN, index(ops, 1, 2), a(), false));
        add(Operation.ARG_REDUCE, "no such axis", ops -> ops.argReduce(true, x(ops, 2), 1));
        add(Operation.ARG_REDUCE, "of a scalar", ops -> ops.argReduce(true, x(ops), 0));
        add(Operation.ARG_REDUCE, "of nothing", ops -> ops.argReduce(false, x(ops, 2, 0), 1));
        add(Operation.ARG_SORT, "no such axis", ops -> ops.argSort(x(ops, 2), -2, true));
        add(Operation.ARG_SORT, "of a scalar", ops -> ops.argSort(x(ops), 0, false));
        add(Operation.CUMSUM, "no such axis", ops -> ops.cumsum(x(ops, 2), 1));
    }

    private void products() {
        add(
                Operation.GEMM,
                "A too small",
                ops -> ops.gemm(x(ops, 2, 2), x(ops, 3, 2), GemmSpec.dense(2, 2, 3, false, false), Shape.of(2, 2)));
        add(
                Operation.GEMM,
                "B too small",
                ops -> ops.gemm(x(ops, 2, 3), x(ops, 2, 2), GemmSpec.dense(2, 2, 3, false, false), Shape.of(2, 2)));
        add(
                Operation.GEMM,
                "C too small",
                ops -> ops.gemm(x(ops, 2, 3), x(ops, 3, 2), GemmSpec.dense(2, 2, 3, false, false), Shape.of(3)));
        add(
                Operation.GEMM,
                "two types",
                ops -> ops.gemm(
                        x(ops, 2, 2),
                        ops.zeros(Shape.of(2, 2), DType.I64),
                        GemmSpec.dense(2, 2, 2, false, false),
                        Shape.of(2, 2)));
        GemmSpec.Layout matrix = new GemmSpec.Layout(0, 2, 0, 0);
        add(
                Operation.GEMM,
                "results overlap",
                ops -> ops.gemm(
                        x(ops, 2, 2),
                        x(ops, 2, 2),
                        new GemmSpec(2, 2, 2, false, false, 2, 1, matrix, matrix, matrix),
                        Shape.of(2, 2)));
        GemmSpec.Layout shifted = new GemmSpec.Layout(0, 2, 1, 0);
        add(
                Operation.GEMM,
                "results overlap in part",
                ops -> ops.gemm(
                        x(ops, 2, 3),
                        x(ops, 2, 3),
                        new GemmSpec(2, 2, 2, false, false, 2, 1, matrix, matrix, shifted),
                        Shape.of(2, 3)));
    }

    private void convolutions() {
        Conv2dSpec spec = Conv2dSpec.of(1, 1);
        add(Operation.CONV2D, "channels", ops -> ops.conv2d(x(ops, 1, 4, 4, 3), x(ops, 2, 3, 3, 2), spec));
        add(Operation.CONV2D, "rank", ops -> ops.conv2d(x(ops, 4, 4, 3), x(ops, 2, 3, 3, 3), spec));
        add(
                Operation.CONV2D,
                "kernel larger than the image",
                ops -> ops.conv2d(x(ops, 1, 2, 2, 3), x(ops, 2, 3, 3, 3), Conv2dSpec.of(1, 0)));
        add(
                Operation.CONV2D,
                "groups",
                ops -> ops.conv2d(x(ops, 1, 4, 4, 6), x(ops, 3, 3, 3, 3), new Conv2dSpec(1, 1, 1, 1, 1, 1, 2)));
        add(Operation.CONV2D, "stride 0", ops -> Conv2dSpec.of(0, 1));
        add(
                Operation.CONV2D_INPUT_GRADIENT,
                "gradient of another size",
                ops -> ops.conv2dInputGradient(x(ops, 1, 3, 4, 2), x(ops, 2, 3, 3, 3), Shape.of(1, 4, 4, 3), spec));
        add(
                Operation.CONV2D_WEIGHT_GRADIENT,
                "gradient of another size",
                ops -> ops.conv2dWeightGradient(x(ops, 1, 4, 4, 3), x(ops, 1, 4, 4, 4), Shape.of(2, 3, 3, 3), spec));
        add(Operation.MAX_POOL2D, "no pixels", ops -> ops.maxPool2d(x(ops, 1, 0, 4, 3), Pool2dSpec.of(2, 2, 1)));
        add(Operation.MAX_POOL2D, "rank", ops -> ops.maxPool2d(x(ops, 4, 4, 3), Pool2dSpec.of(2, 2, 0)));
        add(
                Operation.MAX_POOL2D,
                "window larger than the image",
                ops -> ops.maxPool2d(x(ops, 1, 2, 2, 3), Pool2dSpec.of(3, 1, 0)));
        add(Operation.MAX_POOL2D, "padding more than half the window", ops -> Pool2dSpec.of(2, 2, 2));
        add(
                Operation.MAX_POOL2D_GRADIENT,
                "indices of another shape",
                ops -> ops.maxPool2dGradient(
                        x(ops, 1, 2, 2, 3), ops.zeros(Shape.of(1, 2, 1, 3), DType.I32), Shape.of(1, 4, 4, 3)));
        add(
                Operation.MAX_POOL2D_GRADIENT,
                "channels",
                ops -> ops.maxPool2dGradient(
                        x(ops, 1, 2, 2, 3), ops.zeros(Shape.of(1, 2, 2, 3), DType.I32), Shape.of(1, 4, 4, 4)));
        add(Operation.RESIZE_NEAREST, "to nothing", ops -> ops.resizeNearest(x(ops, 1, 2, 2, 3), 0, 4));
        add(Operation.RESIZE_NEAREST, "of nothing", ops -> ops.resizeNearest(x(ops, 1, 0, 2, 3), 4, 4));
        add(Operation.RESIZE_NEAREST, "rank", ops -> ops.resizeNearest(x(ops, 2, 2, 3), 4, 4));
        add(
                Operation.RESIZE_NEAREST_GRADIENT,
                "channels",
                ops -> ops.resizeNearestGradient(x(ops, 1, 4, 4, 3), Shape.of(1, 2, 2, 4)));
    }

    private void indexing() {
        add(Operation.INDEX_SELECT, "index too large", ops -> ops.indexSelect(x(ops, 4, 3), 0, index(ops, 1, 4)));
        add(Operation.INDEX_SELECT, "index negative", ops -> ops.indexSelect(x(ops, 4, 3), 0, index(ops, -1)));
        add(Operation.INDEX_SELECT, "index of numbers", ops -> ops.indexSelect(x(ops, 4, 3), 0, x(ops, 1)));
        add(
                Operation.INDEX_SELECT,
                "index of rank 2",
                ops -> ops.indexSelect(x(ops, 4, 3), 0, ops.reshape(index(ops, 1), Shape.of(1, 1))));
        add(Operation.INDEX_SELECT, "no such axis", ops -> ops.indexSelect(x(ops, 4, 3), 2, index(ops, 1)));
        add(Operation.INDEX_ADD, "index too large", ops -> ops.indexAdd(x(ops, 4, 3), 1, index(ops, 3), x(ops, 4, 1)));
        add(
                Operation.INDEX_ADD,
                "source of another shape",
                ops -> ops.indexAdd(x(ops, 4, 3), 0, index(ops, 1, 2), x(ops, 3, 3)));
        add(
                Operation.GATHER,
                "index too large",
                ops -> ops.gather(x(ops, 2, 3), 1, ops.tensor(new long[] {0, 3}, 2, 1)));
        add(
                Operation.GATHER,
                "index negative",
                ops -> ops.gather(x(ops, 2, 3), 0, ops.tensor(new long[] {0, -1}, 1, 2)));
        add(Operation.GATHER, "index of other rank", ops -> ops.gather(x(ops, 2, 3), 1, index(ops, 0)));
        add(
                Operation.GATHER,
                "index with more rows",
                ops -> ops.gather(x(ops, 2, 3), 1, ops.tensor(new long[3], 3, 1)));
        add(
                Operation.SCATTER_ADD,
                "index too large",
                ops -> ops.scatterAdd(x(ops, 2, 3), 1, ops.tensor(new long[] {0, 3}, 2, 1), x(ops, 2, 1)));
        add(
                Operation.SCATTER_ADD,
                "source of another shape",
                ops -> ops.scatterAdd(x(ops, 2, 3), 1, ops.tensor(new long[2], 2, 1), x(ops, 1, 2)));
    }

    private void inPlace() {
        add(Operation.ASSIGN, "another shape", ops -> ops.assign(x(ops, 2, 3), x(ops, 3)));
        add(Operation.ASSIGN, "another type", ops -> ops.assign(x(ops, 2), index(ops, 1, 2)));
        add(Operation.AXPY, "another shape", ops -> ops.axpy(x(ops, 2, 3), 1, x(ops, 3)));
    }
}
