package dev.retort.acceptance.check;

import dev.retort.tensor.BackendProvider.Usability;
import dev.retort.tensor.Backends;
import dev.retort.testkit.cases.ComputeMode;
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

    /** The backend's name, such as {@code cuda:1/tf32} for {@code cuda:1}. */
    String of(String device) {
        return device + suffix;
    }

    /**
     * The backend's name, where there is one.
     *
     * @throws SkippedException if the device does not compute so
     */
    String require(String device) {
        return this == FP32 ? of(device) : usable(of(device));
    }

    /**
     * The same of the backend on which what repeats runs as CUDA graphs, such as {@code cuda/tf32/graphs}.
     *
     * @throws SkippedException if the device does not compute so, or has no graphs
     */
    String requireGraphs(String device) {
        return usable(of(device) + "/graphs");
    }

    private static String usable(String name) {
        Usability usability = Backends.choose(name).usability();
        if (!usability.usable()) {
            throw new SkippedException(name + " cannot be used: " + usability.reason());
        }
        return name;
    }
}
