package dev.retort.distill.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A training run in a folder: steps with a listener, checkpoints in between, the model at the end. An interrupt (Ctrl-C)
 * ends it after the step under way and leaves a checkpoint to resume from.
 */
public final class TrainingRun {
    /** Name of the checkpoint in the run's folder. */
    public static final String CHECKPOINT = "checkpoint.safetensors";
    /** Name of the finished model in the run's folder. */
    public static final String MODEL = "model.safetensors";

    private static final long PATIENCE_SECONDS = 120;

    private final Trainer trainer;
    private final Detector student;
    private final Path folder;

    /** Iteration of the checkpoint in the folder. */
    private volatile long saved;

    public TrainingRun(Trainer trainer, Detector student, Path folder) {
        this.trainer = trainer;
        this.student = student;
        this.folder = folder;
    }

    /**
     * Goes on from the folder's checkpoint.
     *
     * @throws IOException if there is none, or it is of another model
     */
    public void resume() throws IOException {
        Path file = folder.resolve(CHECKPOINT);
        if (!Files.isRegularFile(file)) {
            throw new IOException("Nothing to resume: there is no " + file + ". Leave --resume out to start anew");
        }
        trainer.restore(file);
        saved = trainer.iteration();
    }

    /**
     * Trains to the end.
     *
     * @param every iterations between two checkpoints
     * @return whether the run is complete; false after an interrupt
     */
    public boolean run(int every, Consumer<StepReport> listener) throws IOException {
        Files.createDirectories(folder);
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            stop.set(true);
            awaitEnd(ended);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            boolean stopping = stop.get();
            while (trainer.iteration() < trainer.iterations() && !stopping) {
                listener.accept(trainer.step());
                boolean last = trainer.iteration() == trainer.iterations();
                // Read once: an interrupt after this line is for the next step, so no step is left without a
                // checkpoint.
                stopping = stop.get();
                if (trainer.iteration() % every == 0 || last || stopping) {
                    write(CHECKPOINT, trainer::save);
                    saved = trainer.iteration();
                }
            }
            boolean complete = trainer.iteration() == trainer.iterations();
            if (complete) {
                student.network().setTraining(false);
                write(MODEL, student::save);
            }
            return complete;
        } finally {
            ended.countDown();
            if (!stop.get()) {
                remove(hook);
            }
        }
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

    /** Runs in the hook and tells there how it ended, as the virtual machine ends with its last hook. */
    private void awaitEnd(CountDownLatch ended) {
        try {
            boolean inTime = ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!inTime || saved < trainer.iterations()) {
                System.err.println("\nretort: stopped at iteration " + saved + " of " + trainer.iterations()
                        + (saved > 0 ? "; " + folder.resolve(CHECKPOINT) + " is there to go on from" : ""));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // An interrupt just now: the hook finds the run ended.
        }
    }
}
