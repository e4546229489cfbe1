package dev.retort.acceptance.check;

import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * A whole check's time, where a device is lent for minutes. A part gets at most half of what is left, so that one that hangs does not take
 * the time of all others; what does not fit is left out and said so.
 */
public final class Lease {
    private static final long SECOND = 1_000_000_000L;
    /** For the last report and the end of the last process. */
    private static final int RESERVE = 5;
    /** Less is not enough for a process to start and to say anything. */
    private static final int LEAST = 20;

    private final LongSupplier clock;
    private final long end;

    /** Begins now. */
    public Lease(int minutes) {
        this(60 * minutes, System::nanoTime);
    }

    /** @param clock in nanoseconds */
    Lease(int seconds, LongSupplier clock) {
        this.clock = clock;
        this.end = clock.getAsLong() + (seconds - RESERVE) * SECOND;
    }

    private int left() {
        return (int) Math.max(0, (end - clock.getAsLong()) / SECOND);
    }

    /** The limit of a part that may have {@code own} seconds where time does not matter. */
    private TimeLimit share(int own) {
        int left = left();
        int share = Math.min(left, Math.max(LEAST, left / 2));
        return own <= share ? TimeLimit.of(own) : TimeLimit.ofLease(share);
    }

    /** How a part is run within the lease. */
    @FunctionalInterface
    public interface Limited {
        PartResult run(TimeLimit limit) throws IOException, InterruptedException;
    }

    /** Runs a part if there is time for it. */
    public PartResult run(Part part, int own, Limited runner) throws IOException, InterruptedException {
        return left() < LEAST
                ? PartResult.begun(part).ended(Status.SKIPPED, 0, "no time was left of --minutes")
                : runner.run(share(own));
    }
}
