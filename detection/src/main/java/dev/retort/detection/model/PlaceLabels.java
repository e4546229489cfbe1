package dev.retort.detection.model;

import java.util.List;

/**
 * What a detector's losses want at each of its places.
 *
 * @param classes for each image, over all levels joined: 0 to K-1, or {@link #BACKGROUND}, or {@link #IGNORED}
 */
public record PlaceLabels(List<int[]> classes) {
    /** Nothing is there. */
    public static final int BACKGROUND = -1;

    /** Not counted in the losses. */
    public static final int IGNORED = -2;

    public PlaceLabels {
        classes = List.copyOf(classes);
    }

    /** Places of an image that stand for an object. */
    public int positives(int image) {
        int count = 0;
        for (int label : classes.get(image)) {
            count += label >= 0 ? 1 : 0;
        }
        return count;
    }

    /** The sum over images of their positives, at least 1 for each: what mmdetection divides losses by. */
    public double divisor() {
        double sum = 0;
        for (int image = 0; image < classes.size(); image++) {
            sum += Math.max(1, positives(image));
        }
        return sum;
    }
}
