package dev.retort.detection.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.data.LabeledImage;
import dev.retort.detection.data.RgbImage;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;
import org.junit.jupiter.api.Test;

/** Large-scale jitter of an image of 4x2 pixels, its left half black, into a square of 4 pixels. */
class LargeScaleJitterTest {
    private static final LabeledImage IMAGE =
            Images.with(Images.gray(4, 0, 0, 255, 255, 0, 0, 255, 255), 1, 0, 4, 2, 0, 0, 1, 1);
    private static final LargeScaleJitter JITTER = new LargeScaleJitter(0.1, 2, 4);

    @Test
    void anImageThatFitsIsPaddedWithGrayBelow() {
        LabeledImage square = JITTER.apply(IMAGE, 1, 0.5, 0.5);
        assertThat(square.visible().width()).isEqualTo(4);
        assertThat(square.visible().height()).isEqualTo(4);
        assertThat(Images.row(square.visible(), 1)).containsExactly(0, 0, 255, 255);
        assertThat(Images.row(square.visible(), 2)).containsExactly(128, 128, 128, 128);
        assertThat(square.boxes()).containsExactly(1, 0, 4, 2, 0, 0, 1, 1);
        assertThat(square.classes()).containsExactly(0, 1);
    }

    /** At 8x4 the columns are 0, 0, 0, 64, 191, 255, 255, 255, and the window begins at 4 * across. */
    @Test
    void aLargerImageIsCutAndItsBoxesAreClipped() {
        LabeledImage right = JITTER.apply(IMAGE, 2, 1, 0);
        assertThat(Images.row(right.visible(), 3)).containsExactly(191, 255, 255, 255);
        assertThat(right.boxes()).containsExactly(0, 0, 4, 4, 0, 0, 0, 2);
        LabeledImage middle = JITTER.apply(IMAGE, 2, 0.5, 0);
        assertThat(Images.row(middle.visible(), 0)).containsExactly(0, 64, 191, 255);
        assertThat(middle.boxes()).containsExactly(0, 0, 4, 4, 0, 0, 0, 2);
    }

    /** At 2x1 the filter has the weights 3, 3, 1 of 7 for each column. */
    @Test
    void aSmallerImageLiesInTheCorner() {
        LabeledImage small = JITTER.apply(IMAGE, 0.5, 1, 1);
        assertThat(Images.row(small.visible(), 0)).containsExactly(36, 219, 128, 128);
        assertThat(Images.row(small.visible(), 1)).containsExactly(128, 128, 128, 128);
        assertThat(small.boxes()).containsExactly(0.5, 0, 2, 1, 0, 0, 0.5, 0.5);
    }

    /** A box that overhangs its image ends where the gray begins. */
    @Test
    void noBoxReachesIntoThePadding() {
        LabeledImage overhanging = Images.with(IMAGE.visible(), 1, 1, 9, 9);
        assertThat(JITTER.apply(overhanging, 1, 0, 0).boxes()).containsExactly(1, 1, 4, 2);
    }

    @Test
    void anImageHasOnePixelAtLeast() {
        RgbImage thin = Images.plain(100, 1, 7);
        RgbImage square = new LargeScaleJitter(0.1, 0.1, 10)
                .apply(Images.with(thin), 0.1, 0, 0)
                .visible();
        assertThat(Images.row(square, 0)).startsWith(7, 128).hasSize(10);
    }

    @Test
    void theDrawsAreFactorThenPlace() {
        RandomSequence draws = CounterRandom.sequence(3, Purpose.SCALE_JITTER, 8);
        double factor = 0.1 + 1.9 * draws.uniform();
        LabeledImage expected = JITTER.apply(IMAGE, factor, draws.uniform(), draws.uniform());
        LabeledImage drawn = JITTER.apply(IMAGE, CounterRandom.sequence(3, JITTER.purpose(), 8));
        assertThat(drawn.boxes()).containsExactly(expected.boxes());
        assertThat(drawn.visible().rgb()).containsExactly(expected.visible().rgb());
    }

    @Test
    void factorsAscendFromAboveZero() {
        assertThatThrownBy(() -> new LargeScaleJitter(0, 2, 4)).hasMessageContaining("0.0, 2.0 and 4");
        assertThatThrownBy(() -> new LargeScaleJitter(2, 1, 4)).hasMessageContaining("ascend");
        assertThatThrownBy(() -> new LargeScaleJitter(1, Double.NaN, 4)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new LargeScaleJitter(1, 2, 0)).hasMessageContaining("positive");
    }
}
