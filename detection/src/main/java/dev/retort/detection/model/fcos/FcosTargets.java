package dev.retort.detection.model.fcos;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.GroundTruth;
import java.util.ArrayList;
import java.util.List;

/**
 * What the points of a batch of N images should predict.
 *
 * @param points of each level
 * @param matched of each image, of each level, for each point: the index of its box or {@link FcosMatcher#BACKGROUND}
 * @param truth of each image
 * @param foreground the foreground points, level by level, in each of them image by image, in each of them row by row
 */
record FcosTargets(
        List<FcosPoints> points, List<int[][]> matched, List<GroundTruth> truth, List<Foreground> foreground) {

    /**
     * A point that stands for a box.
     *
     * @param index of the point in its level
     * @param distances [4]: to the left, top, right and bottom edge, in strides of the level
     */
    record Foreground(int level, int image, int index, double[] distances) {
        /** sqrt(min(l, r)/max(l, r) * min(t, b)/max(t, b)): 1 in the box's center, 0 at its edges (eq. 3). */
        double centerness() {
            double across = Math.min(distances[0], distances[2]) / Math.max(distances[0], distances[2]);
            double down = Math.min(distances[1], distances[3]) / Math.max(distances[1], distances[3]);
            return Math.sqrt(across * down);
        }
    }

    /** @throws IllegalArgumentException if a class index is not in 0 to K-1 or a coordinate is not finite */
    static FcosTargets of(FcosMatcher matcher, int numClasses, List<FcosPoints> points, List<GroundTruth> truth) {
        List<int[][]> matched = new ArrayList<>();
        for (GroundTruth image : truth) {
            for (int boxClass : image.classes()) {
                if (boxClass < 0 || boxClass >= numClasses) {
                    throw new IllegalArgumentException("Class index " + boxClass + " is not in 0.." + (numClasses - 1));
                }
            }
            matched.add(matcher.match(points, image.boxes()));
        }
        List<Foreground> foreground = new ArrayList<>();
        for (int level = 0; level < points.size(); level++) {
            for (int image = 0; image < truth.size(); image++) {
                int[] boxes = matched.get(image)[level];
                for (int i = 0; i < boxes.length; i++) {
                    if (boxes[i] != FcosMatcher.BACKGROUND) {
                        double[] box = Boxes.select(truth.get(image).boxes(), new int[] {boxes[i]});
                        foreground.add(new Foreground(level, image, i, distances(points.get(level), i, box)));
                    }
                }
            }
        }
        return new FcosTargets(points, matched, truth, foreground);
    }

    private static double[] distances(FcosPoints points, int i, double[] box) {
        double x = points.xy()[2 * i];
        double y = points.xy()[2 * i + 1];
        double unit = points.stride();
        return new double[] {(x - box[0]) / unit, (y - box[1]) / unit, (box[2] - x) / unit, (box[3] - y) / unit};
    }

    /** [N * P * K]: 1 for the class of each foreground point of a level. */
    float[] oneHot(int level, int numClasses) {
        int count = points.get(level).count();
        float[] oneHot = new float[Math.multiplyExact(Math.multiplyExact(truth.size(), count), numClasses)];
        for (Foreground point : foreground) {
            if (point.level == level) {
                GroundTruth image = truth.get(point.image);
                int row = point.image * count + point.index;
                oneHot[row * numClasses + image.classes()[matched.get(point.image)[level][point.index]]] = 1;
            }
        }
        return oneHot;
    }

    /** Indexes of the foreground points among a level's N * P rows. */
    int[] rows(int level) {
        int count = points.get(level).count();
        return foreground.stream()
                .filter(point -> point.level == level)
                .mapToInt(point -> point.image * count + point.index)
                .toArray();
    }

    /** [F * 4] distances of the foreground points. */
    double[] distances() {
        double[] joined = new double[4 * foreground.size()];
        for (int i = 0; i < foreground.size(); i++) {
            System.arraycopy(foreground.get(i).distances, 0, joined, 4 * i, 4);
        }
        return joined;
    }

    /** [F] centerness of the foreground points. */
    double[] centerness() {
        return foreground.stream().mapToDouble(Foreground::centerness).toArray();
    }
}
