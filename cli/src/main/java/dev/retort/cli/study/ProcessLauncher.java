package dev.retort.cli.study;

import dev.retort.cli.job.TrainingJob;
import dev.retort.cli.progress.Progress;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Makes each run in a process of its own, of the same Java, options and class path as this one: its heap is fresh, and a crash
 * costs one run. What the process prints goes to its folder's log. It ends after its step when this process is gone: its
 * standard input ends then.
 *
 * @param mainClass of the command line
 * @param command its arguments, those that name the run excepted
 */
public record ProcessLauncher(String mainClass, List<String> command) implements RunLauncher {
    /** Name of the log in a run's folder. */
    static final String LOG = "log.txt";

    private static final long PAUSE_MILLIS = 200;

    public ProcessLauncher {
        command = List.copyOf(command);
    }

    @Override
    public int launch(Order order, BooleanSupplier stop, Runnable tick) throws IOException {
        if (order.recipe().isPresent()) {
            AtomicFile.writeString(
                    order.folder().resolve(TrainingJob.RECIPE),
                    RecipeReader.write(order.recipe().get()));
        }
        Process process = new ProcessBuilder(words(order))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        order.folder().resolve(LOG).toFile()))
                .start();
        boolean told = false;
        try {
            while (!process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                tick.run();
                if (stop.getAsBoolean() && !told) {
                    // It asks to end, which the process does after its step; a signal would end it at once on some
                    // systems.
                    process.getOutputStream().close();
                    told = true;
                }
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            return STOPPED;
        }
    }

    private List<String> words(Order order) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.add("-D" + Progress.TERMINAL_PROPERTY + "=false");
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        words.addAll(command);
        words.addAll(List.of("--key", order.key()));
        order.model().ifPresent(model -> words.addAll(List.of("--model", model.toString())));
        if (order.recipe().isEmpty()) {
            words.add("--evaluate");
        }
        words.add(order.folder().toString());
        return words;
    }
}
