package dev.retort.detection.data;

/** How large a picture becomes before it enters the network, given a target for its shorter edge. */
@FunctionalInterface
public interface SizeRule {
    /** A size in pixels. */
    record Size(int width, int height) {}

    /** The new size of a picture of {@code width x height} pixels whose longer edge must not exceed {@code maxSize}. */
    Size target(int width, int height, int shortEdge, int maxSize);
}
