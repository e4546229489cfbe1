package dev.retort.testkit.conformance;

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
import dev.retort.tensor.UnaryOp;
import dev.retort.testkit.cases.Operand;

/** The smallest call of every core operation in any dtype, whether or not it is declared. */
final class CoreCalls {
    private static final Shape IMAGE = Shape.of(1, 1, 1, 1);
    private static final Conv2dSpec SPEC = Conv2dSpec.of(1, 0);
    private static final int[] ZERO = {0, 0, 0, 0};
    private static final int[] ONE = {1, 1, 1, 1};

    private CoreCalls() {}

    /** Calls {@code operation} on tensors of shape [1, 1, 1, 1]. UPLOAD of the dtype must be declared, but for UPLOAD and FULL. */
    static void call(Operation operation, Backend ops, DType dtype) {
        switch (operation) {
            case UPLOAD -> x(ops, dtype);
            case FULL -> ops.full(IMAGE, dtype, 1);
            default -> call(operation, ops, x(ops, dtype), dtype);
        }
    }

    private static Tensor x(Backend ops, DType dtype) {
        return Operand.upload(ops, new double[] {1}, IMAGE, dtype);
    }

    private static void call(Operation operation, Backend ops, Tensor x, DType dtype) {
        switch (operation) {
            case UPLOAD, FULL -> throw new AssertionError("handled by the caller");
            case DOWNLOAD -> ops.download(x, array(dtype));
            case CAST -> ops.cast(x, dtype);
            case RESHAPE -> ops.reshape(x, Shape.of(1));
            case NARROW -> ops.narrow(x, 0, 1);
            case PERMUTE -> ops.permute(x, new int[] {3, 2, 1, 0});
            case PAD -> ops.pad(x, ZERO, ONE, 0);
            case SLICE -> ops.slice(x, ZERO, ONE, ONE);
            case SLICE_GRADIENT -> ops.sliceGradient(x, IMAGE, ZERO, ONE);
            case CONCAT -> ops.concat(0, x, x);
            case BROADCAST_TO -> ops.broadcastTo(x, Shape.of(2, 1, 1, 1));
            case UNARY -> ops.unary(UnaryOp.NEG, x);
            case BINARY -> ops.binary(BinaryOp.ADD, x, x);
            case COMPARE -> ops.compare(CompareOp.EQ, x, x);
            case LOGICAL -> ops.logical(LogicalOp.AND, x, x);
            case WHERE -> ops.where(x(ops, DType.BOOL), x, x);
            case CLAMP -> ops.clamp(x, 0, 1);
            case REDUCE -> ops.reduce(ReduceOp.SUM, x, new int[0], false);
            case ARG_REDUCE -> ops.argReduce(true, x, 0);
            case ARG_SORT -> ops.argSort(x, 0, false);
            case CUMSUM -> ops.cumsum(x, 0);
            case GEMM -> ops.gemm(x, x, GemmSpec.dense(1, 1, 1, false, false), IMAGE);
            case CONV2D -> ops.conv2d(x, x, SPEC);
            case CONV2D_INPUT_GRADIENT -> ops.conv2dInputGradient(x, x, IMAGE, SPEC);
            case CONV2D_WEIGHT_GRADIENT -> ops.conv2dWeightGradient(x, x, IMAGE, SPEC);
            case MAX_POOL2D -> ops.maxPool2d(x, Pool2dSpec.of(1, 1, 0));
            case MAX_POOL2D_GRADIENT ->
                ops.maxPool2dGradient(x, Operand.upload(ops, new double[1], IMAGE, DType.I32), IMAGE);
            case RESIZE_NEAREST -> ops.resizeNearest(x, 1, 1);
            case RESIZE_NEAREST_GRADIENT -> ops.resizeNearestGradient(x, IMAGE);
            case INDEX_SELECT -> ops.indexSelect(x, 0, index(ops, Shape.of(1)));
            case INDEX_ADD -> ops.indexAdd(x, 0, index(ops, Shape.of(1)), x);
            case GATHER -> ops.gather(x, 0, index(ops, IMAGE));
            case SCATTER_ADD -> ops.scatterAdd(x, 0, index(ops, IMAGE), x);
            case ASSIGN -> ops.assign(x, x);
            case AXPY -> ops.axpy(x, 1, x);
        }
    }

    private static Tensor index(Backend ops, Shape shape) {
        return Operand.upload(ops, new double[1], shape, DType.I64);
    }

    private static Object array(DType dtype) {
        return switch (dtype) {
            case F32 -> new float[1];
            case F64 -> new double[1];
            case I32 -> new int[1];
            case I64 -> new long[1];
            case BOOL -> new byte[1];
        };
    }
}
