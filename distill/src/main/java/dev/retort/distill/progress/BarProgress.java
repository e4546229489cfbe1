package dev.retort.distill.progress;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that is redrawn in place on a terminal. */
final class BarProgress implements Progress {
    private static final int REDRAW_MILLISECONDS = 250;

    private final ProgressBar bar;

    BarProgress(String task, long start, long total, PrintStream out) {
        bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(start, Duration.ZERO)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
                .setUpdateIntervalMillis(REDRAW_MILLISECONDS)
                .setConsumer(new ConsoleProgressBarConsumer(out))
                .showSpeed()
                .build();
    }

    @Override
    public void at(long done, String detail) {
        bar.stepTo(done);
        bar.setExtraMessage(" " + detail);
    }

    @Override
    public void close() {
        bar.close();
    }
}
