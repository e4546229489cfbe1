package dev.retort.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * An untrained detector of the shapes' classes, which lists whatever it scores best, and images.
 *
 * @param count of images
 */
record SmallModel(Path data, Path model, int count) {
    private static final String RECIPE = "model: {depth: 18, width: 8, pyramidChannels: 16, headConvolutions: 1,"
            + " anchorSizes: [16, 32, 64, 128, 256], scoreThreshold: 0}";

    static SmallModel make(Path folder, int count) throws IOException {
        Path data = folder.resolve("shapes");
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(1, 1, count - 2, 5), data);
        Path model = folder.resolve("model.safetensors");
        List<Category> categories = CocoDataset.open(data, "test").categories();
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.create(
                        RecipeReader.parse(RECIPE, "a recipe", List.of()).recipe(), categories, backend)) {
            detector.save(model);
        }
        return new SmallModel(data, model, count);
    }

    Path images() {
        return data.resolve("images");
    }

    RetortDetector detector() {
        return new RetortDetector().setModel(model.toString()).setDevice("simd").setThreshold(0);
    }

    static String name(Row row) {
        String path = row.getAs("path");
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** A row has what the library finds in the file, bit for bit. */
    void assertSame(Row row, Detector detector) {
        List<DetectedObject> expected =
                detector.detect(images().resolve(name(row)), DetectionOptions.DEFAULT.withScoreThreshold(0));
        List<Row> found = row.getList(row.fieldIndex("detections"));
        assertThat(found).as(name(row)).hasSameSizeAs(expected).isNotEmpty();
        for (int i = 0; i < found.size(); i++) {
            DetectedObject object = expected.get(i);
            assertThat(found.get(i).<String>getAs("label")).isEqualTo(object.label());
            assertThat(found.get(i).<Long>getAs("category_id")).isEqualTo(object.categoryId());
            assertThat(found.get(i).<Double>getAs("score")).isEqualTo(object.score());
            assertThat(found.get(i).<Double>getAs("x")).isEqualTo(object.x());
            assertThat(found.get(i).<Double>getAs("y")).isEqualTo(object.y());
            assertThat(found.get(i).<Double>getAs("width")).isEqualTo(object.width());
            assertThat(found.get(i).<Double>getAs("height")).isEqualTo(object.height());
        }
    }
}
