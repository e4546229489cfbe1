package dev.retort.distill.cli;

import dev.retort.detection.eval.Detection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes detections as JSON: in COCO's result format for evaluations, or picture by picture for people and programs. */
final class DetectionsJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private static final JsonMapper INDENTED =
            MAPPER.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

    private DetectionsJson() {}

    /** An entry of COCO's result format; {@code bbox} is left, top, width, height in pixels. */
    private record Result(long imageId, long categoryId, double[] bbox, double score) {}

    /** Writes a list that {@link dev.retort.detection.eval.EvaluationFiles#readDetections} reads, one entry a line. */
    static void writeResults(List<Detection> detections, Path file) throws IOException {
        StringBuilder text = new StringBuilder("[");
        for (Detection d : detections) {
            double[] box = {d.x(), d.y(), d.width(), d.height()};
            text.append(text.length() > 1 ? ",\n" : "\n")
                    .append(MAPPER.writeValueAsString(new Result(d.imageId(), d.categoryId(), box, d.score())));
        }
        Files.writeString(file, text.append("\n]\n"));
    }

    /**
     * What was found in one picture.
     *
     * @param fileName of the picture, without its folder
     * @param width of the picture in pixels
     */
    record OfPicture(String fileName, int width, int height, List<Found> detections) {}

    /**
     * A detected object.
     *
     * @param bbox left, top, width, height in pixels of the picture
     */
    record Found(long categoryId, String category, double[] bbox, double score) {}

    static void writePictures(List<OfPicture> pictures, Path file) throws IOException {
        Files.writeString(file, INDENTED.writeValueAsString(pictures) + "\n");
    }
}
