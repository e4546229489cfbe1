package dev.retort.cli.progress;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * A bar that is redrawn in place on a terminal, by a thread of its own, so that the time goes on while a step takes long. It
 * knows of the terminal nothing but its width and leaves its settings and the process's signals alone.
 */
final class BarProgress implements Progress {
    private static final int REDRAW_MILLISECONDS = 250;
    /** The rate is a mean over so many reports. */
    private static final int RECENT = 50;

    private final String task;
    private final long total;
    private final PrintStream out;
    private final IntSupplier columns;
    private final LongSupplier clock;
    private final long begin;
    private final Deque<Report> recent = new ArrayDeque<>();
    private final ScheduledExecutorService redrawing;
    private List<String> details = List.of();
    private int drawn;
    private boolean closed;

    /** So many steps were done at a time. */
    private record Report(long time, long done) {}

    BarProgress(String task, long start, long total, PrintStream out, IntSupplier columns, LongSupplier clock) {
        this.task = task;
        this.total = total;
        this.out = out;
        this.columns = columns;
        this.clock = clock;
        this.begin = clock.getAsLong();
        recent.add(new Report(begin, start));
        draw(false);
        redrawing = Executors.newSingleThreadScheduledExecutor(run -> {
            Thread thread = new Thread(run, "retort-progress");
            thread.setDaemon(true);
            return thread;
        });
        redrawing.scheduleWithFixedDelay(
                () -> draw(false), REDRAW_MILLISECONDS, REDRAW_MILLISECONDS, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void at(long done, List<String> wordings) {
        recent.add(new Report(clock.getAsLong(), done));
        if (recent.size() > RECENT) {
            recent.remove();
        }
        details = wordings;
    }

    private synchronized void draw(boolean ended) {
        if (closed) {
            return;
        }
        long now = clock.getAsLong();
        Report first = recent.getFirst();
        Report last = recent.getLast();
        double window = (last.time - first.time) / 1e9;
        double perSecond = window > 0 ? (last.done - first.done) / window : 0;
        String line = new BarLine(task, last.done, total, perSecond, (now - begin) / 1e9, ended, details)
                .text(columns.getAsInt());
        // What is left of a longer line is overwritten.
        out.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
        out.flush();
        drawn = line.length();
    }

    @Override
    public synchronized void notice(String sentence) {
        String line = "retort: " + sentence;
        out.println("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
        drawn = 0;
        draw(false);
    }

    @Override
    public synchronized void close() {
        redrawing.shutdown();
        draw(true);
        closed = true;
        out.println();
        out.flush();
    }
}
