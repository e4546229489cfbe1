package dev.retort.detection.data;

import java.util.List;
import java.util.Optional;

/**
 * What is done with a training image besides resizing and mirroring.
 *
 * @param original on the image in its own size, one after the other, before it is resized
 * @param mixing of several resized images, before the mirror
 */
public record Augmentations(List<Augmentation> original, Optional<ImageMixing> mixing) {
    /** Nothing. */
    public static final Augmentations NONE = new Augmentations(List.of(), Optional.empty());

    public Augmentations {
        original = List.copyOf(original);
    }
}
