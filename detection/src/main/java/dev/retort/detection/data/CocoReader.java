package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads COCO instances JSON and validates it. {@link CocoEntries} tells what is accepted of an entry by itself.
 *
 * <p>Refused, all of it at once: missing fields and values of another kind, ids used twice or that are no whole numbers,
 * unknown category or image ids, keys that an entry has twice, non-finite numbers, negative box sizes, boxes wholly outside
 * their image, sets whose boxes are corners or fractions ({@link BoxConvention}). Refused at once: malformed JSON, a list
 * or a second document, no images or no categories.
 *
 * <p>Accepted with a notice: an annotation with id 0 (renumbered, since COCO's evaluation takes it for "unmatched"), a box
 * that leaves its image by more than one pixel (training clips it, evaluation takes it as it is), a box without extent
 * (training drops it), a missing {@code area} (w*h is taken), two categories of one name, file names that other tools wrote
 * ({@link ImageFolders}).
 */
final class CocoReader {
    private static final double OVERHANG = 1;
    private static final int NAMED = 5;

    /** The annotation file, for messages. */
    private final String file;

    private final Problems problems = new Problems();
    private final List<String> notices = new ArrayList<>();

    private CocoReader(String file) {
        this.file = file;
    }

    /**
     * Reads a file and leaves out the entries that are wrong.
     *
     * @throws DataException if it is not such a file at all
     */
    static CocoDataset.Examined examine(Path file, ImageFolders imageFolders) {
        if (!Files.isRegularFile(file)) {
            throw new DataException("The annotation file " + ZipFolder.shown(file) + " is not there");
        }
        CocoReader reader = new CocoReader(ZipFolder.shown(file));
        CocoEntries.Annotations raw;
        try {
            raw = CocoEntries.annotations(file, true, reader.problems);
        } catch (IOException e) {
            throw new DataException("Cannot read " + reader.file + ": " + e.getMessage(), e);
        }
        Map<Long, ImageInfo> images = reader.images(raw.images(), imageFolders);
        List<Category> categories = reader.categories(raw.categories());
        Map<Long, List<Annotation>> annotations = reader.annotations(raw, images);
        CocoDataset dataset = new CocoDataset(
                reader.file, imageFolders, List.copyOf(images.values()), categories, annotations, reader.notices);
        return new CocoDataset.Examined(dataset, reader.problems.lines(reader.file));
    }

    private Map<Long, ImageInfo> images(List<CocoEntries.RgbImage> entries, ImageFolders folders) {
        Map<Long, ImageInfo> images = new LinkedHashMap<>();
        Tally renamed = new Tally();
        String example = "";
        for (CocoEntries.RgbImage entry : entries) {
            String name = folders.find(entry.fileName());
            if (!name.equals(entry.fileName())) {
                example = example.isEmpty() ? entry.fileName() + " is taken for " + name : example;
                renamed.count(true, entry.id());
            }
            images.put(entry.id(), new ImageInfo(entry.id(), name, entry.width(), entry.height()));
        }
        renamed.note("image", "have a file name that is not of this folder; " + example);
        return images;
    }

    private List<Category> categories(List<Category> entries) {
        Map<String, Set<Long>> names = new LinkedHashMap<>();
        entries.forEach(category ->
                names.computeIfAbsent(category.name(), name -> new TreeSet<>()).add(category.id()));
        names.forEach((name, ids) -> {
            if (ids.size() > 1) {
                notices.add(file + ": the categories " + ids + " all have the name '" + name
                        + "' and count as different classes; if they are one, give them one id");
            }
        });
        return entries.stream().sorted(Comparator.comparingLong(Category::id)).toList();
    }

    private Map<Long, List<Annotation>> annotations(CocoEntries.Annotations raw, Map<Long, ImageInfo> images) {
        Map<Long, List<Annotation>> byImage = new LinkedHashMap<>();
        Tally overhanging = new Tally();
        Tally degenerate = new Tally();
        Tally withoutArea = new Tally();
        BoxConvention convention = new BoxConvention();
        for (CocoEntries.Box entry : raw.annotations()) {
            ImageInfo image = images.get(entry.imageId());
            if (!known(entry, raw) || image == null) {
                // Without an image its entry was faulty, and that was told.
                continue;
            }
            double[] box = entry.box();
            convention.add(box, image);
            double area = entry.area() == null ? box[2] * box[3] : entry.area();
            if (isOutside(box, image)) {
                problem(
                        entry,
                        "outside",
                        "has the bbox " + Arrays.toString(box) + ", wholly outside "
                                + image.fileName() + " (" + image.width() + "x" + image.height()
                                + "): correct or remove it");
            } else if (!(area >= 0 && area < Double.POSITIVE_INFINITY)) {
                problem(entry, "area", "has the area " + area + ": it must be finite and not negative");
            } else {
                double overhang = Math.max(
                        Math.max(-box[0], -box[1]),
                        Math.max(box[0] + box[2] - image.width(), box[1] + box[3] - image.height()));
                overhanging.count(overhang > OVERHANG, entry.id());
                boolean dropped = !entry.crowd() && !Transforms.keeps(box[0], box[1], box[2], box[3], image);
                degenerate.count(dropped, entry.id());
                withoutArea.count(entry.area() == null, entry.id());
                byImage.computeIfAbsent(entry.imageId(), key -> new ArrayList<>())
                        .add(new Annotation(
                                entry.id(),
                                entry.imageId(),
                                entry.categoryId(),
                                box[0],
                                box[1],
                                box[2],
                                box[3],
                                area,
                                entry.crowd()));
            }
        }
        overhanging.note("annotation", "leave their image by more than a pixel; training clips them");
        degenerate.note("annotation", "have a box of no width or height in their image; training drops them");
        withoutArea.note("annotation", "have no 'area'; width times height is taken");
        judge(convention);
        renumberZero(byImage);
        return byImage;
    }

    private boolean known(CocoEntries.Box entry, CocoEntries.Annotations raw) {
        if (!raw.imageIds().contains(entry.imageId())) {
            problem(
                    entry,
                    "image",
                    "is of image id " + entry.imageId()
                            + ", which 'images' does not list: add the image or remove the annotation");
            return false;
        }
        if (!raw.categoryIds().contains(entry.categoryId())) {
            String listed = some(raw.categoryIds());
            problem(
                    entry,
                    "category",
                    "is of category id " + entry.categoryId() + ", which 'categories' does not list (" + listed
                            + "): add the category or correct the annotation");
            return false;
        }
        return true;
    }

    /** The first ids; a data set may have hundreds. */
    private static String some(Set<Long> ids) {
        List<Long> sorted = ids.stream().sorted().toList();
        return sorted.size() <= NAMED
                ? sorted.toString()
                : sorted.subList(0, NAMED) + " and " + (sorted.size() - NAMED) + " more";
    }

    private void problem(CocoEntries.Box entry, String kind, String sentence) {
        String who = "annotation id " + entry.id();
        problems.add(kind, who, () -> who + " " + sentence);
    }

    /** Whether no point of a box lies in its image; a box that touches an edge from outside is none. */
    static boolean isOutside(double[] box, ImageInfo image) {
        return box[0] >= image.width() || box[1] >= image.height() || box[0] + box[2] < 0 || box[1] + box[3] < 0;
    }

    private void judge(BoxConvention convention) {
        String suspicion = convention.suspicion();
        if (suspicion == null) {
            return;
        }
        if (convention.isCertain()) {
            problems.add("convention", "", () -> suspicion);
        } else {
            notices.add(file + ": " + suspicion);
        }
    }

    private void renumberZero(Map<Long, List<Annotation>> byImage) {
        long free = 1;
        List<Annotation> ofZero = null;
        for (List<Annotation> list : byImage.values()) {
            for (Annotation annotation : list) {
                free = Math.max(free, annotation.id() + 1);
                ofZero = annotation.id() == 0 ? list : ofZero;
            }
        }
        if (ofZero == null) {
            return;
        }
        long id = free;
        ofZero.replaceAll(a -> a.id() != 0
                ? a
                : new Annotation(id, a.imageId(), a.categoryId(), a.x(), a.y(), a.w(), a.h(), a.area(), a.crowd()));
        notices.add(file + ": annotation id 0 was renumbered to " + id
                + ", since COCO's evaluation takes 0 for \"unmatched\"");
    }

    /** Counts entries with a property, so that a thousand of them make one notice. */
    private final class Tally {
        private int count;
        private long first;

        void count(boolean found, long id) {
            if (found && count++ == 0) {
                first = id;
            }
        }

        void note(String entry, String what) {
            if (count > 0) {
                notices.add(file + ": " + count + " " + entry + "(s) " + what + " (first: id " + first + ")");
            }
        }
    }
}
