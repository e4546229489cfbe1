package dev.retort.bench.check;

import dev.retort.tensor.BackendProvider.Usability;
import dev.retort.tensor.Backends;

/** A device on which what repeats runs as CUDA graphs: a backend of its own, such as {@code cuda/tf32/graphs}. */
final class Graphs {
    static final String SUFFIX = "/graphs";

    private Graphs() {}

    /**
     * The backend's name.
     *
     * @throws SkippedException if the device has no graphs
     */
    static String require(String device) {
        Usability usability = Backends.choose(device + SUFFIX).usability();
        if (!usability.usable()) {
            throw new SkippedException(device + SUFFIX + " cannot be used: " + usability.reason());
        }
        return device + SUFFIX;
    }
}
