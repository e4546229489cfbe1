package dev.retort.detection.model.fcos;

import dev.retort.detection.box.DistanceCoder;
import dev.retort.detection.box.GroundTruth;
import java.util.ArrayList;
import java.util.List;

/**
 * What the points of a batch of N images should predict.
 *
 * @param points of each level
 * @param truth of each image
 * @param foreground the foreground points, level by level, in each of them image by image, in each of them row by row
 */
public record FcosTargets(List<FcosPoints> points, List<GroundTruth> truth, List<Foreground> foreground) {

    /**
     * A point that stands for a box.
     *
     * @param index of the point in its level
     * @param box index of the box in its image
     * @param distances [4]: to the left, top, right and bottom edge, in strides of the level
     */
    public record Foreground(int level, int image, int index, int box, double[] distances) {
        /** sqrt(min(l, r)/max(l, r) * min(t, b)/max(t, b)): 1 in the box's center, 0 at its edges (eq. 3). */
        public double centerness() {
            double across = Math.min(distances[0], distances[2]) / Math.max(distances[0], distances[2]);
            double down = Math.min(distances[1], distances[3]) / Math.max(distances[1], distances[3]);
            return Math.sqrt(across * down);
        }
    }

    /**
     * The targets of a batch.
     *
     * @throws IllegalArgumentException if a class index is not in 0 to K-1 or a coordinate is not finite
     */
    public static FcosTargets of(
            FcosMatcher matcher, int numClasses, List<FcosPoints> points, List<GroundTruth> truth) {
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
                        FcosPoints cell = points.get(level);
                        double[] distances = DistanceCoder.encode(
                                cell.xy()[2 * i],
                                cell.xy()[2 * i + 1],
                                cell.stride(),
                                truth.get(image).boxes(),
                                boxes[i]);
                        foreground.add(new Foreground(level, image, i, boxes[i], distances));
                    }
                }
            }
        }
        return new FcosTargets(points, truth, foreground);
    }

    /** [N * P * K]: 1 for the class of each foreground point of a level. */
    float[] oneHot(int level, int numClasses) {
        int count = points.get(level).count();
        float[] oneHot = new float[Math.multiplyExact(Math.multiplyExact(truth.size(), count), numClasses)];
        for (Foreground point : foreground) {
            if (point.level == level) {
                GroundTruth image = truth.get(point.image);
                int row = point.image * count + point.index;
                oneHot[row * numClasses + image.classes()[point.box]] = 1;
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
