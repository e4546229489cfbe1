package dev.retort.distill.mgd;

import dev.retort.detection.box.GroundTruth;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.util.List;

/**
 * Uniform numbers for the cells of a level. Each is a function of (seed, micro-batch, image, level, cell), so that other images
 * and resumed runs never change it.
 */
record MaskDraws(long seed) {
    /**
     * In [0, 1), [N * cells], image by image.
     *
     * @param images keyed by their ids
     * @param level counts the student's levels from the finest, 0
     * @param cells of one image
     */
    double[] uniform(long microBatch, List<GroundTruth> images, int level, int cells) {
        long batch = CounterRandom.stream(seed, Purpose.FEATURE_MASKS, microBatch);
        double[] draws = new double[Math.multiplyExact(images.size(), cells)];
        for (int image = 0; image < images.size(); image++) {
            long stream = CounterRandom.stream(
                    batch, Purpose.FEATURE_MASKS, images.get(image).id());
            for (int cell = 0; cell < cells; cell++) {
                draws[image * cells + cell] = CounterRandom.uniform(stream, (long) level << Integer.SIZE | cell);
            }
        }
        return draws;
    }
}
