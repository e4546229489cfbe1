package dev.retort.detection.data;

import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;
import java.util.List;

/** A random way to make one training image of several; pure, as an {@link Augmentation} is. */
public interface ImageMixing {
    /** What it draws for. */
    Purpose purpose();

    /** How many further images this one is mixed with, at most 3; 0 leaves it alone. */
    int others(RandomSequence draws);

    /**
     * The mixed image.
     *
     * @param images the one that was asked for, then the others, each resized and augmented by itself
     * @param draws goes on behind what chose the others
     */
    LabeledImage mix(List<LabeledImage> images, RandomSequence draws);
}
