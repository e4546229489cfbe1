package dev.retort.kernels.device;

/**
 * What the calls of one kernel cost together.
 *
 * @param bytes that its operands hold: what it has to move at least, if it reads all of them once
 * @param operations additions and multiplications, 0 where they are not counted
 */
public record KernelTime(String kernel, int calls, double seconds, long bytes, double operations) {
    KernelTime plus(KernelTime other) {
        return new KernelTime(
                kernel,
                calls + other.calls,
                seconds + other.seconds,
                bytes + other.bytes,
                operations + other.operations);
    }
}
