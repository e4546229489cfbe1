package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what an evaluation needs from COCO's two JSON files: annotations ({@code images}, {@code categories},
 * {@code annotations}) and results (a list of {@code image_id}, {@code category_id}, {@code bbox}, {@code score}).
 * Everything else in them, an {@code ignore} field included, is passed over.
 */
public final class EvaluationFiles {
    private static final System.Logger LOG = System.getLogger(EvaluationFiles.class.getName());
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // Python writes NaN and Infinity; they are let in to be refused by name.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private EvaluationFiles() {}

    private record RawImage(Long id) {}

    private record RawCategory(Long id, String name) {}

    private record RawAnnotation(
            Long id, Long image_id, Long category_id, double[] bbox, Double area, Integer iscrowd) {}

    private record RawSet(List<RawImage> images, List<RawCategory> categories, List<RawAnnotation> annotations) {}

    private record RawDetection(Long image_id, Long category_id, double[] bbox, Double score) {}

    /**
     * Reads an annotation file.
     *
     * @throws IOException if it is not such a file or contradicts itself; the message names file and entry
     */
    public static GroundTruthSet readGroundTruth(Path file) throws IOException {
        RawSet raw = read(file, new TypeReference<>() {});
        List<RawImage> images = require(file, raw.images, "the file", "images");
        List<RawCategory> categories = require(file, raw.categories, "the file", "categories");
        List<RawAnnotation> annotations = require(file, raw.annotations, "the file", "annotations");
        List<Long> imageIds = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            imageIds.add(require(file, images.get(i).id, "image " + i, "id"));
        }
        List<Category> known = new ArrayList<>();
        for (int i = 0; i < categories.size(); i++) {
            RawCategory category = categories.get(i);
            String what = "category " + i;
            known.add(new Category(require(file, category.id, what, "id"), require(file, category.name, what, "name")));
        }
        List<Annotation> truths = new ArrayList<>();
        for (int i = 0; i < annotations.size(); i++) {
            truths.add(annotation(file, annotations.get(i), "annotation " + i));
        }
        try {
            return new GroundTruthSet(imageIds, known, truths);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a result file for the images and categories of {@code truth}.
     *
     * @throws IOException if it is not such a file or does not fit {@code truth}; the message names file and entry
     */
    public static List<Detection> readDetections(Path file, GroundTruthSet truth) throws IOException {
        List<RawDetection> raw = read(file, new TypeReference<>() {});
        List<Detection> detections = new ArrayList<>();
        for (int i = 0; i < raw.size(); i++) {
            RawDetection detection = raw.get(i);
            String what = "Detection " + i;
            double[] box = box(file, detection.bbox, what);
            detections.add(new Detection(
                    require(file, detection.image_id, what, "image_id"),
                    require(file, detection.category_id, what, "category_id"),
                    box[0],
                    box[1],
                    box[2],
                    box[3],
                    require(file, detection.score, what, "score")));
        }
        try {
            truth.check(detections);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        return detections;
    }

    private static Annotation annotation(Path file, RawAnnotation raw, String what) throws IOException {
        double[] box = box(file, raw.bbox, what);
        long id = require(file, raw.id, what, "id");
        if (id == 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}: annotation id 0 counts like any other here; pycocotools takes a match with it for none",
                    file);
        }
        return new Annotation(
                id,
                require(file, raw.image_id, what, "image_id"),
                require(file, raw.category_id, what, "category_id"),
                box[0],
                box[1],
                box[2],
                box[3],
                require(file, raw.area, what, "area"),
                raw.iscrowd != null && raw.iscrowd != 0);
    }

    private static double[] box(Path file, double[] bbox, String what) throws IOException {
        if (require(file, bbox, what, "bbox").length != 4) {
            throw new IOException(
                    file + ": " + what + " has a bbox of " + bbox.length + " numbers, not [x, y, width, height]");
        }
        return bbox;
    }

    private static <T> T require(Path file, T value, String what, String field) throws IOException {
        if (value == null) {
            throw new IOException(file + ": " + what + " has no " + field);
        }
        return value;
    }

    private static <T> T read(Path file, TypeReference<T> type) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            T value = JSON.readValue(in, type);
            return require(file, value, "the file", "content");
        } catch (JacksonException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw new IOException(file + ": not the expected JSON" + place + ": " + e.getOriginalMessage(), e);
        }
    }
}
