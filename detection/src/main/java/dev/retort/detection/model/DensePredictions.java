package dev.retort.detection.model;

import dev.retort.detection.box.GroundTruth;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * Predictions at fixed places of every level, A of them a cell, R_l in a level: RetinaNet's anchors, FCOS' points. It is what
 * distillation of predictions compares; lists are by level, finest first.
 */
public interface DensePredictions extends Predictions {
    /** Class logits, [N, R_l, K]. */
    List<Tensor> logits();

    /**
     * Boxes of one level as the head gives them, [N, R_l, 4]: RetinaNet's deltas, FCOS' distances in strides; with {@link
     * BoxOutput#DISTRIBUTION} the distances that are expected, in strides, from anchors' centers or from points.
     *
     * @param level its number from the finest, 0
     */
    Tensor boxes(int level);

    /** The logits behind {@link #boxes} with {@link BoxOutput#DISTRIBUTION}, [N, R_l, 4 * 17] a level; empty with numbers. */
    List<Tensor> distributions();

    /**
     * The boxes that {@link #boxes} of one level, this detector's or another's with the same places, stand for; differentiable.
     *
     * @param level its number from the finest, 0
     * @param boxes [N, R_l, 4]
     * @return [N, R_l, 4], XYXY in pixels of the batch
     */
    Tensor decode(int level, Tensor boxes);

    /** Whether places are anchors, boxes of several sizes and shapes, and not points. */
    boolean areAnchors();

    /** The places of each level: what they have in common and where they lie. */
    List<Places> places();

    /** What the detector's own losses want at each place. */
    PlaceLabels labels(List<GroundTruth> truth);

    /**
     * The maps that a forward pass with {@link Taps} kept.
     *
     * @throws IllegalArgumentException if nothing was kept at the position
     */
    default TowerMaps maps(int position) {
        return TowerMaps.of(keptMaps(), position);
    }

    /** All that a forward pass with {@link Taps} kept, a level. */
    List<TowerMaps.Level> keptMaps();

    /** The head's two towers, to run the rest of them on other maps. */
    TowerHead towers();
}
