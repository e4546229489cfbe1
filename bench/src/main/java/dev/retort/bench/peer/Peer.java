package dev.retort.bench.peer;

import java.util.Map;

/** Another library that does the same work, in turns with this one. Closing it ends what it has started. */
public interface Peer extends AutoCloseable {
    /** Name and version. */
    String name();

    /**
     * Makes operands, warms up (three rounds) and stays ready for {@link #seconds}; what was prepared before goes.
     *
     * @param task {@code kind} and extents, see {@link dev.retort.bench.work.Work}
     * @return whether the peer does such work at all
     */
    boolean prepare(String name, Map<String, Object> task);

    /** Seconds of one execution of what was prepared, averaged over a round. */
    double seconds();

    /** Largest resident memory of the peer's process since {@link #prepare}; null if it shares this one. */
    Long peakBytes();

    @Override
    void close();
}
