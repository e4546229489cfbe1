package dev.retort.detection.model;

import dev.retort.tensor.Tensor;

/** What a head says of each of a box's four edges. */
public enum BoxOutput {
    /** One number. */
    DIRECT(1),
    /** A distribution over distances (generalized focal loss, arXiv 2006.04388, section 3.2), see {@link BoxDistribution}. */
    DISTRIBUTION(BoxDistribution.BINS);

    private final int perEdge;

    BoxOutput(int perEdge) {
        this.perEdge = perEdge;
    }

    /** The four numbers of boxes, [..., 4], of a head's output [..., {@link #perBox}]. */
    public Tensor numbers(Tensor output) {
        return this == DIRECT ? output : BoxDistribution.distances(output);
    }

    /** How many outputs a box has. */
    public int perBox() {
        return BoxDistribution.EDGES * perEdge;
    }
}
