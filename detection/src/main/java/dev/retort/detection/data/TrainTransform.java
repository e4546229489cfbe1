package dev.retort.detection.data;

import java.util.List;

/**
 * What happens to a training image: its shorter edge is drawn from {@code shortEdges} (its longer edge stays within
 * {@code maxSize}), and it is mirrored with probability {@code flipProbability}; {@code augmentations} are done besides.
 */
public record TrainTransform(
        List<Integer> shortEdges, int maxSize, double flipProbability, Augmentations augmentations) {
    public TrainTransform {
        shortEdges = List.copyOf(shortEdges);
        if (shortEdges.isEmpty() || shortEdges.stream().anyMatch(edge -> edge <= 0)) {
            throw new IllegalArgumentException("Short edges must be positive and at least one, not " + shortEdges);
        }
        if (maxSize <= 0) {
            throw new IllegalArgumentException("The largest size must be positive, not " + maxSize);
        }
        if (!(flipProbability >= 0 && flipProbability <= 1)) {
            throw new IllegalArgumentException("A flip probability lies in [0, 1], not " + flipProbability);
        }
    }

    /** Resizing and mirroring only. */
    public TrainTransform(List<Integer> shortEdges, int maxSize, double flipProbability) {
        this(shortEdges, maxSize, flipProbability, Augmentations.NONE);
    }

    /** No chance at all: one size, never mirrored. For evaluation. */
    public static TrainTransform fixed(int shortEdge, int maxSize) {
        return new TrainTransform(List.of(shortEdge), maxSize, 0);
    }
}
