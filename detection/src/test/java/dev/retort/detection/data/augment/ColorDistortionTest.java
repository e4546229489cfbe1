package dev.retort.detection.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.data.LabeledImage;
import dev.retort.detection.data.RgbImage;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Changes of colors, pixel by pixel. */
class ColorDistortionTest {
    private static RgbImage pixel(int r, int g, int b) {
        return new RgbImage(1, 1, new byte[] {(byte) r, (byte) g, (byte) b});
    }

    private static int[] levels(RgbImage image) {
        return new int[] {image.value(0, 0, 0), image.value(0, 0, 1), image.value(0, 0, 2)};
    }

    @Test
    void brightnessAndContrastAreClipped() {
        assertThat(levels(ColorDistortion.levels(pixel(10, 100, 240), 1, 32))).containsExactly(42, 132, 255);
        assertThat(levels(ColorDistortion.levels(pixel(10, 100, 240), 1, -32))).containsExactly(0, 68, 208);
        assertThat(levels(ColorDistortion.levels(pixel(11, 100, 240), 1.5, 0))).containsExactly(17, 150, 255);
        assertThat(levels(ColorDistortion.levels(pixel(11, 100, 240), 0.5, 0))).containsExactly(6, 50, 120);
    }

    /** HSV (20 degrees, 0.75, 200): channels lie 0, 100 and 150 below the largest. */
    @Test
    void saturationMovesChannelsTowardsTheLargest() {
        assertThat(levels(ColorDistortion.saturation(pixel(200, 100, 50), 0.5))).containsExactly(200, 150, 125);
        // At most by 200 / 150.
        assertThat(levels(ColorDistortion.saturation(pixel(200, 100, 50), 1.5))).containsExactly(200, 67, 0);
        assertThat(levels(ColorDistortion.saturation(pixel(70, 70, 70), 1.5))).containsExactly(70, 70, 70);
        assertThat(levels(ColorDistortion.saturation(pixel(0, 0, 0), 1.5))).containsExactly(0, 0, 0);
    }

    @Test
    void hueTurnsAroundTheCircle() {
        assertThat(levels(ColorDistortion.hue(pixel(200, 100, 50), 60))).containsExactly(150, 200, 50);
        assertThat(levels(ColorDistortion.hue(pixel(200, 100, 50), 0))).containsExactly(200, 100, 50);
        assertThat(levels(ColorDistortion.hue(pixel(255, 0, 0), -60))).containsExactly(255, 0, 255);
        assertThat(levels(ColorDistortion.hue(pixel(0, 255, 0), 120))).containsExactly(0, 0, 255);
        assertThat(levels(ColorDistortion.hue(pixel(0, 0, 255), 120))).containsExactly(255, 0, 0);
        assertThat(levels(ColorDistortion.hue(pixel(9, 9, 9), 120))).containsExactly(9, 9, 9);
        // From 0 degrees by 18: green rises by 0.3 of the chroma.
        assertThat(levels(ColorDistortion.hue(pixel(200, 100, 100), 18))).containsExactly(200, 130, 100);
    }

    @Test
    void boxesStayAndTheGivenPixelsAreNotWrittenTo() {
        LabeledImage image = Images.with(pixel(200, 100, 50), 0, 0, 1, 1);
        LabeledImage changed = new ColorDistortion(1).apply(image, CounterRandom.sequence(1, Purpose.COLOR, 0));
        assertThat(changed.boxes()).isSameAs(image.boxes());
        assertThat(levels(changed.visible())).isNotEqualTo(levels(image.visible()));
        assertThat(levels(image.visible())).containsExactly(200, 100, 50);
    }

    /** Half of the four changes are done, in 1 of 16 images none of them. */
    @Test
    void eachChangeHasTheProbability() {
        LabeledImage image = Images.with(pixel(200, 100, 50));
        long same = 0;
        int tries = 1600;
        for (int i = 0; i < tries; i++) {
            LabeledImage changed = new ColorDistortion(0.5).apply(image, CounterRandom.sequence(1, Purpose.COLOR, i));
            same += Arrays.equals(levels(changed.visible()), new int[] {200, 100, 50}) ? 1 : 0;
        }
        // Standard deviation 9.7; changes by less than half a level add some.
        assertThat(same).isCloseTo(110, within(45L));
        assertThat(new ColorDistortion(0)
                        .apply(image, CounterRandom.sequence(1, Purpose.COLOR, 0))
                        .visible())
                .isSameAs(image.visible());
    }

    /** Contrast clips before brightness lowers, or after: both orders occur. */
    @Test
    void theOrderIsDrawn() {
        LabeledImage image = Images.with(pixel(250, 250, 250));
        boolean clippedFirst = false;
        boolean clippedLast = false;
        for (int i = 0; i < 200; i++) {
            int level = levels(new ColorDistortion(1)
                    .apply(image, CounterRandom.sequence(5, Purpose.COLOR, i))
                    .visible())[0];
            clippedFirst |= level >= 223 && level < 255;
            clippedLast |= level == 255;
        }
        assertThat(clippedFirst).isTrue();
        assertThat(clippedLast).isTrue();
    }

    @Test
    void aProbabilityIsOne() {
        assertThatThrownBy(() -> new ColorDistortion(-0.1)).hasMessageContaining("[0, 1], not -0.1");
    }
}
