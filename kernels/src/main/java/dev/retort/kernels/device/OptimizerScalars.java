package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Scalars of optimizer steps, such as the learning rate, in device memory. They change from step to step while the arguments of the kernel
 * stay the same, so that the launch can be recorded.
 */
final class OptimizerScalars {
    private static final int MOST = 16;

    /** The scalars of one kernel on the device. */
    private record Slot(Device.Block block, double[] values) {}

    private final DeviceQueue queue;
    private final Map<String, Slot> slots = new HashMap<>();

    OptimizerScalars(DeviceQueue queue) {
        this.queue = queue;
    }

    /**
     * Device memory with these scalars.
     *
     * @param kernel that reads them, compiled for {@code type}
     */
    synchronized Device.Block of(String kernel, DType type, double... values) {
        String name = kernel + " " + type;
        Slot slot = slots.get(name);
        if (slot == null || !Arrays.equals(slot.values, values)) {
            Device.Block block = slot == null ? queue.allocate(MOST * (long) Double.BYTES) : slot.block;
            slots.put(name, new Slot(block, values));
            queue.write(type == DType.F64 ? values : floats(values), values.length, block, 0);
        }
        return slots.get(name).block;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** Gives the memory back. */
    synchronized void close() {
        slots.values().forEach(slot -> queue.free(slot.block));
        slots.clear();
    }
}
