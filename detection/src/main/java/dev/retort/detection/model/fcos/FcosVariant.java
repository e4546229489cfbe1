package dev.retort.detection.model.fcos;

/**
 * Whose FCOS: the published implementations agree on the network and differ in these points. Sources: AdelaiDet (commit 3672122,
 * {@code adet/modeling/fcos}), detectron2 (commit 02b5c4e, {@code modeling/meta_arch/fcos.py}), torchvision 0.14 ({@code
 * models/detection/fcos.py}).
 */
public enum FcosVariant {
    /**
     * The authors' own, which ICD distils. Distances are scaled by a learned factor of each level. Ranges of sizes include both ends.
     * The box loss is weighted by the target centerness and divided by its sum, its areas in units of the stride with 1 added; the other
     * two are divided by the number of foreground points. A class probability above 0.05 makes a candidate.
     */
    ADELAIDET,
    /**
     * Ranges of sizes exclude both ends, areas are compared in float32. All losses are divided by a moving average of the number of
     * foreground points that starts at 300. A score above 0.2 makes a candidate.
     */
    DETECTRON2,
    /**
     * As detectron2's, but points lie in the corners of cells, at whole steps of padded side / map side; the losses are divided by the
     * number of foreground points; boxes are clipped to the image before overlapping ones are suppressed.
     */
    TORCHVISION;

    /** Whether a level's distances are multiplied by a learned factor. */
    boolean scalesLevels() {
        return this == ADELAIDET;
    }

    /** Whether points lie in the middle of cells, or in their corners. */
    boolean pointsAreCenters() {
        return this != TORCHVISION;
    }

    /** Whether a point whose largest distance is exactly the end of a level's range belongs to the level. */
    boolean includesRangeEnds() {
        return this == ADELAIDET;
    }

    /** Whether areas within 8 square pixels of each other count as equal: float32(1e8 - area) is what is compared. */
    boolean comparesAreasInFloat32() {
        return this != ADELAIDET;
    }

    /** Whether the losses are divided by a moving average, or by what the batch itself has. */
    boolean averagesNormalizer() {
        return this == DETECTRON2;
    }

    /** Whether detections are clipped to the image before suppression. */
    boolean clipsFirst() {
        return this == TORCHVISION;
    }

    /** Whether the threshold holds for the class probability alone, or for the score. */
    boolean thresholdsClass() {
        return this == ADELAIDET;
    }

    /** A candidate must exceed this. */
    double scoreThreshold() {
        return this == ADELAIDET ? 0.05 : 0.2;
    }
}
