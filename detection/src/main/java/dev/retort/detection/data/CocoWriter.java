package dev.retort.detection.data;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes COCO instances JSON. The same content gives the same bytes: categories, images and annotations in ascending
 * order of id, one a line. The file appears whole or not at all.
 */
public final class CocoWriter {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private CocoWriter() {}

    /**
     * Writes a file; its folder is made if it is missing.
     *
     * @param info what {@code info} says, in the iteration order of the map
     */
    public static void write(
            Path file,
            Map<String, ?> info,
            List<ImageInfo> images,
            List<Category> categories,
            List<Annotation> annotations) {
        StringBuilder text = new StringBuilder("{\n\"info\": ");
        text.append(MAPPER.writeValueAsString(info));
        list(text, "categories", categories, Category::id, CocoWriter::append);
        list(text, "images", images, ImageInfo::id, CocoWriter::append);
        list(text, "annotations", annotations, Annotation::id, CocoWriter::append);
        text.append("\n}\n");
        WholeFolder.writeFile(file, text);
    }

    private interface Appender<T> {
        void append(StringBuilder text, T item);
    }

    private static <T> void list(
            StringBuilder text, String name, List<T> items, ToLongFunction<T> id, Appender<T> appender) {
        text.append(",\n\"").append(name).append("\": [");
        String separator = "\n";
        for (T item : items.stream().sorted(Comparator.comparingLong(id)).toList()) {
            text.append(separator);
            appender.append(text, item);
            separator = ",\n";
        }
        text.append("]");
    }

    private static void append(StringBuilder text, Category category) {
        text.append("{\"id\": ").append(category.id()).append(", \"name\": ");
        text.append(MAPPER.writeValueAsString(category.name())).append('}');
    }

    private static void append(StringBuilder text, ImageInfo image) {
        text.append("{\"id\": ").append(image.id()).append(", \"file_name\": ");
        text.append(MAPPER.writeValueAsString(image.fileName()));
        text.append(", \"width\": ").append(image.width());
        text.append(", \"height\": ").append(image.height()).append('}');
    }

    private static void append(StringBuilder text, Annotation a) {
        text.append("{\"id\": ").append(a.id()).append(", \"image_id\": ").append(a.imageId());
        text.append(", \"category_id\": ").append(a.categoryId());
        text.append(", \"bbox\": [").append(number(a.x())).append(", ").append(number(a.y()));
        text.append(", ")
                .append(number(a.w()))
                .append(", ")
                .append(number(a.h()))
                .append(']');
        text.append(", \"area\": ").append(number(a.area()));
        text.append(", \"iscrowd\": ").append(a.crowd() ? 1 : 0).append('}');
    }

    /** Whole numbers without a fraction, others with the digits that read back to the same double. */
    private static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new DataException("Cannot write the number " + value + ": JSON has no such value");
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
