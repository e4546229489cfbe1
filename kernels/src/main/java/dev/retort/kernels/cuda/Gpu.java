package dev.retort.kernels.cuda;

import java.util.Locale;
import java.util.Optional;

/**
 * A GPU, before it is used.
 *
 * @param index the driver's number of it
 * @param name as the driver has it
 * @param major the first number of its compute capability
 * @param minor the second
 * @param memory bytes
 */
record Gpu(int index, String name, int major, int minor, long memory) {
    /** The kernels are compiled for Ampere, and assembled by the driver for what is newer. */
    private static final int OLDEST_MAJOR = 8;

    /** Why kernels cannot run on it; empty if they can. */
    Optional<String> unsupportedReason() {
        return major >= OLDEST_MAJOR
                ? Optional.empty()
                : Optional.of(this + " is too old: Retort's kernels need compute capability " + OLDEST_MAJOR
                        + ".0 (Ampere, 2020) or later; use opencl on it, or simd");
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s (compute capability %d.%d, %.1f GB)", name, major, minor, memory / 1e9);
    }
}
