package dev.retort.detection.data;

import dev.retort.detection.box.ImageSize;

/** How large an image becomes before it enters the network, given a target for its shorter edge. */
@FunctionalInterface
public interface SizeRule {
    /** The new size, in pixels, of an image whose longer edge must not exceed {@code maxSize}. */
    ImageSize target(ImageSize image, int shortEdge, int maxSize);
}
