package dev.retort.detection.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads COCO instances JSON and validates it. Unknown fields (segmentation, licences) are skipped.
 *
 * <p>Refused: malformed JSON, missing fields, ids used twice, unknown category or image ids, no pictures or no
 * categories, non-finite numbers, negative box sizes, boxes wholly outside their picture. Accepted with a notice: an
 * annotation with id 0 (renumbered, since COCO's evaluation takes it for "unmatched"), a box that leaves its picture by
 * more than one pixel (training clips it, evaluation takes it as it is), a box without extent (training drops it), a
 * missing {@code area} (w*h is taken). A missing {@code iscrowd} is 0.
 */
final class CocoReader {
    private static final double OVERHANG = 1;

    private record RawFile(List<RawImage> images, List<RawCategory> categories, List<RawAnnotation> annotations) {}

    private record RawImage(Long id, @JsonProperty("file_name") String fileName, Integer width, Integer height) {}

    private record RawCategory(Long id, String name) {}

    private record RawAnnotation(
            Long id,
            @JsonProperty("image_id") Long imageId,
            @JsonProperty("category_id") Long categoryId,
            double[] bbox,
            Double area,
            @JsonProperty("iscrowd") Integer crowd) {}

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Path file;
    private final List<String> notices = new ArrayList<>();

    private CocoReader(Path file) {
        this.file = file;
    }

    static CocoDataset read(Path file, Path imageFolder) {
        if (!Files.isRegularFile(file)) {
            throw new DataException("The annotation file " + file + " is not there");
        }
        CocoReader reader = new CocoReader(file);
        RawFile raw = reader.parse();
        Map<Long, ImageInfo> images = reader.images(raw);
        List<Category> categories = reader.categories(raw);
        Map<Long, List<Annotation>> annotations = reader.annotations(raw, images, categories);
        return new CocoDataset(
                file.toString(), imageFolder, List.copyOf(images.values()), categories, annotations, reader.notices);
    }

    private RawFile parse() {
        RawFile raw;
        try {
            raw = MAPPER.readValue(file.toFile(), RawFile.class);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new DataException(
                    file + " is not valid COCO JSON" + where + ": " + e.getOriginalMessage()
                            + ". Restore or re-export the file.",
                    e);
        }
        if (raw == null) {
            throw error("holds null instead of an object");
        }
        return raw;
    }

    private Map<Long, ImageInfo> images(RawFile raw) {
        if (raw.images == null || raw.images.isEmpty()) {
            throw error("lists no pictures: 'images' is missing or empty");
        }
        Map<Long, ImageInfo> images = new LinkedHashMap<>();
        for (RawImage image : raw.images) {
            long id = required(image == null ? null : image.id, "id", "images entry number " + images.size());
            String who = "image id " + id;
            String name = required(image.fileName, "file_name", who);
            int width = required(image.width, "width", who);
            int height = required(image.height, "height", who);
            if (name.isBlank()) {
                throw error("has an empty file_name for " + who);
            }
            if (width <= 0 || height <= 0) {
                throw error("gives " + who + " the size " + width + "x" + height + ": both must be positive");
            }
            if (images.put(id, new ImageInfo(id, name, width, height)) != null) {
                throw error("uses " + who + " twice: give every picture its own id");
            }
        }
        return images;
    }

    private List<Category> categories(RawFile raw) {
        if (raw.categories == null || raw.categories.isEmpty()) {
            throw error("lists no categories: 'categories' is missing or empty");
        }
        Set<Long> ids = new HashSet<>();
        List<Category> categories = new ArrayList<>();
        for (RawCategory category : raw.categories) {
            long id = required(
                    category == null ? null : category.id, "id", "categories entry number " + categories.size());
            if (!ids.add(id)) {
                throw error("uses category id " + id + " twice: give every category its own id");
            }
            categories.add(new Category(id, required(category.name, "name", "category id " + id)));
        }
        categories.sort(Comparator.comparingLong(Category::id));
        return categories;
    }

    private Map<Long, List<Annotation>> annotations(
            RawFile raw, Map<Long, ImageInfo> images, List<Category> categories) {
        if (raw.annotations == null) {
            throw error("has no 'annotations' list (a data set without any boxes has an empty one)");
        }
        Map<Long, String> names = new LinkedHashMap<>();
        categories.forEach(category -> names.put(category.id(), category.name()));
        Set<Long> ids = new HashSet<>();
        Map<Long, List<Annotation>> byImage = new LinkedHashMap<>();
        Tally overhanging = new Tally();
        Tally degenerate = new Tally();
        Tally withoutArea = new Tally();
        long number = 0;
        for (RawAnnotation entry : raw.annotations) {
            long id = required(entry == null ? null : entry.id, "id", "annotations entry number " + number++);
            String who = "annotation id " + id;
            if (!ids.add(id)) {
                throw error("uses " + who + " twice: give every annotation its own id");
            }
            long imageId = required(entry.imageId, "image_id", who);
            long categoryId = required(entry.categoryId, "category_id", who);
            ImageInfo image = images.get(imageId);
            if (image == null) {
                throw error("has " + who + " for image id " + imageId
                        + ", which 'images' does not list: add the picture or remove the annotation");
            }
            if (!names.containsKey(categoryId)) {
                throw error("has " + who + " with category id " + categoryId + ", which 'categories' does not list ("
                        + names.keySet() + "): add the category or correct the annotation");
            }
            double[] box = required(entry.bbox, "bbox", who);
            checkBox(box, image, who);
            double overhang = Math.max(
                    Math.max(-box[0], -box[1]),
                    Math.max(box[0] + box[2] - image.width(), box[1] + box[3] - image.height()));
            overhanging.count(overhang > OVERHANG, id);
            degenerate.count(box[2] == 0 || box[3] == 0, id);
            withoutArea.count(entry.area == null, id);
            double area = entry.area == null ? box[2] * box[3] : entry.area;
            if (!(area >= 0 && area < Double.POSITIVE_INFINITY)) {
                throw error("gives " + who + " the area " + area + ": it must be finite and not negative");
            }
            boolean crowd = entry.crowd != null && entry.crowd != 0;
            byImage.computeIfAbsent(imageId, key -> new ArrayList<>())
                    .add(new Annotation(id, imageId, categoryId, box[0], box[1], box[2], box[3], area, crowd));
        }
        overhanging.note("leave their picture by more than a pixel; training clips them");
        degenerate.note("have a box of no width or height; training drops them");
        withoutArea.note("have no 'area'; width times height is taken");
        renumberZero(ids, byImage);
        return byImage;
    }

    private void checkBox(double[] box, ImageInfo image, String who) {
        String is = Arrays.toString(box);
        if (box.length != 4) {
            throw error("gives " + who + " the bbox " + is + ": it must be [x, y, width, height]");
        }
        for (double value : box) {
            if (!Double.isFinite(value)) {
                throw error("gives " + who + " the bbox " + is + ": every number must be finite");
            }
        }
        if (box[2] < 0 || box[3] < 0) {
            throw error("gives " + who + " the bbox " + is
                    + " with a negative size: bbox is [x, y, width, height], not two corners");
        }
        boolean outside =
                box[0] >= image.width() || box[1] >= image.height() || box[0] + box[2] < 0 || box[1] + box[3] < 0;
        if (outside) {
            throw error("gives " + who + " the bbox " + is + ", wholly outside " + image.fileName() + " ("
                    + image.width() + "x" + image.height() + "): correct or remove it");
        }
    }

    private void renumberZero(Set<Long> ids, Map<Long, List<Annotation>> byImage) {
        if (!ids.contains(0L)) {
            return;
        }
        long free = ids.stream().mapToLong(Long::longValue).max().orElseThrow() + 1;
        for (List<Annotation> list : byImage.values()) {
            list.replaceAll(a -> a.id() != 0
                    ? a
                    : new Annotation(
                            free, a.imageId(), a.categoryId(), a.x(), a.y(), a.w(), a.h(), a.area(), a.crowd()));
        }
        notices.add(file + ": annotation id 0 was renumbered to " + free
                + ", since COCO's evaluation takes 0 for \"unmatched\"");
    }

    private <T> T required(T value, String field, String who) {
        if (value == null) {
            throw error("has no '" + field + "' for " + who);
        }
        return value;
    }

    private DataException error(String what) {
        return new DataException(file + " " + what);
    }

    /** Counts annotations with a property, so that a thousand of them make one notice. */
    private final class Tally {
        private int count;
        private long first;

        void count(boolean found, long id) {
            if (found && count++ == 0) {
                first = id;
            }
        }

        void note(String what) {
            if (count > 0) {
                notices.add(file + ": " + count + " annotation(s) " + what + " (first: id " + first + ")");
            }
        }
    }
}
