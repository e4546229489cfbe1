package dev.retort.cli.job;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was found in images, as a file in COCO's format that annotation tools import: images, categories, and for each object an
 * annotation with its score. Ids are from 1. An annotation has an area, {@code iscrowd} 0 and an empty {@code segmentation}:
 * CVAT's reader asks for the last two, and would take a polygon for a second object.
 */
public final class CocoDetections {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final String description;
    private final List<Category> classes;
    private final boolean renumbered;
    private final StringJoiner images = list();
    private final StringJoiner annotations = list();
    private int imageCount;
    private long annotationCount;

    /**
     * Begins a file.
     *
     * @param description for its {@code info}
     * @param classes of the detector, in their order
     */
    public CocoDetections(String description, List<Category> classes) {
        this.description = description;
        this.classes = classes;
        this.renumbered = classes.stream().anyMatch(category -> category.id() < 1);
    }

    /**
     * Whether categories have other ids than the detector's, from 1 in the order of classes. They have where one is below 1:
     * CVAT takes an annotation of category 0 for one without a label.
     */
    public boolean renumbered() {
        return renumbered;
    }

    /**
     * Adds an image.
     *
     * @param fileName its name, which no other image has
     * @param found what was found in it, of the detector's classes
     */
    public void add(String fileName, RgbImage image, List<DetectedObject> found) {
        imageCount++;
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", imageCount);
        entry.put("file_name", fileName);
        entry.put("width", image.width());
        entry.put("height", image.height());
        images.add(MAPPER.writeValueAsString(entry));
        found.forEach(object -> annotations.add(MAPPER.writeValueAsString(annotation(object))));
    }

    private Map<String, Object> annotation(DetectedObject object) {
        annotationCount++;
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", annotationCount);
        entry.put("image_id", imageCount);
        entry.put("category_id", renumbered ? object.classIndex() + 1 : object.categoryId());
        entry.put("bbox", List.of(object.x(), object.y(), object.width(), object.height()));
        entry.put("area", object.width() * object.height());
        entry.put("segmentation", List.of());
        entry.put("iscrowd", 0);
        entry.put("score", object.score());
        return entry;
    }

    /** Objects of all images so far. */
    public long count() {
        return annotationCount;
    }

    /** Writes the file, whole or not at all; an entry a line. */
    public void write(Path file) throws IOException {
        StringJoiner categories = list();
        for (int k = 0; k < classes.size(); k++) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("id", renumbered ? k + 1 : classes.get(k).id());
            entry.put("name", classes.get(k).name());
            categories.add(MAPPER.writeValueAsString(entry));
        }
        TextFile.write(
                file,
                "{\n\"info\": " + MAPPER.writeValueAsString(Map.of("description", description))
                        + ",\n\"licenses\": [],\n\"categories\": " + categories + ",\n\"images\": " + images
                        + ",\n\"annotations\": " + annotations + "\n}\n");
    }

    private static StringJoiner list() {
        return new StringJoiner(",\n", "[\n", "\n]").setEmptyValue("[]");
    }
}
