package dev.retort.bench.floor;

/**
 * What a layer costs at least.
 *
 * @param part of the work: {@code student forward}, ...
 * @param name where the layer stands first
 * @param count how often it is run
 * @param operations floating-point operations of one run, a multiply-add counts as two; 0 where only memory is moved
 * @param bytes that one run has to read and write if nothing stays in a cache
 */
public record Cost(String part, String name, int count, double operations, double bytes) {

    /**
     * Seconds of all runs at the machine's peaks: what takes longer, arithmetic or memory.
     *
     * @param peak operations a second
     * @param bandwidth bytes a second
     */
    public double seconds(double peak, double bandwidth) {
        return count * Math.max(operations / peak, bytes / bandwidth);
    }
}
