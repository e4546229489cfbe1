package dev.retort.detection.model.retinanet;

import dev.retort.detection.model.Require;
import java.util.List;

/**
 * What a recipe's section {@code model} says of a RetinaNet alone.
 *
 * @param anchorSizes size of the smallest anchor of each pyramid level, in pixels (default 32, 64, 128, 256, 512)
 */
public record RetinaNetSettings(List<Double> anchorSizes) {
    static final RetinaNetSettings DEFAULTS = new RetinaNetSettings(List.of(32.0, 64.0, 128.0, 256.0, 512.0));

    /** Pixels. */
    private static final int LARGEST_SIZE = 16_384;

    public RetinaNetSettings {
        anchorSizes = List.copyOf(anchorSizes);
        Require.that(
                anchorSizes.size() == RetinaNet.LEVELS
                        && anchorSizes.stream().allMatch(size -> size > 0 && size <= LARGEST_SIZE),
                "model.anchorSizes",
                anchorSizes,
                RetinaNet.LEVELS + " positive sizes up to " + LARGEST_SIZE + ", for the levels p3 to p7");
    }
}
