package dev.retort.cli.job;

import dev.retort.detection.eval.Detection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Writes detections in COCO's result format: image_id, category_id, bbox as x, y, width, height, and score. */
public final class DetectionsJson {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private DetectionsJson() {}

    /** Writes one detection a line. */
    public static void write(List<Detection> detections, Path file) throws IOException {
        StringBuilder text = new StringBuilder("[");
        for (Detection detection : detections) {
            text.append(text.length() > 1 ? ",\n" : "\n").append(MAPPER.writeValueAsString(fields(detection)));
        }
        TextFile.write(file, text.append("\n]\n"));
    }

    private static Map<String, Object> fields(Detection detection) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("image_id", detection.imageId());
        fields.put("category_id", detection.categoryId());
        fields.put("bbox", List.of(detection.x(), detection.y(), detection.width(), detection.height()));
        fields.put("score", detection.score());
        return fields;
    }
}
