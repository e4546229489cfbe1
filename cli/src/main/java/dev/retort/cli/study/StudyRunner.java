package dev.retort.cli.study;

import dev.retort.cli.progress.Figures;
import dev.retort.detection.data.CocoDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * Makes the runs of a study that are missing, and writes its outputs after each. Killed at any time and called again, it goes on.
 */
public final class StudyRunner {
    /** How a call ended. */
    public enum End {
        /** Every run of this call has a result. */
        COMPLETE,
        /** Some were put off by the budget. */
        PUT_OFF,
        /** Some have no result: they crashed, were killed, or another process makes them. */
        LEFT,
        /** It was asked to stop. */
        STOPPED
    }

    private final StudyPlan plan;
    private final CocoDataset test;
    private final StudyFolder folder;
    private final StudyOptions options;
    private final PrintWriter print;
    private final StudyResults results;
    private final TeacherRun teacher;
    private final RunExecution execution;
    private final RunTimes times = new RunTimes();
    private final List<String> scheduleDifferences;
    private final long start = System.nanoTime();

    private Deque<StudyPlan.Run> queue = new ArrayDeque<>();
    private boolean putOff;

    /**
     * @param train split that is learned from
     * @param test split that is evaluated on
     * @param print one line for each event, and the tables
     */
    public StudyRunner(
            Study study,
            CocoDataset train,
            CocoDataset test,
            Path out,
            StudyOptions options,
            RunLauncher launcher,
            PrintWriter print)
            throws IOException {
        RunKey key = new RunKey(train, test, study.teacher());
        this.plan = StudyPlan.of(study, key);
        this.test = test;
        this.folder = new StudyFolder(out);
        this.options = options;
        this.print = print;
        this.results = new StudyResults(plan, folder, new Bootstrap(options.bootstrap()));
        this.execution = new RunExecution(launcher, train, print);
        this.teacher = new TeacherRun(study, key, folder, execution);
        this.scheduleDifferences = ScheduleDifferences.of(study);
    }

    /** Prints rows and runs and how long what is missing will take; makes nothing. */
    public void dryRun() throws IOException {
        List<StudyPlan.Run> mine = mine();
        Forecast forecast = new Forecast(plan, times);
        List<StudyPlan.Run> missing = missing(mine);
        forecast.rows().forEach(print::println);
        scheduleDifferences.forEach(print::println);
        print.println(forecast.counts() + "; of this call " + mine.size() + ", of which "
                + (mine.size() - missing.size()) + " have a result");
        print.println(forecast.time(missing));
    }

    /**
     * Makes what is missing.
     *
     * @param stop whether to stop after the step under way
     */
    public End run(BooleanSupplier stop) throws IOException {
        Files.createDirectories(folder.root());
        scheduleDifferences.forEach(print::println);
        List<StudyPlan.Run> missing = missing(mine());
        for (StudyPlan.Run run : mine()) {
            if (!missing.contains(run)) {
                // A call before this one may have kept more.
                StudyRun.tidy(folder.run(run), options.keepModels());
            }
        }
        queue = new ArrayDeque<>(missing);
        if (!missing.isEmpty()) {
            print.println(new Forecast(plan, times).time(missing));
            boolean distils = missing.stream().anyMatch(StudyPlan.Run::distil);
            RunExecution.End end = teacher.make(distils, stop);
            if (end != RunExecution.End.DONE) {
                return end == RunExecution.End.STOPPED ? End.STOPPED : End.LEFT;
            }
            teacher.result()
                    .ifPresent(result ->
                            print.println("teacher: " + plan.study().metric().label() + " "
                                    + Shown.percent(result.value(plan.study().metric()))));
        }
        boolean left = work(missing.size(), stop);
        StudyReport report = report();
        StudyOutputs.write(report, folder.root());
        if (stop.getAsBoolean()) {
            return End.STOPPED;
        }
        print.print(TextOutput.text(report));
        print.flush();
        return left ? End.LEFT : putOff ? End.PUT_OFF : End.COMPLETE;
    }

    /** Makes the runs of the queue; whether one is left without a result. */
    private boolean work(int count, BooleanSupplier stop) throws IOException {
        ExecutorService workers = Executors.newFixedThreadPool(options.jobs());
        try {
            List<Future<Boolean>> ends = new ArrayList<>();
            for (int i = 0; i < options.jobs(); i++) {
                ends.add(workers.submit(() -> workOff(count, stop)));
            }
            boolean left = false;
            for (Future<Boolean> end : ends) {
                left |= end.get();
            }
            return left;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } finally {
            workers.shutdown();
        }
    }

    private boolean workOff(int count, BooleanSupplier stop) throws IOException {
        boolean left = false;
        for (Optional<StudyPlan.Run> next = next(stop); next.isPresent(); next = next(stop)) {
            StudyPlan.Run run = next.get();
            Path path = folder.run(run);
            if (Attempts.isGivenUp(path)) {
                print.println(run.name() + ": not tried again, it crashed twice (" + path.resolve(ProcessLauncher.LOG)
                        + " tells); remove " + path.resolve(Attempts.FILE) + " to try it");
                left = true;
                continue;
            }
            Optional<Path> model = run.distil() ? Optional.of(teacher.model()) : Optional.empty();
            var order = new RunLauncher.Order(path, run.key(), Optional.of(run.recipe()), model);
            RunExecution.End end = execution.make(run.name(), order, options.jobs() == 1, stop);
            if (end == RunExecution.End.DONE) {
                ended(run, count);
            } else {
                left = true;
            }
        }
        return left;
    }

    private synchronized Optional<StudyPlan.Run> next(BooleanSupplier stop) {
        if (stop.getAsBoolean() || queue.isEmpty()) {
            return Optional.empty();
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        double needed = times.estimate(queue.peek()).orElse(0);
        if (elapsed + needed > options.budgetSeconds()) {
            putOff = true;
            print.println("the budget leaves no time for " + queue.peek().name() + " (about " + Figures.duration(needed)
                    + "): " + queue.size() + " runs are put off");
            queue.clear();
            return Optional.empty();
        }
        return Optional.of(queue.poll());
    }

    private synchronized void ended(StudyPlan.Run run, int count) throws IOException {
        RunResult result = folder.result(run).orElseThrow();
        StudyRun.tidy(folder.run(run), options.keepModels());
        String name = run.name() + " (" + (count - queue.size()) + " of " + count + "): ";
        if (result.isFailed()) {
            print.println(name + "failed: " + result.failure().orElseThrow().message());
        } else {
            times.add(run, result.seconds().total());
            print.println(name + plan.study().metric().label() + " "
                    + Shown.percent(result.value(plan.study().metric())) + ", "
                    + Figures.duration(result.seconds().total()));
        }
        print.flush();
        StudyOutputs.write(report(), folder.root());
    }

    private List<StudyPlan.Run> mine() {
        return options.shard().of(plan.runs(options.tables()));
    }

    /** The runs without a result; what the others took is remembered. */
    private List<StudyPlan.Run> missing(List<StudyPlan.Run> mine) throws IOException {
        for (StudyPlan.Run run : plan.runs()) {
            Optional<RunResult> result = folder.result(run);
            if (result.isPresent() && !result.get().isFailed()) {
                times.add(run, result.get().seconds().total());
            }
        }
        List<StudyPlan.Run> missing = new ArrayList<>();
        for (StudyPlan.Run run : mine) {
            if (folder.result(run).isEmpty()) {
                missing.add(run);
            }
        }
        return missing;
    }

    private StudyReport report() throws IOException {
        List<TableFigures> tables = results.tables();
        Set<String> known =
                new HashSet<>(plan.runs().stream().map(StudyPlan.Run::folder).toList());
        List<String> notices = new ArrayList<>(scheduleDifferences);
        notices.addAll(StudyNotices.of(plan.study(), tables, teacher.result()));
        return new StudyReport(
                plan, test.size(), teacher.result(), teacher.name(), tables, notices, folder.others(known));
    }
}
