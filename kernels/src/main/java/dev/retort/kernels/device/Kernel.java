package dev.retort.kernels.device;

import dev.retort.tensor.DType;

/**
 * A function of the device sources.
 *
 * @param file the source file's name without its ending, for example {@code unary}
 * @param type what its T stands for
 * @param function the function's name
 * @param defines compiler options that give the file its numbers, or empty
 */
public record Kernel(String file, DType type, String function, String defines) {
    @Override
    public String toString() {
        return function + " " + type;
    }
}
