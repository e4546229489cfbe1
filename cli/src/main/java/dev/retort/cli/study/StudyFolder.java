package dev.retort.cli.study;

import dev.retort.cli.job.RunFolder;
import dev.retort.cli.job.TrainingJob;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeException;
import dev.retort.detection.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The folder of a study's runs: {@code runs/KEY-sSEED} for each, {@code teacher/KEY-sSEED} for the teacher. */
final class StudyFolder {
    private static final String RUNS = "runs";
    private static final String TEACHER = "teacher";
    private static final long POLL_MILLIS = 200;

    private final Path root;
    /** Results that were read, by their folders: they do not change. */
    private final Map<String, RunResult> results = new ConcurrentHashMap<>();

    StudyFolder(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    Path runs() {
        return root.resolve(RUNS);
    }

    Path run(StudyPlan.Run run) {
        return runs().resolve(run.folder());
    }

    Path teacher(String key, long seed) {
        return root.resolve(TEACHER).resolve(StudyPlan.folder(key, seed));
    }

    /** The result of a run, if there is one. */
    Optional<RunResult> result(StudyPlan.Run run) throws IOException {
        RunResult known = results.get(run.folder());
        if (known != null) {
            return Optional.of(known);
        }
        Path folder = run(run);
        Optional<RunResult> found = result(folder, run.key());
        Path recipe = folder.resolve(TrainingJob.RECIPE);
        if (found.isPresent() && Files.exists(recipe)) {
            requireSame(recipe, run);
        }
        found.ifPresent(result -> results.put(run.folder(), result));
        return found;
    }

    /** The result of a folder, if there is one. */
    static Optional<RunResult> result(Path folder, String key) throws IOException {
        if (!Files.exists(folder.resolve(RunResult.FILE))) {
            return Optional.empty();
        }
        RunResult result = RunResult.read(folder);
        if (!result.key().equals(key)) {
            throw new IOException(folder.resolve(RunResult.FILE) + " is of the run " + result.key() + ", not " + key
                    + ": it was put into another run's folder. Remove it");
        }
        return Optional.of(result);
    }

    /** A key leaves defaults out: where one has changed since, the run's own recipe, with all keys, tells. */
    private static void requireSame(Path file, StudyPlan.Run run) throws IOException {
        Recipe then;
        try {
            then = RecipeReader.read(file, List.of()).recipe();
        } catch (RecipeException e) {
            throw new IOException(
                    file + " is of a run that cannot be told from today's: " + e.getMessage()
                            + ". Move its folder away, and the run is made anew",
                    e);
        }
        if (!RunKey.recipeText(then, run.distil()).equals(RunKey.recipeText(run.recipe(), run.distil()))) {
            throw new IOException(file + " is not the recipe of " + run.name()
                    + " any more, since a default has changed. Move its folder away, and the run is made anew");
        }
    }

    /** Names of folders of runs with a result that are none of these. */
    List<String> others(Set<String> known) throws IOException {
        Path runs = runs();
        List<String> others = new ArrayList<>();
        if (Files.isDirectory(runs)) {
            try (Stream<Path> folders = Files.list(runs)) {
                folders.filter(folder -> Files.exists(folder.resolve(RunResult.FILE)))
                        .map(folder -> folder.getFileName().toString())
                        .filter(name -> !known.contains(name))
                        .sorted()
                        .forEach(others::add);
            }
        }
        return others;
    }

    /**
     * Waits until nobody writes to a folder, for at most so long.
     *
     * @return empty if it is free, else who has it
     */
    static Optional<String> awaitFree(Path folder, long millis) throws IOException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (true) {
            try (RunFolder free = RunFolder.open(folder)) {
                return Optional.empty();
            } catch (IllegalStateException inUse) {
                if (System.nanoTime() >= end) {
                    return Optional.of(inUse.getMessage());
                }
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of(folder + " is in use");
            }
        }
    }
}
