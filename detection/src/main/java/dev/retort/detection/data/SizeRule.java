package dev.retort.detection.data;

import dev.retort.detection.box.ImageSize;

/** How large a picture becomes before it enters the network, given a target for its shorter edge. */
@FunctionalInterface
public interface SizeRule {
    /** The new size, in pixels, of a picture whose longer edge must not exceed {@code maxSize}. */
    ImageSize target(ImageSize picture, int shortEdge, int maxSize);
}
