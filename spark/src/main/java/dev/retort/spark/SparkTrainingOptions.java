package dev.retort.spark;

import dev.retort.cli.PixelLimitOption;
import dev.retort.cli.UsableImages;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.spark.tcp.JobSecret;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code spark train} and {@code spark distill} have in common. */
final class SparkTrainingOptions {
    /** A stage that waits for slots which never come would wait for ten minutes. */
    private static final String SLOT_CHECKS = "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(paramLabel = "RECIPE", description = "YAML file; recipes/README.md tells its fields.")
    private Path recipe;

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

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a field of the recipe, such as training.epochs=3; may be repeated.")
    private List<String> settings = new ArrayList<>();

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
        PrintWriter err = spec.commandLine().getErr();
        RecipeReader.Read read = RecipeReader.read(recipe, settings);
        read.notices().forEach(notice -> err.println("retort: " + notice));
        try (SparkSession spark = session.with(SLOT_CHECKS, "2").open("retort " + name)) {
            Configuration hadoop = spark.sparkContext().hadoopConfiguration();
            check(read.recipe(), hadoop, err);
            TrainingPlan plan = new TrainingPlan(
                    name,
                    RecipeReader.write(read.recipe()),
                    data,
                    out,
                    ranks,
                    device,
                    limit.pixels(),
                    resume,
                    Duration.ofSeconds(spark.sparkContext().conf().getTimeAsSeconds("spark.network.timeout", "120s")),
                    JobSecret.create());
            Optional<ModelBytes> bytes =
                    teacher.isEmpty() ? Optional.empty() : Optional.of(ModelBytes.read(teacher.get(), hadoop));
            TrainingStage.run(spark, plan, bytes);
            spec.commandLine().getOut().println("Wrote " + TrainingStage.model(plan));
        }
        return 0;
    }

    /** Data that cannot be used is refused here, before executors are asked for anything. */
    private void check(Recipe read, Configuration hadoop, PrintWriter err) throws IOException {
        Path folder = LocalData.of(data, hadoop);
        UsableImages.of(
                CocoDataset.open(folder, read.data().trainSplit()).withMaxPixels(limit.pixels()),
                Recipe.Broken.FAIL,
                err);
    }
}
