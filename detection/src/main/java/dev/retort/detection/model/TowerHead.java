package dev.retort.detection.model;

import dev.retort.tensor.Tensor;

/** A head with a tower for classes and one for boxes, shared by all levels. */
public interface TowerHead {
    /** Convolutions in each tower. */
    int convolutions();

    /** Channels of the towers. */
    int channels();

    /** What is said of each of a box's edges. */
    BoxOutput boxOutput();

    /**
     * Class logits of a map inside the tower.
     *
     * @param map [N, H, W, C] behind {@code position} convolutions, before its ReLU
     * @param position 0 for a level of the pyramid itself, which has no ReLU, to {@link #convolutions}
     * @return [N, R, K]
     */
    Tensor logits(Tensor map, int position);

    /**
     * What the head says of boxes, of a map inside the tower.
     *
     * @param map as {@link #logits(Tensor, int)} takes it
     * @param level its number from the finest, 0
     * @return [N, R, 4], as {@link DensePredictions#boxes}
     */
    Tensor boxes(Tensor map, int position, int level);
}
