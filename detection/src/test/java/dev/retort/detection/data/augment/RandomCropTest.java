package dev.retort.detection.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.data.LabeledImage;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import org.junit.jupiter.api.Test;

/** The random patch. */
class RandomCropTest {
    private static final Window PATCH = new Window(1, 1, 2, 2);

    @Test
    void aPatchKeepsTheObjectsWhoseCentersLieInIt() {
        LabeledImage image = Images.with(
                Images.gray(4, 0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23), 0, 0, 2, 2, 3, 0, 4, 3, 2, 1, 3.5, 3);
        LabeledImage cut = RandomCrop.cut(image, PATCH);
        assertThat(Images.row(cut.visible(), 0)).containsExactly(11, 12);
        assertThat(Images.row(cut.visible(), 1)).containsExactly(21, 22);
        // The centers are (1, 1), (3.5, 1.5) and (2.75, 2): the second is outside.
        assertThat(cut.boxes()).containsExactly(0, 0, 1, 1, 1, 0, 2, 2);
        assertThat(cut.classes()).containsExactly(0, 2);
    }

    @Test
    void theCenterOnTheFarEdgeIsOutside() {
        assertThat(PATCH.hasCenter(new double[] {2, 1, 4, 2}, 0)).isFalse();
        assertThat(PATCH.hasCenter(new double[] {0, 1, 2, 2}, 0)).isTrue();
    }

    /** The patch covers (1, 1) to (3, 3): 4 pixels. */
    @Test
    void theIouWithOneObjectHasToReachTheBound() {
        double[] half = {1, 1, 3, 2};
        assertThat(RandomCrop.accepts(PATCH, half, 0.5)).isTrue();
        assertThat(RandomCrop.accepts(PATCH, half, 0.7)).isFalse();
        double[] two = {0, 0, 4, 1, 1, 1, 3, 3};
        assertThat(RandomCrop.accepts(PATCH, two, 0.9)).isTrue();
        assertThat(RandomCrop.accepts(PATCH, new double[] {0, 0, 1.5, 1.5}, 0)).isFalse();
        assertThat(RandomCrop.accepts(PATCH, new double[0], 0.9)).isTrue();
    }

    @Test
    void patchesHaveTheirRangesAndNoObjectIsLostWhole() {
        LabeledImage image = Images.with(Images.plain(100, 60, 9), 20, 10, 60, 50, 70, 20, 90, 30);
        RandomCrop crop = new RandomCrop(0.6);
        for (int i = 0; i < 2000; i++) {
            LabeledImage cut = crop.apply(image, CounterRandom.sequence(1, Purpose.CROP, i));
            if (cut == image) {
                continue;
            }
            double width = cut.visible().width() / 100.0;
            double height = cut.visible().height() / 60.0;
            assertThat(width / height).isBetween(0.45, 2.2);
            assertThat(Math.sqrt(width * height)).isBetween(0.09, 1.0);
            assertThat(cut.classes()).isNotEmpty();
            for (int j = 0; j < cut.boxes().length; j++) {
                int bound = j % 2 == 0 ? cut.visible().width() : cut.visible().height();
                assertThat(cut.boxes()[j]).isBetween(0.0, (double) bound);
            }
        }
    }

    @Test
    void anImageWithoutObjectsIsCutAnywhereWithTheProbability() {
        LabeledImage image = Images.with(Images.plain(50, 50, 9));
        int cut = 0;
        for (int i = 0; i < 2000; i++) {
            cut += new RandomCrop(0.6).apply(image, CounterRandom.sequence(1, Purpose.CROP, i)) == image ? 0 : 1;
        }
        // Standard deviation 22.
        assertThat(cut).isCloseTo(1200, within(110));
    }

    /** The smallest patch has some 1600 pixels, the box has 4: no IoU of 0.1 is there. */
    @Test
    void anImageStaysWholeWhereNoPatchFits() {
        LabeledImage image = Images.with(Images.plain(400, 400, 9), 7, 7, 9, 9);
        int whole = 0;
        for (int i = 0; i < 60; i++) {
            whole += new RandomCrop(1).apply(image, CounterRandom.sequence(1, Purpose.CROP, i)) == image ? 1 : 0;
        }
        // Five of six choices want an IoU that cannot be reached; standard deviation 2.9.
        assertThat(whole).isBetween(38, 60);
    }

    @Test
    void aProbabilityIsOne() {
        assertThatThrownBy(() -> new RandomCrop(1.5)).hasMessageContaining("[0, 1], not 1.5");
        assertThatThrownBy(() -> new RandomCrop(Double.NaN)).hasMessageContaining("NaN");
    }
}
