package dev.retort.distill.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.box.GroundTruth;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaddingMaskTest {
    private static GroundTruth image(int height, int width) {
        return new GroundTruth(0, height, width, new double[0], new int[0]);
    }

    @Test
    void cellsBeyondTheImageArePadding() {
        PaddingMask mask = PaddingMask.of(List.of(image(32, 64), image(17, 33)), 32, 64, 2, 4);
        assertThat(mask.rows()).containsExactly(2, 2);
        assertThat(mask.columns()).containsExactly(4, 3);
        boolean t = true;
        boolean f = false;
        assertThat(mask.padding()).containsExactly(f, f, f, f, f, f, f, f, f, f, f, t, f, f, f, t);
    }

    @Test
    void strideIsMeasuredAndEveryImageKeepsACell() {
        // One row and two columns for 64x96: stride (64 + 48)/2 = 56, so 96 pixels reach ceil(96/56) = 2 columns.
        PaddingMask mask = PaddingMask.of(List.of(image(1, 1), image(64, 56), image(64, 57)), 64, 96, 1, 2);
        assertThat(mask.rows()).containsExactly(1, 1, 1);
        assertThat(mask.columns()).containsExactly(1, 1, 2);
    }

    @Test
    void joinsLevelsImageByImage() {
        List<GroundTruth> images = List.of(image(8, 8), image(4, 8));
        PaddingMask fine = PaddingMask.of(images, 8, 8, 2, 2);
        PaddingMask coarse = PaddingMask.of(images, 8, 8, 1, 1);
        assertThat(PaddingMask.join(List.of(fine, coarse)))
                .containsExactly(false, false, false, false, false, false, false, true, true, false);
    }

    @Test
    void refusesAnImageLargerThanTheBatch() {
        assertThatThrownBy(() -> PaddingMask.of(List.of(image(65, 64)), 64, 64, 8, 8))
                .hasMessageContaining("65x64")
                .hasMessageContaining("64x64");
    }
}
