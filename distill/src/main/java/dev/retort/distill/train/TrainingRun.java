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
            try {
                ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                // Told here, as the virtual machine ends with its last hook.
                if (trainer.iteration() < trainer.iterations()) {
                    System.err.println("\nretort: stopped after iteration " + trainer.iteration() + " of "
                            + trainer.iterations() + "; " + folder.resolve(CHECKPOINT) + " is there to go on from");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            while (trainer.iteration() < trainer.iterations() && !stop.get()) {
                listener.accept(trainer.step());
                boolean last = trainer.iteration() == trainer.iterations();
                if (trainer.iteration() % every == 0 || last || stop.get()) {
                    trainer.save(folder.resolve(CHECKPOINT));
                }
            }
            boolean complete = trainer.iteration() == trainer.iterations();
            if (complete) {
                student.network().setTraining(false);
                student.save(folder.resolve(MODEL));
            }
            return complete;
        } finally {
            ended.countDown();
            if (!stop.get()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }
}
