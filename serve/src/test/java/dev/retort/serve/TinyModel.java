package dev.retort.serve;

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

/** Model files for tests: untrained, but sure enough of themselves to find something in every image. */
public final class TinyModel {
    /** What it knows. */
    public static final List<Category> CLASSES =
            List.of(new Category(1, "circle"), new Category(4, "square"), new Category(9, "star"));

    private static final String YAML =
            """
            model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1, anchorSizes: [16, 32, 64, 128, 256]}
            data: {shortEdges: [64], longEdge: 64}
            training: {iterations: 1, batch: 2, seed: %d}
            """;

    /** The network of the demo's student, recipes/shapes-student.yaml; it sees images as they are. */
    private static final String STUDENT =
            """
            model: {depth: 18, width: 16, pyramidChannels: 64, headConvolutions: 2, anchorSizes: [16, 32, 64, 128, 256]}
            training: {iterations: 1, batch: 2, seed: 7}
            """;

    private TinyModel() {}

    /** Writes a model of the size of the demo's student; untrained, it finds nothing. */
    static Path saveStudent(Path file) throws IOException {
        Recipe recipe =
                RecipeReader.parse(STUDENT, "a student's recipe", List.of()).recipe();
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.create(recipe, CLASSES, backend)) {
            detector.save(file);
        }
        return file;
    }

    /** Writes a model; another seed makes another one. */
    public static Path save(Path file, int seed) throws IOException {
        Recipe recipe = RecipeReader.parse(YAML.formatted(seed), "a tiny recipe", List.of())
                .recipe();
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.create(recipe, CLASSES, backend)) {
            Tensor bias = detector.network().state().get("head.cls_score.bias");
            float[] values = new float[Math.toIntExact(bias.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i * i);
            }
            try (Tensor raised = backend.upload(values, bias.shape(), bias.dtype())) {
                backend.assign(bias, raised);
            }
            detector.save(file);
        }
        return file;
    }
}
