package dev.retort.cli.study;

import dev.retort.detection.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The study's teacher: trained once and evaluated before any run; a model that is there already is only evaluated. */
final class TeacherRun {
    private final Optional<Study.Teacher> teacher;
    private final RunKey keys;
    private final StudyFolder folder;
    private final RunExecution execution;

    TeacherRun(Study study, RunKey keys, StudyFolder folder, RunExecution execution) {
        this.teacher = study.teacher();
        this.keys = keys;
        this.folder = folder;
        this.execution = execution;
    }

    /** For people; empty if there is none. */
    String name() {
        if (teacher.isEmpty()) {
            return "";
        }
        return teacher.get() instanceof Study.Teacher.Trained trained
                ? trained.file().getFileName() + ", seed " + trained.seed()
                : model().getFileName().toString();
    }

    private long seed() {
        return teacher.get() instanceof Study.Teacher.Trained trained ? trained.seed() : 0;
    }

    private Path path() {
        return folder.teacher(keys.ofTeacher(), seed());
    }

    /** The file of its weights. */
    Path model() {
        return teacher.orElseThrow() instanceof Study.Teacher.Model model
                ? model.file()
                : path().resolve(TrainingRun.MODEL);
    }

    /** Its result; none while there is none. */
    Optional<RunResult> result() throws IOException {
        return teacher.isEmpty() ? Optional.empty() : StudyFolder.result(path(), keys.ofTeacher());
    }

    /**
     * Makes what is missing.
     *
     * @param needed whether a run needs its weights
     */
    RunExecution.End make(boolean needed, BooleanSupplier stop) throws IOException {
        if (teacher.isEmpty() || !needed) {
            return RunExecution.End.DONE;
        }
        if (result().isPresent() && !result().get().isFailed() && !Files.exists(model())) {
            // The result came from another machine, without the weights.
            Files.delete(path().resolve(RunResult.FILE));
        }
        RunLauncher.Order order = teacher.get() instanceof Study.Teacher.Trained trained
                ? new RunLauncher.Order(
                        path(),
                        keys.ofTeacher(),
                        Optional.of(trained.recipe().with("training.seed=" + trained.seed())),
                        Optional.empty())
                : new RunLauncher.Order(path(), keys.ofTeacher(), Optional.empty(), Optional.of(model()));
        RunExecution.End end =
                result().isPresent() ? RunExecution.End.DONE : execution.make("teacher", order, true, stop);
        if (end == RunExecution.End.DONE && result().orElseThrow().isFailed()) {
            throw new IllegalStateException("The teacher failed: "
                    + result().orElseThrow().failure().orElseThrow().message() + ". Change its recipe in the study");
        }
        return end;
    }
}
