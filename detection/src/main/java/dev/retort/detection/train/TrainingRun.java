package dev.retort.detection.train;

import dev.retort.detection.Detector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A training run in a folder: steps with a listener, checkpoints in between, the model at the end. A wish to stop (Ctrl-C) ends
 * it after the step under way, a failure at once; both leave a checkpoint of the last whole step to resume from.
 */
public final class TrainingRun {
    /** Name of the checkpoint in the run's folder. */
    public static final String CHECKPOINT = "checkpoint.safetensors";
    /** Name of the finished model in the run's folder. */
    public static final String MODEL = "model.safetensors";

    private final Trainer trainer;
    private final Detector student;
    private final Path folder;
    private final String goOn;

    /** Iteration of the checkpoint in the folder. */
    private long saved;

    /** @param goOn how a run that was stopped goes on, for messages: {@code add --resume} */
    public TrainingRun(Trainer trainer, Detector student, Path folder, String goOn) {
        this.trainer = trainer;
        this.student = student;
        this.folder = folder;
        this.goOn = goOn;
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
        List<String> notices = new ArrayList<>(trainer.restore(file, anyway));
        saved = trainer.iteration();
        if (saved >= trainer.iterations()) {
            notices.add("no step is left: " + file + " is of iteration " + saved + ", and the run has "
                    + trainer.iterations() + "; the model is written as it is there");
        }
        return notices;
    }

    /**
     * Trains to the end.
     *
     * @param every iterations between two checkpoints
     * @param stop whether to stop after the step under way
     * @return whether the run is complete; false if it was stopped, see {@link #stopped}
     * @throws RunBrokenOffException if a step or the listener failed; its cause is the failure
     */
    public boolean run(int every, BooleanSupplier stop, Consumer<StepReport> listener) throws IOException {
        boolean stopping = stop.getAsBoolean();
        while (trainer.iteration() < trainer.iterations() && !stopping) {
            step(listener);
            boolean last = trainer.iteration() == trainer.iterations();
            // Read once: a wish after this line is for the next step, so no step is left without a checkpoint.
            stopping = stop.getAsBoolean();
            if (trainer.iteration() % every == 0 || last || stopping) {
                write(CHECKPOINT, trainer::save);
                saved = trainer.iteration();
            }
        }
        boolean complete = trainer.iteration() >= trainer.iterations();
        if (complete) {
            student.network().setTraining(false);
            write(MODEL, student::save);
        }
        return complete;
    }

    private void step(Consumer<StepReport> listener) {
        try {
            listener.accept(trainer.step());
        } catch (TrainingException diverged) {
            // The weights that gave such a loss are not worth a checkpoint; the last one may be.
            throw new RunBrokenOffException(left(), diverged);
        } catch (RuntimeException | OutOfMemoryError failure) {
            throw new RunBrokenOffException(keep(failure), failure);
        }
    }

    /** Saves the last whole step after a failure, and tells what there is. */
    private String keep(Throwable failure) {
        if (trainer.isWhole() && trainer.iteration() > saved) {
            try {
                trainer.save(checkpoint());
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
