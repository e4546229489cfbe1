package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.KernelTime;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The one way to a device: calls come from one thread at a time, and none after it was closed. It keeps a tally of what was put on the
 * queue: who asks whether an operation ran on the device finds it here.
 */
final class DeviceQueue {
    private final Device device;
    private final Map<String, Long> launches = new TreeMap<>();
    private Profile profile;
    private boolean closed;

    DeviceQueue(Device device) {
        this.device = device;
    }

    private Device open() {
        if (closed) {
            throw new IllegalStateException("The backend on " + device.describe() + " has been closed");
        }
        return device;
    }

    String describe() {
        return device.describe();
    }

    DeviceTraits traits() {
        return device.traits();
    }

    Launch kernel(String file, DType type, String function) {
        return kernel(file, type, Map.of(), function);
    }

    /** A kernel of a file with numbers of its own. */
    Launch kernel(String file, DType type, Map<String, Integer> numbers, String function) {
        return new Launch(this, new Kernel(new KernelUnit(file, type, numbers), function));
    }

    synchronized void launch(Kernel kernel, Grid grid, Arguments arguments) {
        open().launch(kernel, grid, arguments, profile);
        launches.merge(kernel.toString(), 1L, Long::sum);
    }

    /** Has the vendor's library make products. For a profile the host waits before and after, since the library has no events. */
    synchronized void gemm(GemmSpec spec, Tensor a, Tensor b, Tensor c) {
        Kernel library = new Kernel(new KernelUnit("library", c.dtype(), Map.of()), "library_gemm");
        DeviceStorage.of(c).wrote(null);
        if (profile != null) {
            open().finish();
        }
        long start = System.nanoTime();
        open().productLibrary()
                .orElseThrow()
                .gemm(
                        c.dtype(),
                        spec,
                        DeviceStorage.of(a).block(),
                        a.offset(),
                        DeviceStorage.of(b).block(),
                        b.offset(),
                        DeviceStorage.of(c).block(),
                        c.offset());
        if (profile != null) {
            open().finish();
            Arguments moved = new Arguments();
            for (Tensor x : new Tensor[] {a, b, c}) {
                moved.block(DeviceStorage.of(x).block(), x.size() * x.dtype().bytes());
            }
            moved.computes(2.0 * spec.m() * spec.n() * spec.k() * spec.batch1() * spec.batch2());
            profile.add(library, (System.nanoTime() - start) / 1e9, moved);
        }
        launches.merge(library.toString(), 1L, Long::sum);
    }

    synchronized void finish() {
        open().finish();
    }

    synchronized void startProfile() {
        open().finish();
        profile = new Profile();
    }

    /** What was measured; ends the profile. */
    synchronized List<KernelTime> profile() {
        open().finish();
        List<KernelTime> times = profile == null ? List.of() : profile.times();
        profile = null;
        return times;
    }

    synchronized void write(Object array, int length, Device.Block to, long offset) {
        open().write(array, length, to, offset);
    }

    synchronized void read(Device.Block from, long offset, Object array) {
        open().read(from, offset, array);
    }

    synchronized Device.Block allocate(long bytes) {
        return open().allocate(bytes);
    }

    /** Gives a block back; one that is given back late goes with the device. */
    synchronized void free(Device.Block block) {
        if (!closed) {
            device.free(block);
        }
    }

    /** Closes the device, once. */
    synchronized void close() {
        if (!closed) {
            closed = true;
            device.close();
        }
    }

    /** How often each kernel was put on the queue. */
    synchronized Map<String, Long> launches() {
        return new TreeMap<>(launches);
    }
}
