package dev.retort.cli.fuzz;

import dev.retort.cli.progress.MetricsLog;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.eval.EvaluationFiles;
import dev.retort.detection.eval.GroundTruthSet;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeException;
import dev.retort.detection.recipe.RecipeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** A file of text: JSON, JSON lines or YAML. */
record TextTarget(
        String format,
        String ending,
        List<byte[]> originals,
        List<Mutation> mutations,
        Reading reading,
        Predicate<Throwable> refusal)
        implements Target {
    private static final String METRICS =
            """
            {"iteration":0,"losses":{"classification":1.15,"box":0.71},"total":1.86,"rate":0.001,"seconds":0.5,\
            "images_per_second":4.0}
            {"iteration":20,"losses":{"classification":0.9,"box":0.6},"total":1.5,"rate":0.002,"seconds":9.5,\
            "images_per_second":4.25}
            """;
    private static final String RECIPE =
            """
            # what a person writes
            model:
              depth: 18
              width: 16
              anchorSizes: [16, 32, 64, 128, 256]
            data:
              shortEdges:
                - 320
                - 352
              flip: 0.5
              pixels: msra
              jitter: [0.5, 2]
              crop: 0.25
              color: 0.5
              mosaic: 0.125
            optimizer: {kind: adamw, rate: 2e-3, steps: [0.5, 0.75]}
            training:
              iterations: 1500
              batch: 8
            """;

    /** How the program reads it. */
    @FunctionalInterface
    interface Reading {
        void read(Path file) throws Exception;
    }

    @Override
    public void read(Path file) throws Exception {
        reading.read(file);
    }

    @Override
    public boolean isRefusal(Throwable thrown) {
        return refusal.test(thrown);
    }

    private static List<Mutation> texts() {
        return ModelTarget.withBytes(TextMutations.ALL);
    }

    private static List<Mutation> jsons() {
        Mutation text =
                (content, random) -> Mutation.choose(TextMutations.ALL, random).apply(content, random);
        return ModelTarget.withBytes(List.of(JsonMutations::change, JsonMutations::change, text));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** COCO annotations for training. */
    static Target coco(Path annotations, Path images) throws IOException {
        return new TextTarget(
                "coco",
                "json",
                List.of(Files.readAllBytes(annotations)),
                jsons(),
                file -> CocoDataset.open(file, images),
                thrown -> thrown instanceof DataException);
    }

    /** COCO annotations for an evaluation of detections. */
    static Target groundTruth(Path annotations) throws IOException {
        return new TextTarget(
                "ground-truth",
                "json",
                List.of(Files.readAllBytes(annotations)),
                jsons(),
                EvaluationFiles::readGroundTruth,
                thrown -> thrown instanceof IOException);
    }

    /** Detections, against sound ground truth. */
    static Target detections(Path annotations) throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(annotations);
        StringBuilder list = new StringBuilder("[");
        for (long image : truth.imageIds()) {
            list.append(list.length() > 1 ? "," : "")
                    .append("{\"image_id\": ")
                    .append(image)
                    .append(", \"category_id\": 1, \"bbox\": [1.5, 2, 30.25, 40], \"score\": 0.75}");
        }
        return new TextTarget(
                "detections",
                "json",
                List.of(utf8(list + "]")),
                jsons(),
                file -> EvaluationFiles.readDetections(file, truth),
                thrown -> thrown instanceof IOException);
    }

    /** A recipe, as people write it and as a run records it. */
    static Target recipe() {
        return new TextTarget(
                "recipe",
                "yaml",
                List.of(utf8(RECIPE), utf8(RECIPE), utf8(RecipeReader.write(Recipe.defaults()))),
                texts(),
                file -> RecipeReader.read(file, List.of()),
                // Not its subclasses, such as NumberFormatException.
                thrown -> thrown.getClass() == RecipeException.class);
    }

    /** The lines that a resumed run goes on from. */
    static Target metrics() {
        return new TextTarget(
                "metrics",
                "jsonl",
                List.of(utf8(METRICS)),
                texts(),
                MetricsLog::read,
                thrown -> thrown instanceof IOException);
    }
}
