package dev.retort.acceptance.check;

import dev.retort.tensor.BackendProvider.Usability;
import dev.retort.tensor.Backends;
import dev.retort.tensor.MatmulPrecision;

/** Names of the backends of one device: each precision of products has one, such as {@code cuda}, {@code cuda/tf32}, {@code cuda/bf16}. */
final class DeviceNames {
    private DeviceNames() {}

    /** The backend's name, such as {@code cuda:1/tf32} for {@code cuda:1}. */
    static String of(String device, MatmulPrecision precision) {
        return precision == MatmulPrecision.FP32 ? device : device + "/" + precision.label();
    }

    /**
     * The backend's name, where there is one.
     *
     * @throws SkippedException if the device does not compute in that precision
     */
    static String require(String device, MatmulPrecision precision) {
        String name = of(device, precision);
        return precision == MatmulPrecision.FP32 ? name : usable(name);
    }

    /**
     * The same of the backend on which what repeats runs as CUDA graphs, such as {@code cuda/tf32/graphs}.
     *
     * @throws SkippedException if the device does not compute in that precision, or has no graphs
     */
    static String requireGraphs(String device, MatmulPrecision precision) {
        return usable(of(device, precision) + "/graphs");
    }

    private static String usable(String name) {
        Usability usability = Backends.choose(name).usability();
        if (!usability.usable()) {
            throw new SkippedException(name + " cannot be used: " + usability.reason());
        }
        return name;
    }
}
