package dev.retort.detection.weights;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Rows of a head's last layers, which programs order in their own ways: anchors by ratio or by size first, class channels with a
 * background or gaps.
 *
 * @param source whose order it is
 * @param anchors of a cell
 * @param channels of classes there, a background's included
 */
record HeadRows(WeightSource source, int anchors, int channels) {
    /** Three ratios of three sizes. */
    private static final int SIDE = 3;

    private static final int BOX = 4;

    /** Marks a row there that is none here. */
    static final int NONE = -1;

    /**
     * For each row here the row there; empty where all rows are as they are.
     *
     * @param name ours
     */
    int[] theirs(String name, ClassRows classes) {
        if (name.startsWith("head.cls_score.")) {
            return classes.logitRows(order(), channels);
        }
        if (name.startsWith("head.bbox_pred.") && source.kind() == WeightSource.Kind.RETINANET) {
            int[] order = order();
            return IntStream.range(0, BOX * anchors)
                    .map(i -> BOX * order[i / BOX] + i % BOX)
                    .toArray();
        }
        return new int[0];
    }

    /** For each row there the row here, or {@link #NONE}; empty where all rows are as they are. */
    int[] ours(String name, ClassRows classes) {
        int[] theirs = theirs(name, classes);
        if (theirs.length == 0) {
            return theirs;
        }
        int[] ours = new int[name.startsWith("head.cls_score.") ? anchors * channels : BOX * anchors];
        Arrays.fill(ours, NONE);
        for (int row = 0; row < theirs.length; row++) {
            ours[theirs[row]] = row;
        }
        return ours;
    }

    /** For each anchor of a cell here the one there. */
    private int[] order() {
        if (!source.isRatioMajor() || anchors != SIDE * SIDE) {
            return IntStream.range(0, anchors).toArray();
        }
        return IntStream.range(0, anchors).map(i -> i % SIDE * SIDE + i / SIDE).toArray();
    }
}
