package dev.retort.distill.fgd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.box.GroundTruth;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A batch of 8x16 pixels, a level of 4x8 cells, an image of 8x12 pixels in it. */
class FgdMasksTest {
    private static FgdMasks masks(BoxMapping mapping, double... boxes) {
        GroundTruth image = new GroundTruth(1, 8, 12, boxes, new int[boxes.length / 4]);
        return FgdMasks.of(List.of(image), 8, 16, 4, 8, mapping);
    }

    private static long count(double[] weights, double value) {
        return Arrays.stream(weights).filter(weight -> weight == value).count();
    }

    /** Columns 1 to ceil(2.5), rows 1 to 2; the other one columns and rows 0 to 1. */
    @Test
    void boxesCoverBothTheirEndsAndTheSmallerWins() {
        FgdMasks masks = masks(BoxMapping.STRIDE, 2, 2, 5, 4, 0, 0, 2, 2);
        double[] rows = new double[32];
        double big = 1.0 / 2 / 3;
        rows[0] = rows[1] = rows[8] = rows[9] = 0.25;
        rows[10] = rows[11] = rows[17] = rows[18] = rows[19] = big;
        assertThat(masks.foreground()).containsExactly(rows);
        assertThat(count(masks.background(), 1.0 / 23)).isEqualTo(23);
        assertThat(count(masks.background(), 0)).isEqualTo(9);
    }

    /** 8 cells over 12 pixels: columns floor(1.33) to ceil(3.33). */
    @Test
    void byTheImagesSizeBoxesAreStretchedOverThePadding() {
        FgdMasks masks = masks(BoxMapping.IMAGE, 2, 2, 5, 4);
        assertThat(count(masks.foreground(), 1.0 / 8)).isEqualTo(8);
    }

    /** Rows 2 to 4, of which the map has two. */
    @Test
    void whatIsBeyondTheMapCountsInABoxesSize() {
        FgdMasks masks = masks(BoxMapping.STRIDE, 10, 4, 12, 8);
        assertThat(count(masks.foreground(), 1.0 / 3 / 2)).isEqualTo(4);
    }

    @Test
    void anImageWithoutBoxesIsAllBackground() {
        FgdMasks masks = masks(BoxMapping.STRIDE);
        assertThat(masks.foreground()).containsOnly(0);
        assertThat(masks.background()).containsOnly(1.0 / 32);
    }

    @Test
    void anImageThatABoxCoversHasNoBackground() {
        FgdMasks masks = masks(BoxMapping.STRIDE, 0, 0, 16, 8);
        assertThat(masks.foreground()).containsOnly(1.0 / 5 / 9);
        assertThat(masks.background()).containsOnly(0);
    }
}
