package dev.retort.tensor;

/**
 * What the calls of one kernel cost together.
 *
 * @param kernel its name, for people
 * @param calls how often it ran
 * @param seconds of all calls
 * @param bytes that its operands hold: what it has to move at least, if it reads all of them once
 * @param operations additions and multiplications, 0 where they are not counted
 */
public record KernelTime(String kernel, int calls, double seconds, long bytes, double operations) {
    /** Both together, under this one's name. */
    public KernelTime plus(KernelTime other) {
        return new KernelTime(
                kernel,
                calls + other.calls,
                seconds + other.seconds,
                bytes + other.bytes,
                operations + other.operations);
    }
}
