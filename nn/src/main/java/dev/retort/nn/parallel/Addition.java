package dev.retort.nn.parallel;

/** Takes what one rank brings to a sum. */
@FunctionalInterface
public interface Addition {
    /**
     * Adds a rank's values of the chunk that this rank owns.
     *
     * @param rank whose values they are; calls come in the order of ranks, from 0, on the caller's thread
     * @param pieces that rank's array, to be read from {@code from} to {@code to} only and not after this call
     * @param from first element of the chunk
     * @param to first element behind it
     */
    void add(int rank, float[] pieces, int from, int to);
}
