package org.example.embed;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An untrained model for tests: it takes its guesses for objects. A program takes a file that {@code retort train} wrote. */
final class TinyModel {
    private static final String RECIPE =
            """
            model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1, anchorSizes: [16, 32, 64, 128, 256]}
            training: {iterations: 1}
            """;

    private TinyModel() {}

    static void write(Path file) throws IOException {
        Recipe recipe = RecipeReader.parse(RECIPE, "a tiny recipe", List.of()).recipe();
        List<Category> classes = List.of(new Category(1, "cat"), new Category(2, "dog"));
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.create(recipe, classes, backend)) {
            Tensor bias = detector.network().state().get("head.cls_score.bias");
            float[] values = new float[Math.toIntExact(bias.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i);
            }
            try (Tensor raised = backend.upload(values, bias.shape(), bias.dtype())) {
                backend.assign(bias, raised);
            }
            detector.save(file);
        }
    }
}
