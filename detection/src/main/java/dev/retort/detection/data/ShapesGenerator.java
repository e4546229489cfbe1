package dev.retort.detection.data;

import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * Generates the "shapes" data set: turned circles, squares, triangles, rings, crosses and stars of any color on textured
 * backgrounds, over an eightfold range of sizes, overlapping, with noise. Small enough for a detector to learn on a
 * processor in minutes, and rich enough that outline, not color or place, tells the class.
 *
 * <p>Every image is a pure function of (seed, number of the image), so the files are the same bytes for a seed. A box
 * is tight around an object's visible pixels and {@code area} is their number; an object with a fifth or less of its
 * pixels visible is not annotated. Images are PNG, numbered through all splits, in the standard layout of
 * {@link DataFolder}.
 */
public final class ShapesGenerator {
    /**
     * What to generate. Sizes in pixels.
     *
     * @param minSize smallest diameter of a shape's circumscribed circle
     * @param maxSize largest one
     * @param minObjects fewest shapes an image
     * @param maxObjects most shapes an image
     * @param noise largest standard deviation of the noise, in gray levels, at least 2
     * @param splits images a split, in order
     */
    public record Settings(
            int width,
            int height,
            double minSize,
            double maxSize,
            int minObjects,
            int maxObjects,
            double noise,
            Map<String, Integer> splits,
            long seed) {
        public Settings {
            splits = new LinkedHashMap<>(splits);
            if (!(minSize >= 4 && maxSize >= minSize && maxSize <= Math.min(width, height))) {
                throw new IllegalArgumentException("Shapes must have 4 pixels or more and fit the image: sizes "
                        + minSize + " to " + maxSize + " in " + width + "x" + height);
            }
            if (minObjects < 0 || maxObjects < minObjects) {
                throw new IllegalArgumentException(
                        "There cannot be " + minObjects + " to " + maxObjects + " objects an image");
            }
            if (!(noise >= 2)) {
                throw new IllegalArgumentException("The noise's largest deviation is at least 2, not " + noise);
            }
            if (splits.isEmpty() || splits.values().stream().anyMatch(count -> count <= 0)) {
                throw new IllegalArgumentException("Every split needs images, not " + splits);
            }
        }

        /** 128x128 images with one to six shapes of 12 to 96 pixels. */
        public static Settings standard(int train, int val, int test, long seed) {
            Map<String, Integer> splits = new LinkedHashMap<>();
            splits.put("train", train);
            splits.put("val", val);
            splits.put("test", test);
            return new Settings(128, 128, 12, 96, 1, 6, 12, splits, seed);
        }

        /** The same images in other splits, by name. */
        public Settings withSplits(Map<String, Integer> other) {
            return new Settings(width, height, minSize, maxSize, minObjects, maxObjects, noise, other, seed);
        }
    }

    private record PaintedImage(ImageInfo info, List<ShapePainter.Painted> objects) {}

    private ShapesGenerator() {}

    /** Names of the classes in class order. */
    public static List<String> classNames() {
        return Arrays.stream(ShapeKind.values()).map(ShapeKind::label).toList();
    }

    /**
     * Writes the data set to a folder that does not exist yet or is empty. The folder appears when it is complete.
     *
     * @throws DataException if the folder holds something
     */
    public static void generate(Settings settings, Path target) {
        WholeFolder.write(target, folder -> {
            Files.createDirectories(folder.resolve(DataFolder.IMAGES));
            int first = 1;
            for (Map.Entry<String, Integer> split : settings.splits.entrySet()) {
                split(settings, split.getKey(), first, split.getValue(), folder);
                first += split.getValue();
            }
        });
    }

    /** A split of the data set that {@link #generate} would write, held in memory. */
    public static CocoDataset inMemory(Settings settings, String split) {
        int first = 1;
        for (Map.Entry<String, Integer> entry : settings.splits.entrySet()) {
            if (entry.getKey().equals(split)) {
                Map<Long, RgbImage> held = new ConcurrentHashMap<>();
                List<PaintedImage> painted =
                        paint(settings, split, first, entry.getValue(), (info, image) -> held.put(info.id(), image));
                return CocoDataset.inMemory(
                        "generated shapes, split " + split, images(painted), categories(), annotations(painted), held);
            }
            first += entry.getValue();
        }
        throw new IllegalArgumentException("There is no split '" + split + "' among " + settings.splits.keySet());
    }

    private static void split(Settings settings, String name, int first, int count, Path folder) {
        DataFolder files = DataFolder.standard(folder, name);
        List<PaintedImage> images = paint(
                settings,
                name,
                first,
                count,
                (info, image) ->
                        ImageFileWriter.write(image, files.images().get(0).resolve(info.fileName())));
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("description", "Generated shapes, split " + name);
        info.put("seed", settings.seed);
        CocoWriter.write(files.annotations(), info, images(images), categories(), annotations(images));
    }

    private static List<PaintedImage> paint(
            Settings settings, String name, int first, int count, BiConsumer<ImageInfo, RgbImage> sink) {
        return IntStream.range(first, first + count)
                .parallel()
                .mapToObj(id -> {
                    String fileName = String.format(Locale.ROOT, "%s_%06d.png", name, id);
                    ImageInfo info = new ImageInfo(id, fileName, settings.width, settings.height);
                    RandomSequence random = CounterRandom.sequence(settings.seed, Purpose.SYNTHETIC_DATA, id);
                    ShapePainter painter = new ShapePainter(settings, random);
                    List<ShapePainter.Painted> objects = painter.paint();
                    sink.accept(info, painter.image());
                    return new PaintedImage(info, objects);
                })
                .toList();
    }

    private static List<ImageInfo> images(List<PaintedImage> images) {
        return images.stream().map(PaintedImage::info).toList();
    }

    private static List<Category> categories() {
        return Arrays.stream(ShapeKind.values())
                .map(kind -> new Category(kind.ordinal() + 1, kind.label()))
                .toList();
    }

    private static List<Annotation> annotations(List<PaintedImage> images) {
        List<Annotation> annotations = new ArrayList<>();
        for (PaintedImage image : images) {
            for (ShapePainter.Painted o : image.objects) {
                long id = annotations.size() + 1L;
                annotations.add(new Annotation(
                        id, image.info.id(), o.kind().ordinal() + 1, o.x(), o.y(), o.w(), o.h(), o.visible(), false));
            }
        }
        return annotations;
    }
}
