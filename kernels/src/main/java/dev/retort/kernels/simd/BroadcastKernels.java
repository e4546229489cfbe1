package dev.retort.kernels.simd;

import static dev.retort.tensor.heap.HeapStorage.bytes;
import static dev.retort.tensor.heap.HeapStorage.floats;
import static dev.retort.tensor.heap.HeapStorage.offset;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Tensor;

/**
 * Elementwise operations of operands that broadcast: the loops of {@link ArithmeticLoops} and {@link ChoiceLoops} along a
 * {@link Broadcast}.
 */
final class BroadcastKernels {
    private BroadcastKernels() {}

    /** y = a op b, all F32. */
    static void binary(Parallel parallel, Runs runs, BinaryOp op, Tensor a, Tensor b, Tensor y) {
        float[] left = floats(a);
        float[] right = floats(b);
        float[] result = floats(y);
        Broadcast walk = Broadcast.of(y.shape(), a.shape(), b.shape());
        int leftStep = walk.step(0);
        int rightStep = walk.step(1);
        int leftOff = offset(a);
        int rightOff = offset(b);
        int off = offset(y);
        walk.forEach(
                parallel,
                (from, to, n) -> ArithmeticLoops.apply(
                        runs,
                        op,
                        left,
                        leftOff + from[0],
                        leftStep,
                        right,
                        rightOff + from[1],
                        rightStep,
                        result,
                        off + to,
                        n));
    }

    /** y = a op b, of F32 operands. */
    static void compare(Parallel parallel, CompareOp op, Tensor a, Tensor b, Tensor y) {
        float[] left = floats(a);
        float[] right = floats(b);
        byte[] result = bytes(y);
        Broadcast walk = Broadcast.of(y.shape(), a.shape(), b.shape());
        int leftStep = walk.step(0);
        int rightStep = walk.step(1);
        int leftOff = offset(a);
        int rightOff = offset(b);
        int off = offset(y);
        walk.forEach(
                parallel,
                (from, to, n) -> ChoiceLoops.compare(
                        op,
                        left,
                        leftOff + from[0],
                        leftStep,
                        right,
                        rightOff + from[1],
                        rightStep,
                        result,
                        off + to,
                        n));
    }

    /** y = a op b, all BOOL. */
    static void logical(Parallel parallel, LogicalOp op, Tensor a, Tensor b, Tensor y) {
        byte[] left = bytes(a);
        byte[] right = bytes(b);
        byte[] result = bytes(y);
        Broadcast walk = Broadcast.of(y.shape(), a.shape(), b.shape());
        int leftStep = walk.step(0);
        int rightStep = walk.step(1);
        int leftOff = offset(a);
        int rightOff = offset(b);
        int off = offset(y);
        walk.forEach(
                parallel,
                (from, to, n) -> ChoiceLoops.logical(
                        op,
                        left,
                        leftOff + from[0],
                        leftStep,
                        right,
                        rightOff + from[1],
                        rightStep,
                        result,
                        off + to,
                        n));
    }

    /** y = condition ? a : b, of F32 choices. */
    static void where(Parallel parallel, Tensor condition, Tensor a, Tensor b, Tensor y) {
        byte[] choice = bytes(condition);
        float[] left = floats(a);
        float[] right = floats(b);
        float[] result = floats(y);
        Broadcast walk = Broadcast.of(y.shape(), condition.shape(), a.shape(), b.shape());
        int[] steps = {walk.step(0), walk.step(1), walk.step(2)};
        int[] offs = {offset(condition), offset(a), offset(b)};
        int off = offset(y);
        walk.forEach(
                parallel,
                (from, to, n) -> ChoiceLoops.where(
                        choice,
                        offs[0] + from[0],
                        steps[0],
                        left,
                        offs[1] + from[1],
                        steps[1],
                        right,
                        offs[2] + from[2],
                        steps[2],
                        result,
                        off + to,
                        n));
    }
}
