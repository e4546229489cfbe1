package dev.retort.kernels.device;

/**
 * A function of the device sources.
 *
 * @param unit where it stands
 * @param function its name
 */
public record Kernel(KernelUnit unit, String function) {
    @Override
    public String toString() {
        return function + " " + unit.type();
    }
}
