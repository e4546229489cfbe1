package dev.retort.distill.fgd;

import dev.retort.detection.box.GroundTruth;

/** Which pixels the cells of a level stand for, when boxes are brought to them. */
public enum BoxMapping {
    /** The padded batch's, as the network has it. */
    STRIDE,
    /** The image's without padding, as in the released code: where an image is padded, its boxes land too far right or down. */
    IMAGE;

    /** Rows of pixels that the rows of cells stand for. */
    double height(GroundTruth image, int paddedHeight) {
        return this == STRIDE ? paddedHeight : image.height();
    }

    /** Columns of pixels that the columns of cells stand for. */
    double width(GroundTruth image, int paddedWidth) {
        return this == STRIDE ? paddedWidth : image.width();
    }
}
