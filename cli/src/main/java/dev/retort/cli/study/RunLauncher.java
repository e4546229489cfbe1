package dev.retort.cli.study;

import dev.retort.detection.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Makes one run of a study, so that its folder has a result. */
@FunctionalInterface
public interface RunLauncher {
    /** The exit code of a run that was stopped, with a checkpoint to go on from. */
    int STOPPED = 130;

    /** The exit code of a run whose folder another process had. */
    int IN_USE = 75;

    /**
     * What to make.
     *
     * @param folder of the run; it is there
     * @param recipe of the student or of a teacher; none where a model is only evaluated
     * @param model the teacher of a student that is distilled, or what is evaluated; none to train alone
     */
    record Order(Path folder, String key, Optional<Recipe> recipe, Optional<Path> model) {}

    /**
     * Makes the run.
     *
     * @param stop whether to stop after the step under way; asked often
     * @param tick called several times a second
     * @return the exit code of a process: 0 if there is a result, {@link #STOPPED}, {@link #IN_USE}, above 128 if it was killed
     */
    int launch(Order order, BooleanSupplier stop, Runnable tick) throws IOException;
}
