package dev.retort.cli;

import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Model files for tests of commands: untrained, but sure enough of themselves to find something in every image. */
public final class TinyModels {
    private static final String YAML =
            """
            model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1, anchorSizes: [16, 32, 64, 128, 256]}
            data: {shortEdges: [64], longEdge: 64}
            training: {iterations: 1, batch: 2, seed: 7}
            distillation: {icd: {heads: 2, hidden: 8}}
            """;

    private static final int IMAGES = 3;
    private static final int SIZE_SEED = 5;

    private TinyModels() {}

    /** Writes a data set of shapes whose split {@code test} has three images. */
    public static CocoDataset shapes(Path folder) {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(1, 1, IMAGES, SIZE_SEED), folder);
        return CocoDataset.open(folder, "test");
    }

    /** Writes a model for the classes of a data set and returns it open; the caller closes it. */
    public static Detector save(CocoDataset dataset, Backend backend, Path file) throws IOException {
        Recipe recipe = RecipeReader.parse(YAML, "a tiny recipe", List.of()).recipe();
        Detector detector = Detector.create(recipe, dataset.categories(), backend);
        raiseScores(detector);
        detector.save(file);
        detector.network().setTraining(false);
        return detector;
    }

    /** Biases around the score 0.5 instead of 0.01, different for each anchor and class. */
    private static void raiseScores(Detector detector) {
        Tensor bias = detector.network().state().get("head.cls_score.bias");
        float[] values = new float[Math.toIntExact(bias.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        Backend backend = detector.backend();
        try (Tensor raised = backend.upload(values, bias.shape(), bias.dtype())) {
            backend.assign(bias, raised);
        }
    }
}
