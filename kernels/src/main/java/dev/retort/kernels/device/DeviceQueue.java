package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The queue of a device with a tally of what was put on it: who asks whether an operation ran on the device finds it here. */
final class DeviceQueue {
    private final Device device;
    private final Map<String, Long> launches = new TreeMap<>();
    private Profile profile;

    DeviceQueue(Device device) {
        this.device = device;
    }

    Launch kernel(String file, DType type, String function) {
        return new Launch(this, new Kernel(file, type, function, ""));
    }

    synchronized void launch(Kernel kernel, Grid grid, Arguments arguments) {
        launches.merge(kernel.toString(), 1L, Long::sum);
        device.launch(kernel, grid, arguments, profile);
    }

    synchronized void finish() {
        device.finish();
    }

    synchronized void startProfile() {
        device.finish();
        profile = new Profile();
    }

    synchronized List<KernelTime> profile() {
        device.finish();
        return profile == null ? List.of() : profile.times();
    }

    synchronized void write(Object array, int length, Device.Block to, long offset) {
        device.write(array, length, to, offset);
    }

    synchronized void read(Device.Block from, long offset, Object array) {
        device.read(from, offset, array);
    }

    /** How often each kernel was put on the queue. */
    synchronized Map<String, Long> launches() {
        return new TreeMap<>(launches);
    }
}
