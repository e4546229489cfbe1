package dev.retort.kernels.simd.internal.elementwise;

import static dev.retort.tensor.heap.HeapStorage.bytes;
import static dev.retort.tensor.heap.HeapStorage.doubles;
import static dev.retort.tensor.heap.HeapStorage.floats;
import static dev.retort.tensor.heap.HeapStorage.offset;

import dev.retort.kernels.simd.internal.loops.ArithmeticLoops;
import dev.retort.kernels.simd.internal.loops.ChoiceLoops;
import dev.retort.kernels.simd.internal.loops.DoubleLoops;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Tensor;

/**
 * Elementwise operations of operands that broadcast: the loops of {@link ArithmeticLoops}, {@link ChoiceLoops} and
 * {@link DoubleLoops} along a {@link Broadcast}.
 */
public final class BroadcastKernels {
    private final Parallel parallel;

    public BroadcastKernels(Parallel parallel) {
        this.parallel = parallel;
    }

    /** Work on one run of two operands; a step is 1, or 0 where the operand is a single element. */
    private interface Loop {
        void run(int aOff, int aStep, int bOff, int bStep, int yOff, int n);
    }

    private void forRuns(Tensor a, Tensor b, Tensor y, Loop loop) {
        Broadcast walk = Broadcast.of(y.shape(), a.shape(), b.shape());
        int aStep = walk.step(0);
        int bStep = walk.step(1);
        int aOff = offset(a);
        int bOff = offset(b);
        int off = offset(y);
        walk.forEach(parallel, (from, to, n) -> loop.run(aOff + from[0], aStep, bOff + from[1], bStep, off + to, n));
    }

    /** y = a op b, all F32 or all F64. */
    public void binary(Runs runs, BinaryOp op, Tensor a, Tensor b, Tensor y) {
        if (y.dtype() == DType.F64) {
            double[] left = doubles(a);
            double[] right = doubles(b);
            double[] result = doubles(y);
            forRuns(
                    a,
                    b,
                    y,
                    (aOff, aStep, bOff, bStep, yOff, n) ->
                            DoubleLoops.binary(op, left, aOff, aStep, right, bOff, bStep, result, yOff, n));
            return;
        }
        float[] left = floats(a);
        float[] right = floats(b);
        float[] result = floats(y);
        forRuns(
                a,
                b,
                y,
                (aOff, aStep, bOff, bStep, yOff, n) ->
                        ArithmeticLoops.apply(runs, op, left, aOff, aStep, right, bOff, bStep, result, yOff, n));
    }

    /** y = a op b, of F32 or F64 operands. */
    public void compare(CompareOp op, Tensor a, Tensor b, Tensor y) {
        byte[] result = bytes(y);
        if (a.dtype() == DType.F64) {
            double[] left = doubles(a);
            double[] right = doubles(b);
            forRuns(
                    a,
                    b,
                    y,
                    (aOff, aStep, bOff, bStep, yOff, n) ->
                            DoubleLoops.compare(op, left, aOff, aStep, right, bOff, bStep, result, yOff, n));
            return;
        }
        float[] left = floats(a);
        float[] right = floats(b);
        forRuns(
                a,
                b,
                y,
                (aOff, aStep, bOff, bStep, yOff, n) ->
                        ChoiceLoops.compare(op, left, aOff, aStep, right, bOff, bStep, result, yOff, n));
    }

    /** y = a op b, all BOOL. */
    public void logical(LogicalOp op, Tensor a, Tensor b, Tensor y) {
        byte[] left = bytes(a);
        byte[] right = bytes(b);
        byte[] result = bytes(y);
        forRuns(
                a,
                b,
                y,
                (aOff, aStep, bOff, bStep, yOff, n) ->
                        ChoiceLoops.logical(op, left, aOff, aStep, right, bOff, bStep, result, yOff, n));
    }

    /** Work on one run of {@link #where}: places and steps of condition and both choices. */
    private interface ChoiceLoop {
        void run(int cOff, int cStep, int aOff, int aStep, int bOff, int bStep, int yOff, int n);
    }

    /** y = condition ? a : b, of F32 or F64 choices. */
    public void where(Tensor condition, Tensor a, Tensor b, Tensor y) {
        byte[] choice = bytes(condition);
        if (y.dtype() == DType.F64) {
            double[] left = doubles(a);
            double[] right = doubles(b);
            double[] result = doubles(y);
            forRuns(
                    condition,
                    a,
                    b,
                    y,
                    (cOff, cStep, aOff, aStep, bOff, bStep, yOff, n) -> DoubleLoops.where(
                            choice, cOff, cStep, left, aOff, aStep, right, bOff, bStep, result, yOff, n));
            return;
        }
        float[] left = floats(a);
        float[] right = floats(b);
        float[] result = floats(y);
        forRuns(
                condition,
                a,
                b,
                y,
                (cOff, cStep, aOff, aStep, bOff, bStep, yOff, n) ->
                        ChoiceLoops.where(choice, cOff, cStep, left, aOff, aStep, right, bOff, bStep, result, yOff, n));
    }

    private void forRuns(Tensor condition, Tensor a, Tensor b, Tensor y, ChoiceLoop loop) {
        Broadcast walk = Broadcast.of(y.shape(), condition.shape(), a.shape(), b.shape());
        int[] steps = {walk.step(0), walk.step(1), walk.step(2)};
        int[] offs = {offset(condition), offset(a), offset(b)};
        int off = offset(y);
        walk.forEach(
                parallel,
                (from, to, n) -> loop.run(
                        offs[0] + from[0],
                        steps[0],
                        offs[1] + from[1],
                        steps[1],
                        offs[2] + from[2],
                        steps[2],
                        off + to,
                        n));
    }
}
