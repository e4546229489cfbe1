package dev.retort.distill.job;

import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.ImageInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    public void add(Path file, ImageInfo info, Detections found, List<Category> categories) {
        List<Map<String, Object>> objects = new ArrayList<>();
        double[] boxes = found.boxes();
        for (int i = 0; i < found.size(); i++) {
            Category category = categories.get(found.classes()[i]);
            int at = 4 * i;
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("category", category.name());
            object.put("category_id", category.id());
            object.put(
                    "bbox",
                    List.of(boxes[at], boxes[at + 1], boxes[at + 2] - boxes[at], boxes[at + 3] - boxes[at + 1]));
            object.put("score", found.scores()[i]);
            objects.add(object);
        }
        Map<String, Object> picture = new LinkedHashMap<>();
        picture.put("file", file.toString());
        picture.put("width", info.width());
        picture.put("height", info.height());
        picture.put("detections", objects);
        pictures.add(picture);
    }

    /** Writes the file. */
    public void write(Path file) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(Map.of("pictures", pictures)) + "\n");
    }
}
