package dev.retort.distill.region;

/** Which cells count, and how much: the rows of the ICD paper's comparison of weightings and what other methods use. */
public enum Region {
    /** All alike. */
    ALL,
    /** Those that a box of the ground truth overlaps, on every level. */
    BOXES,
    /**
     * Those with an anchor whose IoU with a box is above half of the best that any anchor has with that box, as in fine-grained mimic
     * (FGFI, arXiv 1906.03609, section 3.1), the best taken over all levels.
     */
    ANCHORS,
    /** By the teacher's activation: the softmax over the level's cells of mean |T| over channels, divided by 0.5, times their number. */
    ACTIVATION,
    /** By the teacher's best class score in the cell, as in FRS (arXiv 2111.00674). */
    SCORE,
    /** By the attention of a conditional decoder, which ICD alone has. */
    CONDITIONAL;

    /** Whether the teacher's head has to run. */
    public boolean needsPredictions() {
        return this == SCORE;
    }
}
