package dev.retort.detection.train;

import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.eval.CocoMetric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * A training run in a folder: steps with a listener and the {@link RunTracker}s that the recipe asks for, checkpoints in between, the model at the end. A wish to stop (Ctrl-C) ends
 * it after the step under way, a failure at once; both leave a checkpoint of the last whole step to resume from. Among ranks it is
 * rank 0's.
 */
public final class TrainingRun {
    /** Name of the checkpoint in the run's folder. */
    public static final String CHECKPOINT = "checkpoint.safetensors";
    /** Name of the finished model in the run's folder. */
    public static final String MODEL = "model.safetensors";
    /** Name of the model with the highest AP so far, where the recipe asks for evaluations. */
    public static final String BEST_MODEL = "model-best.safetensors";

    private final Trainer trainer;
    private final Detector student;
    private final Path folder;
    private final String goOn;
    private final CocoDataset test;
    private final Validation validation;

    /** Iteration of the checkpoint in the folder. */
    private long saved;

    /**
     * @param test what is evaluated on; read only where the recipe has {@code training.evaluateEvery}
     * @param goOn how a run that was stopped goes on, for messages: {@code add --resume}
     */
    public TrainingRun(Trainer trainer, Detector student, CocoDataset test, Path folder, String goOn) {
        this.trainer = trainer;
        this.student = student;
        this.test = test;
        this.folder = folder;
        this.goOn = goOn;
        validation = new Validation(student.recipe().training());
    }

    /**
     * Goes on from the folder's checkpoint.
     *
     * @param anyway as {@link Trainer#restore} has it
     * @return notices for the user, one sentence each
     * @throws IOException if there is none, or it is damaged
     * @throws TrainingException if it is of another run
     */
    public List<String> resume(boolean anyway) throws IOException {
        Path file = checkpoint();
        if (!Files.isRegularFile(file)) {
            throw new IOException("Nothing to resume: there is no " + file + ". Leave --resume out to start anew");
        }
        Trainer.Restored restored = trainer.restore(file, anyway);
        List<String> notices = new ArrayList<>(restored.notices());
        saved = trainer.iteration();
        try {
            validation.restore(restored.metadata());
        } catch (NumberFormatException e) {
            throw new IOException(
                    file
                            + ": its record of evaluations cannot be read: the file is damaged. Take another copy of it, or"
                            + " start anew in another folder",
                    e);
        }
        if (isComplete()) {
            String ended = saved >= trainer.iterations()
                    ? "the run has " + trainer.iterations()
                    : "AP has not been better for as long as training.patience";
            notices.add("no step is left: " + file + " is of iteration " + saved + ", and " + ended
                    + "; the model is written as it is there");
        }
        return notices;
    }

    /**
     * Trains to the end, or until evaluations have not been better for as long as the recipe's patience.
     *
     * @param every iterations between two checkpoints
     * @param stop whether to stop after the step under way; an evaluation under way is given up and made up for later
     * @return whether the run is complete; false if it was stopped, see {@link #stopped}
     * @throws RunBrokenOffException if a step, an evaluation or the listener failed; its cause is the failure
     */
    public boolean run(int every, BooleanSupplier stop, RunListener listener) throws IOException {
        RunTrackers told = RunTrackers.open(
                new TrackedRun(
                        student.recipe(), test, folder, trainer.iteration(), student.backend(), listener::notice),
                listener);
        boolean complete;
        try {
            complete = train(every, stop, told);
        } catch (IOException | RuntimeException | Error failure) {
            told.fail(failure);
            throw failure;
        }
        told.end(complete ? RunTracker.End.COMPLETE : RunTracker.End.STOPPED);
        return complete;
    }

    private boolean train(int every, BooleanSupplier stop, RunListener listener) throws IOException {
        if (trainer.iteration() == 0) {
            StatisticsCheck.requireFrozenOnesKnown(student);
        }
        boolean stopping = stop.getAsBoolean();
        if (!stopping) {
            evaluate(stop, listener);
        }
        while (!isComplete() && !stopping) {
            step(listener);
            // Read once: a wish after this line is for the next step, so no step is left without a checkpoint.
            stopping = stop.getAsBoolean();
            if (!stopping) {
                stopping = !evaluate(stop, listener);
            }
            if (trainer.iteration() % every == 0 || isComplete() || stopping) {
                write(CHECKPOINT, this::save);
                saved = trainer.iteration();
                listener.saved(checkpoint());
            }
        }
        boolean complete = isComplete() && !stopping;
        if (complete) {
            student.network().setTraining(false);
            saveAveraged(MODEL);
            listener.saved(folder.resolve(MODEL));
        }
        return complete;
    }

    private boolean isComplete() {
        return trainer.iteration() >= trainer.iterations() || validation.isOutOfPatience();
    }

    private void step(RunListener listener) {
        guarded(() -> {
            listener.step(trainer.step());
            return true;
        });
    }

    /** Evaluates where it is due; whether that was not given up. */
    private boolean evaluate(BooleanSupplier stop, RunListener listener) {
        long iteration = trainer.iteration();
        if (!validation.isDue(iteration, trainer.iterations())) {
            return true;
        }
        return guarded(() -> {
            Optional<Evaluation> evaluation = trainer.withAverage(() -> evaluation(stop));
            if (evaluation.isEmpty()) {
                return false;
            }
            boolean best = validation.add(iteration, evaluation.get().metrics().value(CocoMetric.AP));
            if (best) {
                saveAveraged(BEST_MODEL);
                listener.saved(folder.resolve(BEST_MODEL));
            }
            listener.evaluated(iteration, evaluation.get(), best);
            return true;
        });
    }

    private Optional<Evaluation> evaluation(BooleanSupplier stop) {
        try {
            return Optional.of(Evaluation.of(student, test, done -> {
                if (stop.getAsBoolean()) {
                    throw new CancellationException("training was stopped");
                }
            }));
        } catch (CancellationException e) {
            return Optional.empty();
        }
    }

    /** What can fail for a reason that the run's folder should outlive. */
    @FunctionalInterface
    private interface Guarded {
        boolean run() throws IOException;
    }

    private boolean guarded(Guarded work) {
        try {
            return work.run();
        } catch (TrainingException diverged) {
            // The weights that gave such a loss are not worth a checkpoint; the last one may be.
            throw new RunBrokenOffException(left(), diverged);
        } catch (IOException e) {
            throw new RunBrokenOffException(keep(e), new UncheckedIOException(e.getMessage(), e));
        } catch (RuntimeException | OutOfMemoryError failure) {
            throw new RunBrokenOffException(keep(failure), failure);
        }
    }

    private void save(Path file) throws IOException {
        trainer.save(file, validation.state());
    }

    private void saveAveraged(String name) throws IOException {
        trainer.withAverage(() -> {
            write(name, student::save);
            return null;
        });
    }

    /** Saves the last whole step after a failure, and tells what there is. */
    private String keep(Throwable failure) {
        if (trainer.isWhole() && trainer.iteration() > saved) {
            try {
                save(checkpoint());
                saved = trainer.iteration();
            } catch (IOException | RuntimeException | OutOfMemoryError again) {
                failure.addSuppressed(again);
                return ("No checkpoint of iteration " + trainer.iteration() + " could be written (" + again.getMessage()
                                + "). " + left())
                        .strip();
            }
        }
        return left();
    }

    private String left() {
        return saved > 0 ? "The run is kept: " + checkpoint() + " is of iteration " + saved + " (" + goOn + ")" : "";
    }

    /** One sentence on a run that was stopped. */
    public String stopped() {
        return "stopped at iteration " + trainer.iteration() + " of " + trainer.iterations()
                + (saved > 0 ? "; " + checkpoint() + " is there to go on from (" + goOn + ")" : "");
    }

    private Path checkpoint() {
        return folder.resolve(CHECKPOINT);
    }

    /** Writes a file that may be there already. */
    @FunctionalInterface
    private interface Saving {
        void to(Path file) throws IOException;
    }

    private void write(String name, Saving saving) throws IOException {
        Path file = folder.resolve(name);
        try {
            saving.to(file);
        } catch (IOException e) {
            String left =
                    saved > 0 ? ". The checkpoint of iteration " + saved + " is untouched: make room and --resume" : "";
            throw new IOException("Cannot write " + file + ": " + e.getMessage() + left, e);
        }
    }
}
