package dev.retort.cli.progress;

import java.io.PrintStream;
import java.util.List;
import java.util.function.LongSupplier;

/** Plain lines for logs: one for the first step, one for the last, and at most one in ten seconds between them. */
final class LineProgress implements Progress {
    private static final long PAUSE_NANOSECONDS = 10_000_000_000L;

    private final String task;
    private final long start;
    private final long total;
    private final PrintStream out;
    private final LongSupplier clock;
    private final long begin;
    private long lastLine;
    private long lastDone;
    private boolean anyLine;
    private String unseen;

    LineProgress(String task, long start, long total, PrintStream out, LongSupplier clock) {
        this.task = task;
        this.start = start;
        this.total = total;
        this.out = out;
        this.clock = clock;
        this.begin = clock.getAsLong();
        this.lastDone = start;
    }

    @Override
    public void at(long done, List<String> details) {
        String detail = details.isEmpty() ? "" : details.get(0);
        long now = clock.getAsLong();
        lastDone = done;
        if (!anyLine || done == total || now - lastLine >= PAUSE_NANOSECONDS) {
            print(now, detail);
        } else {
            unseen = detail;
        }
    }

    private void print(long now, String detail) {
        anyLine = true;
        lastLine = now;
        unseen = null;
        double seconds = (now - begin) / 1e9;
        double perSecond = (lastDone - start) / Math.max(seconds, 1e-9);
        String time = lastDone >= total
                ? "took " + Figures.duration(seconds)
                : Figures.duration((total - lastDone) / perSecond) + " left";
        String extra = detail.isEmpty() ? "" : "  " + detail;
        out.println(task + " " + lastDone + "/" + total + extra + "  " + Figures.perSecond(perSecond) + ", " + time);
        out.flush();
    }

    @Override
    public void notice(String sentence) {
        out.println("retort: " + sentence);
    }

    /** Where the work was broken off is worth a line. */
    @Override
    public void close() {
        if (unseen != null) {
            print(clock.getAsLong(), unseen);
        }
    }
}
