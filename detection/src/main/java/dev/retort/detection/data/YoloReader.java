package dev.retort.detection.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a split of a YOLO data set: a YAML file with the classes ({@link YoloFolder}), images, and a text file of labels beside
 * each ({@link YoloLabels}). A category's id is its class's number, from 0; images have ids from 1 in the order of their paths.
 * Fractions are of the image as viewers show it, turned by its rotation tag.
 *
 * <p>Refused, all of it at once: lines with another count of numbers than those of a box or polygon, with words, with numbers
 * outside of 0 to 1, with classes that have no name; images without any label file among them.
 *
 * <p>Accepted with a notice: images without a label file (no objects; so is an empty one, without notice), polygons (their
 * bounding boxes), lines that occur twice in a file (once), boxes that leave their image by more than a pixel or have no extent.
 *
 * <p>An image whose header cannot be read counts as 1x1 pixels: looking through the images, which comes before training and
 * evaluation, says what is wrong with it.
 */
final class YoloReader {
    private static final double OVERHANG = 1;

    private final YoloFolder folder;
    private final Problems problems = new Problems();
    private final Map<String, Tally> tallies = new LinkedHashMap<>();

    /** An image with its labels. */
    private record Labeled(ImageInfo info, YoloLabels labels) {}

    /** How many of a kind, and where the first is. */
    private static final class Tally {
        private int count;
        private String first = "";

        void add(int more, String where) {
            first = count == 0 ? where : first;
            count += more;
        }
    }

    private YoloReader(YoloFolder folder) {
        this.folder = folder;
    }

    /**
     * Reads a split and leaves out the labels that are wrong.
     *
     * @throws DataException if the YAML file does not lead to images
     */
    static CocoDataset.Examined examine(YoloFolder folder, String split) {
        YoloReader reader = new YoloReader(folder);
        CocoDataset dataset = reader.dataset(split);
        return new CocoDataset.Examined(dataset, reader.problems.lines());
    }

    private CocoDataset dataset(String split) {
        YoloImages files = new YoloImages(folder);
        List<Labeled> read = read(files, files.of(split));
        List<Category> categories = new ArrayList<>();
        folder.names().forEach(name -> categories.add(new Category(categories.size(), name)));
        Map<Long, List<Annotation>> annotations = new LinkedHashMap<>();
        long next = 1;
        for (Labeled image : read) {
            List<Annotation> objects = objects(image, next);
            next += objects.size();
            annotations.put(image.info.id(), objects);
        }
        if (read.stream().noneMatch(image -> image.labels.isThere())) {
            String first = ZipFolder.shown(read.get(0).labels.file());
            problems.add(
                    "no labels",
                    "",
                    () -> ZipFolder.shown(folder.file()) + ": none of the " + read.size() + " images of " + split
                            + " has a label file; looked for " + first + " and so on");
        }
        String source = ZipFolder.shown(folder.file()) + " (" + split + ")";
        List<String> notices = new ArrayList<>();
        tallies.forEach((what, tally) ->
                notices.add(source + ": " + tally.count + " " + what + " (first: " + tally.first + ")"));
        List<ImageInfo> images = read.stream().map(Labeled::info).toList();
        return new CocoDataset(
                source, new ImageFolders(List.of(folder.root())), images, categories, annotations, notices);
    }

    /** Reads headers and labels, several at once; in the order of the files. */
    private List<Labeled> read(YoloImages files, List<Path> paths) {
        List<ImageInfo> infos = new ArrayList<>();
        for (Path path : paths) {
            infos.add(new ImageInfo(infos.size() + 1, files.name(path), 1, 1));
        }
        return infos.parallelStream()
                .map(info -> {
                    Path path = paths.get((int) info.id() - 1);
                    YoloLabels labels =
                            YoloLabels.read(files.labels(path), folder.names().size(), folder.keypoints());
                    return new Labeled(sized(info, path), labels);
                })
                .toList();
    }

    private static ImageInfo sized(ImageInfo info, Path path) {
        try {
            ImageHeader header = ImageHeader.read(path);
            return new ImageInfo(info.id(), info.fileName(), header.width(), header.height());
        } catch (ImageException e) {
            return info;
        }
    }

    private List<Annotation> objects(Labeled image, long firstId) {
        YoloLabels labels = image.labels;
        String file = ZipFolder.shown(labels.file());
        for (YoloLabels.Fault fault : labels.faults()) {
            String who = file + ", line " + fault.line();
            problems.add(fault.kind(), who, () -> who + " " + fault.sentence());
        }
        tally(
                labels.isThere() ? 0 : 1,
                "image(s) have no label file and count as images without objects",
                image.info.fileName());
        tally(labels.repeated(), "line(s) repeat one of the same file and are left out", file);
        List<Annotation> objects = new ArrayList<>();
        ImageInfo info = image.info;
        for (YoloLabels.Box box : labels.boxes()) {
            double x = box.x() * info.width();
            double y = box.y() * info.height();
            double w = box.w() * info.width();
            double h = box.h() * info.height();
            String where = file + ", line " + box.line();
            double overhang = Math.max(Math.max(-x, -y), Math.max(x + w - info.width(), y + h - info.height()));
            tally(box.polygon() ? 1 : 0, "polygon(s) are taken for their bounding boxes", where);
            tally(
                    overhang > OVERHANG ? 1 : 0,
                    "box(es) leave their image by more than a pixel; training clips them",
                    where);
            boolean dropped = !Transforms.keeps(x, y, w, h, info);
            tally(dropped ? 1 : 0, "box(es) have no width or height in their image; training drops them", where);
            objects.add(
                    new Annotation(firstId + objects.size(), info.id(), box.classIndex(), x, y, w, h, w * h, false));
        }
        return objects;
    }

    private void tally(int count, String what, String where) {
        if (count > 0) {
            tallies.computeIfAbsent(what, key -> new Tally()).add(count, where);
        }
    }
}
