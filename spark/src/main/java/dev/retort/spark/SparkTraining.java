package dev.retort.spark;

import dev.retort.cli.UsableImages;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.TrainingException;
import dev.retort.detection.train.TrainingRun;
import dev.retort.spark.tcp.JobSecret;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * A training in ranks on Spark, a task for each. Begin with {@link #of}.
 *
 * <pre>{@code
 * SparkTraining.of(recipe, "hdfs:///coco", "hdfs:///runs/student")
 *         .withTeacher("hdfs:///teacher.safetensors")
 *         .withRanks(8)
 *         .run(spark);
 * }</pre>
 *
 * @param recipe of the student
 * @param data address of the data set's folder, or of a zip file of one
 * @param out address of the run's folder: model, checkpoints, recipe, metrics.jsonl
 * @param ranks how many devices take each step together
 * @param device what each computes with; {@code auto} takes the GPU that Spark gave its task, or the best there is
 * @param teacher address of a model that is learned from
 * @param maxPixels pixels that an image may have
 * @param resume whether to go on from the checkpoint in the run's folder
 */
public record SparkTraining(
        Recipe recipe,
        String data,
        String out,
        int ranks,
        String device,
        Optional<String> teacher,
        long maxPixels,
        boolean resume) {
    private static final String SILENCE = "spark.network.timeout";

    public SparkTraining {
        if (ranks < 1) {
            throw new IllegalArgumentException("There must be 1 rank or more, not " + ranks);
        }
    }

    /** Two ranks that train alone. */
    public static SparkTraining of(Recipe recipe, String data, String out) {
        return new SparkTraining(
                recipe, data, out, 2, "auto", Optional.empty(), ImageFileReader.DEFAULT_MAX_PIXELS, false);
    }

    /** This training in other ranks. */
    public SparkTraining withRanks(int number) {
        return new SparkTraining(recipe, data, out, number, device, teacher, maxPixels, resume);
    }

    /** This training on other devices. */
    public SparkTraining withDevice(String name) {
        return new SparkTraining(recipe, data, out, ranks, name, teacher, maxPixels, resume);
    }

    /** This training with a teacher. */
    public SparkTraining withTeacher(String model) {
        return new SparkTraining(recipe, data, out, ranks, device, Optional.of(model), maxPixels, resume);
    }

    /** This training with another limit of images. */
    public SparkTraining withMaxPixels(long pixels) {
        return new SparkTraining(recipe, data, out, ranks, device, teacher, pixels, resume);
    }

    /** This training from its checkpoint on. */
    public SparkTraining resuming() {
        return new SparkTraining(recipe, data, out, ranks, device, teacher, maxPixels, true);
    }

    /** Address of the model. */
    public String model() {
        return out + (out.endsWith("/") ? "" : "/") + TrainingRun.MODEL;
    }

    /**
     * Trains to the end. Images are looked through before executors are asked for anything; notices and the steps that were taken go to
     * the error stream.
     *
     * @throws dev.retort.detection.data.DataException if the data set, or an image of it, cannot be used
     * @throws TrainingException with the rank that failed and its reason
     * @throws IllegalStateException if Spark has not so many slots
     * @throws IOException if the data set or the teacher cannot be read
     */
    public void run(SparkSession spark) throws IOException {
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        CocoDataset dataset =
                CocoDataset.open(LocalData.of(data, hadoop), recipe.data().trainSplit());
        UsableImages.of(dataset.withMaxPixels(maxPixels), Recipe.Broken.FAIL, new PrintWriter(System.err, true));
        TrainingPlan plan = new TrainingPlan(
                teacher.isPresent() ? "distill" : "train",
                RecipeReader.write(recipe),
                LocalData.address(data, hadoop),
                LocalData.address(out, hadoop),
                ranks,
                device,
                maxPixels,
                resume,
                Duration.ofSeconds(spark.sparkContext().conf().getTimeAsSeconds(SILENCE, "120s")),
                JobSecret.create());
        TrainingStage.run(
                spark,
                plan,
                teacher.isPresent() ? Optional.of(ModelBytes.read(teacher.get(), hadoop)) : Optional.empty());
    }
}
