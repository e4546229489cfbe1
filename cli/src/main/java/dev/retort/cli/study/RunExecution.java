package dev.retort.cli.study;

import dev.retort.cli.progress.Figures;
import dev.retort.cli.progress.MetricsLine;
import dev.retort.cli.progress.MetricsLog;
import dev.retort.cli.progress.Progress;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.train.Trainer;
import dev.retort.detection.train.TrainingRun;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Makes one run by a launcher, shows how far it is, and takes down how it ended. */
final class RunExecution {
    /** How a run ended. */
    enum End {
        DONE,
        STOPPED,
        /** Without a result, which was told. */
        LEFT
    }

    /** What a killed process may need for its last step. */
    private static final long PATIENCE_MILLIS = 60_000;

    private static final long LOOK_NANOS = 1_000_000_000L;
    /** A process that was ended by a signal has 128 and the signal's number. */
    private static final int SIGNALS = 128;
    /** The JVM itself ended it, by SIGABRT: a crash. */
    private static final int JVM_ABORT = SIGNALS + 6;

    private final RunLauncher launcher;
    private final CocoDataset train;
    private final PrintWriter print;

    RunExecution(RunLauncher launcher, CocoDataset train, PrintWriter print) {
        this.launcher = launcher;
        this.train = train;
        this.print = print;
    }

    /**
     * Makes a run that has no result.
     *
     * @param alone whether it may have a bar
     */
    End make(String name, RunLauncher.Order order, boolean alone, BooleanSupplier stop) throws IOException {
        Path folder = order.folder();
        Files.createDirectories(folder);
        Optional<String> inUse = StudyFolder.awaitFree(folder, PATIENCE_MILLIS);
        if (inUse.isPresent()) {
            print.println(name + ": left to another process: " + inUse.get());
            return End.LEFT;
        }
        if (StudyFolder.result(folder, order.key()).isPresent()) {
            return End.DONE;
        }
        int code = launch(name, order, alone, stop);
        if (StudyFolder.result(folder, order.key()).isPresent()) {
            Attempts.clear(folder);
            return End.DONE;
        }
        if (stop.getAsBoolean() || code == RunLauncher.STOPPED) {
            print.println(name + ": stopped; the same command goes on");
            return End.STOPPED;
        }
        if (code == RunLauncher.IN_USE) {
            print.println(name + ": left to another process, which began it just before");
            return End.LEFT;
        }
        String log = folder.resolve(ProcessLauncher.LOG).toString();
        if (code > SIGNALS && code != JVM_ABORT) {
            print.println(name + ": its process was killed (signal " + (code - SIGNALS)
                    + "); the same command goes on. " + "Too little memory is a reason: " + log);
            return End.LEFT;
        }
        String message = "exit code " + code + ": " + lastLine(folder);
        Attempts.add(folder, message);
        print.println(name + ": ended without a result, " + message + " (" + log + "); "
                + (Attempts.isGivenUp(folder) ? "it is not tried again" : "the next call tries it once more"));
        return End.LEFT;
    }

    private int launch(String name, RunLauncher.Order order, boolean alone, BooleanSupplier stop) throws IOException {
        boolean bar = alone && order.recipe().isPresent() && Boolean.getBoolean(Progress.TERMINAL_PROPERTY);
        if (!bar) {
            print.println(name + ": begun");
            print.flush();
            return launcher.launch(order, stop, () -> {});
        }
        Path metrics = order.folder().resolve(MetricsLog.FILE);
        boolean resumed = Files.exists(order.folder().resolve(TrainingRun.CHECKPOINT));
        long done = resumed ? iteration(metrics) : 0;
        long total = Trainer.iterations(order.recipe().orElseThrow(), train);
        try (Progress progress = Progress.open(name, done, total)) {
            long[] looked = {System.nanoTime()};
            return launcher.launch(order, stop, () -> {
                if (System.nanoTime() - looked[0] > LOOK_NANOS) {
                    looked[0] = System.nanoTime();
                    last(metrics)
                            .ifPresent(line -> progress.at(
                                    line.iteration() + 1,
                                    Figures.losses(line.losses(), line.learningRate(), Double.NaN)));
                }
            });
        }
    }

    private static long iteration(Path metrics) {
        return last(metrics).map(line -> line.iteration() + 1).orElse(0L);
    }

    /** The last line that the process wrote; none while it writes it. */
    private static Optional<MetricsLine> last(Path metrics) {
        try {
            List<MetricsLine> lines = Files.exists(metrics) ? MetricsLog.read(metrics) : List.of();
            return lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(lines.size() - 1));
        } catch (IOException beingWritten) {
            return Optional.empty();
        }
    }

    private static String lastLine(Path folder) throws IOException {
        Path log = folder.resolve(ProcessLauncher.LOG);
        if (!Files.exists(log)) {
            return "it printed nothing";
        }
        return Utf8File.read(log)
                .lines()
                .filter(line -> line.startsWith("retort: "))
                .reduce((first, second) -> second)
                .map(line -> line.substring("retort: ".length()))
                .orElse("its log says no more");
    }
}
