package dev.retort.detection.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.data.LabeledImage;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Four images that meet in a point. */
class MosaicTest {
    private static LabeledImage image(int side, int level, double... boxes) {
        return Images.with(Images.plain(side, side, level), boxes);
    }

    /** They meet in (4, 6) of 10x10 pixels. */
    @Test
    void everyImageHasItsQuarterAndItsBoxesThere() {
        List<LabeledImage> images = List.of(
                // Of the top left one, columns 6 to 9 and rows 4 to 9 are seen.
                image(10, 10, 0, 0, 10, 10, 0, 0, 6, 10),
                // Of the top right one, columns 0 to 5 and rows 4 to 9.
                image(10, 20, 1, 2, 5, 9),
                // Of the bottom left one, columns 6 to 9 and rows 0 to 3.
                image(10, 30, 0, 1, 9, 3.5, 0, 0, 7, 3),
                // The bottom right one is seen whole; its box is 2 pixels wide.
                image(3, 40, 0, 0, 2, 3));
        LabeledImage mosaic = Mosaic.mix(images, 4, 6, 0);
        assertThat(Images.row(mosaic.visible(), 0)).containsExactly(10, 10, 10, 10, 20, 20, 20, 20, 20, 20);
        assertThat(Images.row(mosaic.visible(), 6)).containsExactly(30, 30, 30, 30, 40, 40, 40, 128, 128, 128);
        assertThat(Images.row(mosaic.visible(), 9)).containsExactly(30, 30, 30, 30, 128, 128, 128, 128, 128, 128);
        assertThat(mosaic.boxes()).containsExactly(0, 0, 4, 6, 5, 0, 9, 5, 0, 7, 3, 9.5);
        assertThat(mosaic.classes()).containsExactly(0, 0, 0);
    }

    /** Of 3.5x100 pixels 3.5x9 are seen, of the other 3.5x11: less and more than a tenth. */
    @Test
    void aBoxOfWhichTooLittleIsSeenIsDropped() {
        LabeledImage empty = image(20, 0);
        LabeledImage tall = Images.with(Images.plain(20, 120, 9), 8, 11, 11.5, 111, 14, 9, 17.5, 109);
        // Rows 100 to 119 are seen above a point in row 20.
        LabeledImage first = Images.with(Images.plain(20, 40, 5));
        LabeledImage mosaic = Mosaic.mix(List.of(first, empty, empty, tall), 20, 20, 1);
        assertThat(mosaic.boxes()).containsExactly(8, 0, 11.5, 11);
    }

    @Test
    void thePartOfTheFirstImageIsDrawn() {
        List<LabeledImage> images = List.of(image(4, 1), image(4, 2), image(4, 3), image(4, 4));
        assertThat(Images.row(Mosaic.mix(images, 2, 2, 3).visible(), 0)).containsExactly(2, 2, 3, 3);
        assertThat(Images.row(Mosaic.mix(images, 2, 2, 3).visible(), 3)).containsExactly(4, 4, 1, 1);
    }

    @Test
    void theDrawsAreTheChanceThenThePointThenTheQuarter() {
        Mosaic mosaic = new Mosaic(0.5);
        List<LabeledImage> images = List.of(image(100, 1), image(100, 2), image(100, 3), image(100, 4));
        int mixed = 0;
        for (int i = 0; i < 400; i++) {
            RandomSequence draws = CounterRandom.sequence(1, Purpose.MOSAIC, i);
            RandomSequence same = CounterRandom.sequence(1, Purpose.MOSAIC, i);
            int others = mosaic.others(draws);
            assertThat(others).isEqualTo(same.uniform() < 0.5 ? 3 : 0);
            mixed += others / 3;
            int x = (int) Math.rint(20 + 60 * same.uniform());
            int y = (int) Math.rint(20 + 60 * same.uniform());
            assertThat(mosaic.mix(images, draws).visible().rgb())
                    .containsExactly(
                            Mosaic.mix(images, x, y, same.below(4)).visible().rgb());
        }
        // Standard deviation 10.
        assertThat(mixed).isCloseTo(200, within(50));
    }

    @Test
    void aProbabilityIsOne() {
        assertThatThrownBy(() -> new Mosaic(2)).hasMessageContaining("[0, 1], not 2.0");
    }
}
