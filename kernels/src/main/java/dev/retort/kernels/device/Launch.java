package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import dev.retort.tensor.Tensor;

/** One call of a kernel, argument by argument in the order of its parameters. */
final class Launch {
    private final DeviceQueue queue;
    private final Kernel kernel;
    private final Arguments arguments = new Arguments();

    Launch(DeviceQueue queue, Kernel kernel) {
        this.queue = queue;
        this.kernel = kernel;
    }

    /** A tensor that is read: its block and where it begins there, in elements. */
    Launch in(Tensor x) {
        return operand(x, 0);
    }

    /** The same from another element on. */
    Launch in(Tensor x, long from) {
        return operand(x, from);
    }

    /** A few numbers that are read, from the beginning of their block on. */
    Launch in(Device.Block numbers) {
        arguments.block(numbers, 0);
        return this;
    }

    /** A tensor that is written: its block and where it begins there, in elements. */
    Launch out(Tensor y) {
        return out(y, null);
    }

    /** The same for integers that are known to lie in a range; null if that is not known. */
    Launch out(Tensor y, Range range) {
        return out(y, 0, range);
    }

    /** The same from another element on. */
    Launch out(Tensor y, long from, Range range) {
        DeviceStorage.of(y).wrote(range);
        return operand(y, from);
    }

    private Launch operand(Tensor x, long from) {
        arguments.block(DeviceStorage.of(x).block(), x.size() * x.dtype().bytes());
        arguments.number(Math.toIntExact(x.offset() + from));
        return this;
    }

    Launch number(int value) {
        arguments.number(value);
        return this;
    }

    /** A number of a tensor's type. */
    Launch value(DType type, double value) {
        arguments.value(type, value);
        return this;
    }

    /** What is done to sums before they are stored; what it has not, {@code other} stands for. */
    Launch epilogue(Epilogue epilogue, Tensor other) {
        return struct(epilogue.struct())
                .in(epilogue.bias() == null ? other : epilogue.bias())
                .in(epilogue.addend() == null ? other : epilogue.addend());
    }

    Launch struct(int[] members) {
        arguments.struct(members);
        return this;
    }

    /** Additions and multiplications, for a profile. */
    Launch computes(double operations) {
        arguments.computes(operations);
        return this;
    }

    /** Puts the call on the queue, unless the grid is empty. */
    void over(Grid grid) {
        if (!grid.isEmpty()) {
            queue.launch(kernel, grid, arguments);
        }
    }
}
