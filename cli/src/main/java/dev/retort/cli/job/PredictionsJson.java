package dev.retort.cli.job;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.data.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was found in images that belong to no data set: for each image its file and size, and for each object the class
 * by name and id, the box as x, y, width, height in pixels, and the score.
 */
public final class PredictionsJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final List<Map<String, Object>> images = new ArrayList<>();

    /** Adds an image with all that was found. */
    public void add(Path file, RgbImage image, List<DetectedObject> found) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (DetectedObject detected : found) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("category", detected.label());
            object.put("category_id", detected.categoryId());
            object.put("bbox", List.of(detected.x(), detected.y(), detected.width(), detected.height()));
            object.put("score", detected.score());
            objects.add(object);
        }
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("file", file.toString());
        entry.put("width", image.width());
        entry.put("height", image.height());
        entry.put("detections", objects);
        images.add(entry);
    }

    /** Writes the file, whole or not at all. */
    public void write(Path file) throws IOException {
        TextFile.write(file, MAPPER.writeValueAsString(Map.of("images", images)) + "\n");
    }
}
