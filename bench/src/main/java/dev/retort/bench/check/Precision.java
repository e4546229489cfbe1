package dev.retort.bench.check;

import dev.retort.tensor.BackendProvider.Usability;
import dev.retort.tensor.Backends;
import dev.retort.tensor.cases.ComputeMode;
import java.util.Locale;

/** How products are computed: on a device each has a backend of its own, {@code cuda}, {@code cuda/tf32}, {@code cuda/bf16}. */
enum Precision {
    FP32(ComputeMode.EXACT, ""),
    TF32(ComputeMode.TF32, "/tf32"),
    BF16(ComputeMode.BF16, "/bf16");

    private final ComputeMode mode;
    private final String suffix;

    Precision(ComputeMode mode, String suffix) {
        this.mode = mode;
        this.suffix = suffix;
    }

    ComputeMode mode() {
        return mode;
    }

    /** As parts and peers name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The backend's name, such as {@code cuda/tf32:1} for {@code cuda:1}. */
    String of(String device) {
        int colon = device.indexOf(':');
        return colon < 0 ? device + suffix : device.substring(0, colon) + suffix + device.substring(colon);
    }

    /**
     * The backend's name, where there is one.
     *
     * @throws SkippedException if the device does not compute so
     */
    String require(String device) {
        String name = of(device);
        if (this == FP32) {
            return name;
        }
        try {
            Usability usability = Backends.choose(name).usability();
            if (!usability.usable()) {
                throw new SkippedException(name + " cannot be used: " + usability.reason());
            }
        } catch (IllegalArgumentException none) {
            throw new SkippedException(device + " has no compute mode " + this);
        }
        return name;
    }
}
