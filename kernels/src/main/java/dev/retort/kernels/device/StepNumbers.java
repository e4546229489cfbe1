package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers of optimisers' steps, such as the learning rate, in memory on the device. They change from step to step; what a kernel is called
 * with does not, and so a call can be recorded.
 */
final class StepNumbers {
    private static final int MOST = 16;

    /** Numbers of a kind that are on the device. */
    private record Place(Device.Block block, double[] values) {}

    private final DeviceQueue queue;
    private final Map<String, Place> places = new HashMap<>();

    StepNumbers(DeviceQueue queue) {
        this.queue = queue;
    }

    /**
     * Where a kernel finds the numbers.
     *
     * @param kernel whose numbers of that type they are
     */
    synchronized Device.Block of(String kernel, DType type, double... values) {
        String name = kernel + " " + type;
        Place place = places.get(name);
        if (place == null || !Arrays.equals(place.values, values)) {
            Device.Block block = place == null ? queue.allocate(MOST * (long) Double.BYTES) : place.block;
            places.put(name, new Place(block, values));
            queue.write(type == DType.F64 ? values : floats(values), values.length, block, 0);
        }
        return places.get(name).block;
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
        places.values().forEach(place -> queue.free(place.block));
        places.clear();
    }
}
