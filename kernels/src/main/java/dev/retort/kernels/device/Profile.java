package dev.retort.kernels.device;

import dev.retort.tensor.KernelTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds up how long kernels ran. */
public final class Profile {
    private final Map<String, KernelTime> times = new LinkedHashMap<>();

    /** A call of a kernel that took so long. */
    public void add(Kernel kernel, double seconds, Arguments arguments) {
        KernelTime call = new KernelTime(kernel.toString(), 1, seconds, arguments.bytes(), arguments.operations());
        times.merge(call.kernel(), call, KernelTime::plus);
    }

    /** By kernel, the longest first. */
    List<KernelTime> times() {
        List<KernelTime> sorted = new ArrayList<>(times.values());
        sorted.sort(Comparator.comparingDouble(KernelTime::seconds).reversed());
        return sorted;
    }
}
