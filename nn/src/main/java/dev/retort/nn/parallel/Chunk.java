package dev.retort.nn.parallel;

/**
 * The part of an array that one rank owns: ranks' chunks follow each other, and their lengths differ by 1 at most. Some are empty
 * where there are more ranks than elements.
 *
 * @param from first element
 * @param to first element behind it
 */
public record Chunk(int from, int to) {
    /** The chunk of rank {@code rank} of {@code size}, of an array of {@code length} elements. */
    public static Chunk of(int length, int rank, int size) {
        return new Chunk((int) ((long) length * rank / size), (int) ((long) length * (rank + 1) / size));
    }

    /** Number of its elements. */
    public int length() {
        return to - from;
    }
}
