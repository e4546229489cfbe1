package dev.retort.detection.data;

import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;

/**
 * A random change of a training image and its boxes: a pure function of the image and of what is drawn, so that a run that is
 * resumed sees the same images. It never writes into the pixels that it is given, which may be held for the next epoch.
 */
public interface Augmentation {
    /** What it draws for: no two augmentations of a recipe share one, so that none shifts the draws of another. */
    Purpose purpose();

    /** The changed image; the image itself if nothing is to be done. */
    LabeledImage apply(LabeledImage image, RandomSequence draws);
}
