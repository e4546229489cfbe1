package dev.retort.bench.peer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import dev.retort.bench.work.Operands;
import java.util.Map;

/** A task's extents, and operands of them in LibTorch's own memory, with the values of {@link Operands}. */
final class LibtorchOperands {
    private final NDManager manager;
    private final Map<String, Object> task;
    private final boolean channelsLast;
    private int drawn;

    /**
     * @param manager gets the operands, and closes them with itself
     * @param channelsLast how images lie in memory
     */
    LibtorchOperands(NDManager manager, Map<String, Object> task, boolean channelsLast) {
        this.manager = manager;
        this.task = task;
        this.channelsLast = channelsLast;
    }

    int extent(String key) {
        return (Integer) task.get(key);
    }

    boolean flag(String key) {
        return (Boolean) task.get(key);
    }

    /** The next operand. */
    PtNDArray random(long... extents) {
        Shape shape = new Shape(extents);
        float[] values = Operands.values(drawn++, Math.toIntExact(shape.size()));
        try (NDArray lent = manager.create(values, shape)) {
            return (PtNDArray) lent.duplicate();
        }
    }

    /** The next operand with the extents {@code rows} and {@code columns}. */
    PtNDArray matrix() {
        return random(extent("rows"), extent("columns"));
    }

    /** The next operand with the input's extents. */
    PtNDArray image() {
        return image(1, extent("in"), extent("height"), extent("width"));
    }

    /** The next operand with PyTorch's axes: images or filters, channels, rows, columns. */
    PtNDArray image(long count, long channels, long rows, long columns) {
        NDArray view = random(count, rows, columns, channels).transpose(0, 3, 1, 2);
        if (channelsLast) {
            return (PtNDArray) view;
        }
        return (PtNDArray) view.flatten().reshape(count, channels, rows, columns);
    }
}
