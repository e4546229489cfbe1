package dev.retort.cli.progress;

import java.io.PrintStream;
import java.util.List;

/**
 * Shows how far long work is: a bar on a terminal, now and then a line elsewhere. Both tell the rate and the time that is
 * left. One thread uses it; it is closed when the work ends, finished or not.
 */
public interface Progress extends AutoCloseable {
    /** System property that is {@code true} if the error stream is a terminal; the launcher sets it. */
    String TERMINAL_PROPERTY = "retort.terminal";

    /**
     * Shows that {@code done} steps of the total are done.
     *
     * @param details what else is known, such as the loss, from the longest wording to the shortest: the longest one that there is
     *     room for is shown; empty if nothing is
     */
    void at(long done, List<String> details);

    /** As {@link #at(long, List)}, with one wording. */
    default void at(long done, String detail) {
        at(done, detail.isEmpty() ? List.of() : List.of(detail));
    }

    /** Tells the user something in a line of its own; any thread may call it. */
    void notice(String sentence);

    @Override
    void close();

    /**
     * Progress on the error stream.
     *
     * @param task its name, one or two words
     * @param start steps done earlier, which count neither in the rate nor in the time
     * @param total steps of the whole work
     */
    static Progress open(String task, long start, long total) {
        return open(task, start, total, System.err, Boolean.getBoolean(TERMINAL_PROPERTY));
    }

    /** As {@link #open(String, long, long)}, on a stream of which the caller says whether it is a terminal. */
    static Progress open(String task, long start, long total, PrintStream out, boolean terminal) {
        return terminal
                ? new BarProgress(task, start, total, out, new TerminalColumns(), System::nanoTime)
                : new LineProgress(task, start, total, out, System::nanoTime);
    }
}
