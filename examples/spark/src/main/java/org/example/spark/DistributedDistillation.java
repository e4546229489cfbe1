package org.example.spark;

import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.spark.RetortDetector;
import dev.retort.spark.SparkTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A teacher, a student that learns from it, and what the student finds: all on Spark. */
public final class DistributedDistillation {
    private static final String RECIPE =
            """
            model: {depth: 18, width: 8, pyramidChannels: 32, headConvolutions: 1, anchorSizes: [16, 32, 64, 128, 256]}
            optimizer: {kind: adamw, learningRate: 2e-3, schedule: cosine, warmupIterations: 5, clipNorm: 10}
            training: {batch: 4, iterations: 20, checkpointEvery: 10, logEvery: 5}
            distillation: {methods: [pkd], inheritPyramid: false, inheritHead: false}
            """;

    private DistributedDistillation() {}

    /**
     * Makes everything in a folder that all executors see.
     *
     * @return a row for each test image
     */
    public static Dataset<Row> run(SparkSession spark, Path folder) throws IOException {
        Path data = folder.resolve("shapes");
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(64, 1, 8, 1), data);
        Recipe recipe = RecipeReader.parse(RECIPE, "the recipe", List.of()).recipe();

        SparkTraining teacher = SparkTraining.of(
                recipe.with("model.width=16"), data.toString(), folder.resolve("teacher").toString());
        teacher.run(spark);

        SparkTraining student = SparkTraining.of(
                        recipe, data.toString(), folder.resolve("student").toString())
                .withTeacher(teacher.model());
        student.run(spark);

        Dataset<Row> images = spark.read()
                .format("binaryFile")
                .option("pathGlobFilter", "test_*.png")
                .load(data.resolve("images").toString());
        return new RetortDetector()
                .setModel(student.model())
                .setThreshold(0.05)
                .transform(images)
                .drop("content");
    }
}
