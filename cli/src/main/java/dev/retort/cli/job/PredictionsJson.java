package dev.retort.cli.job;

import dev.retort.detection.data.Category;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.eval.Detection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was found in pictures that belong to no data set: for each picture its file and size, and for each object the class
 * by name and id, the box as x, y, width, height in pixels, and the score.
 */
public final class PredictionsJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final List<Map<String, Object>> pictures = new ArrayList<>();

    /** Adds a picture with all that was found. */
    public void add(Path file, ImageInfo info, List<Detection> found, List<Category> categories) {
        Map<Long, String> names = categories.stream().collect(Collectors.toMap(Category::id, Category::name));
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Detection detection : found) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("category", names.get(detection.categoryId()));
            object.put("category_id", detection.categoryId());
            object.put("bbox", List.of(detection.x(), detection.y(), detection.width(), detection.height()));
            object.put("score", detection.score());
            objects.add(object);
        }
        Map<String, Object> picture = new LinkedHashMap<>();
        picture.put("file", file.toString());
        picture.put("width", info.width());
        picture.put("height", info.height());
        picture.put("detections", objects);
        pictures.add(picture);
    }

    /** Writes the file, whole or not at all. */
    public void write(Path file) throws IOException {
        TextFile.write(file, MAPPER.writeValueAsString(Map.of("pictures", pictures)) + "\n");
    }
}
