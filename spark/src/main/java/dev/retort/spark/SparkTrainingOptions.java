package dev.retort.spark;

import dev.retort.cli.PixelLimitOption;
import dev.retort.cli.RecipeOptions;
import dev.retort.detection.recipe.Recipe;
import java.io.IOException;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code spark train} and {@code spark distill} have in common. */
final class SparkTrainingOptions {
    /** A stage that waits for slots which never come would wait for ten minutes. */
    private static final String SLOT_CHECKS = "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "URI",
            description = "The data set's folder, or a zip file of one.")
    private String data;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "URI",
            description = "Folder for the model, checkpoints, the recipe and metrics.jsonl.")
    private String out;

    @Mixin
    private RecipeOptions recipe;

    @Option(names = "--ranks", paramLabel = "N", description = "How many devices take each step together (default: 2).")
    private int ranks = 2;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "What ranks compute with; by default the GPU that Spark gives a task, or the best there is.")
    private String device = "auto";

    @Option(names = "--resume", description = "Go on from the checkpoint in --out.")
    private boolean resume;

    @Mixin
    private PixelLimitOption limit;

    @Mixin
    private SessionOptions session;

    /**
     * Trains on Spark.
     *
     * @param teacher address of a model; none to train alone
     */
    int train(String name, Optional<String> teacher) throws IOException {
        if (ranks < 1) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--ranks': " + ranks + " is not 1 or more");
        }
        Recipe read = recipe.read(spec.commandLine().getErr());
        try (SparkSession spark = session.with(SLOT_CHECKS, "2").open("retort " + name)) {
            SparkTraining training = new SparkTraining(read, data, out, ranks, device, teacher, limit.pixels(), resume);
            training.run(spark);
            spec.commandLine().getOut().println("Wrote " + training.model());
        }
        return 0;
    }
}
