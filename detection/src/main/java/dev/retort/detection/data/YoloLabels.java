package dev.retort.detection.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The labels of one image, a line each: the class's number, then the box's center, width and height as fractions of the image,
 * or the corners of a polygon, whose bounding box is taken.
 *
 * @param file the label file
 * @param isThere whether it is; an image without one has no objects
 * @param boxes what its lines say, a line that is there twice once
 * @param repeated lines that were there before
 * @param faults lines that make no sense
 */
record YoloLabels(Path file, boolean isThere, List<Box> boxes, int repeated, List<Fault> faults) {
    private static final int MOST_BYTES = 1 << 24;
    private static final int BOX = 5;
    private static final int SMALLEST_POLYGON = 7;
    /** Beyond 0 and 1: what rounding and careless exporters leave. */
    private static final double SLACK = 0.01;

    /**
     * An object: fractions of the image, its left upper corner and its size.
     *
     * @param line its line, from 1
     */
    record Box(int line, int classIndex, double x, double y, double w, double h, boolean polygon) {}

    /**
     * A line that makes no sense.
     *
     * @param kind equal for faults that are told together
     * @param sentence what goes behind the place
     */
    record Fault(int line, String kind, String sentence) {}

    /**
     * Reads a file.
     *
     * @param classes number of the classes
     * @param keypoints whether points that are no polygon follow the box
     * @throws DataException if it is there, but cannot be read
     */
    static YoloLabels read(Path file, int classes, boolean keypoints) {
        List<Box> boxes = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        if (!Files.isRegularFile(file)) {
            return new YoloLabels(file, false, boxes, 0, faults);
        }
        String text;
        try {
            text = new String(ZipFolder.content(file, MOST_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new DataException("Cannot read " + ZipFolder.shown(file) + ": " + e.getMessage(), e);
        }
        List<String> lines =
                text.replace("\ufeff", "").lines().map(String::strip).toList();
        LinkedHashSet<String> known = new LinkedHashSet<>();
        int repeated = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isEmpty()) {
                continue;
            }
            if (!known.add(lines.get(i))) {
                repeated++;
                continue;
            }
            new Line(i + 1, lines.get(i).split("\\s+"), classes, keypoints).read(boxes, faults);
        }
        return new YoloLabels(file, true, boxes, repeated, faults);
    }

    /** Reads a line's numbers. */
    private record Line(int number, String[] words, int classes, boolean keypoints) {
        void read(List<Box> boxes, List<Fault> faults) {
            double[] values = new double[words.length];
            for (int i = 0; i < words.length; i++) {
                try {
                    values[i] = Double.parseDouble(words[i]);
                } catch (NumberFormatException e) {
                    values[i] = Double.NaN;
                }
                if (!Double.isFinite(values[i])) {
                    faults.add(fault("number", "has '" + shortened(words[i]) + "', which is no finite number"));
                    return;
                }
            }
            boolean box = words.length == BOX || keypoints && words.length > BOX;
            if (!box && (words.length < SMALLEST_POLYGON || words.length % 2 == 0)) {
                faults.add(fault(
                        "count",
                        "has " + words.length + (words.length == 1 ? " number" : " numbers")
                                + ": five are a class and a box (center x, center y, width, height), seven, nine and so"
                                + " on a class and a polygon"
                                + (words.length == BOX + 1 ? ". Take the confidence away, if the sixth is one" : "")));
            } else if (values[0] != Math.rint(values[0]) || values[0] < 0 || values[0] >= classes) {
                faults.add(fault(
                        "class",
                        "has the class " + shortened(words[0]) + ": the " + classes + " names of the data set have the"
                                + " numbers 0 to " + (classes - 1) + ". Correct it, or add a name"));
            } else {
                add(box, values, boxes, faults);
            }
        }

        private void add(boolean box, double[] values, List<Box> boxes, List<Fault> faults) {
            for (int i = 1; i < (box ? BOX : values.length); i++) {
                if (values[i] < (box && i > 2 ? 0 : -SLACK) || values[i] > 1 + SLACK) {
                    faults.add(fault(
                            "fraction",
                            "has " + shortened(words[i])
                                    + ", which is no fraction of the image from 0 to 1: divide pixels"
                                    + " by its width and height"));
                    return;
                }
            }
            boxes.add(box ? ofCenter(values) : ofPolygon(values));
        }

        private Box ofCenter(double[] v) {
            return new Box(number, (int) v[0], v[1] - v[3] / 2, v[2] - v[4] / 2, v[3], v[4], false);
        }

        private Box ofPolygon(double[] v) {
            double left = v[1];
            double right = v[1];
            double top = v[2];
            double bottom = v[2];
            for (int i = 3; i < v.length; i += 2) {
                left = Math.min(left, v[i]);
                right = Math.max(right, v[i]);
                top = Math.min(top, v[i + 1]);
                bottom = Math.max(bottom, v[i + 1]);
            }
            return new Box(number, (int) v[0], left, top, right - left, bottom - top, true);
        }

        private Fault fault(String kind, String sentence) {
            return new Fault(number, kind, sentence);
        }

        private static String shortened(String word) {
            return word.length() > 40 ? word.substring(0, 40) + "..." : word;
        }
    }
}
