package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.GroundTruth;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceDescriptorsTest {
    private static final Offset<Double> CLOSE = within(1e-12);
    private static final IcdConfig.Descriptors CONFIG = IcdConfig.Descriptors.defaults(3);

    /** One real box (20, 10)-(60, 50) of class 2 in an image of 200x100, and one sampled box that leaves the image. */
    private static final GroundTruth IMAGE = new GroundTruth(0, 100, 200, new double[] {20, 10, 60, 50}, new int[] {2});

    private static final SlotDraws DRAWS = new SlotDraws(
            new int[] {0, 1}, new double[] {0, 0, 1, 1, 0.8, 0.5, 1.2, 0.9}, new double[] {0.5, 1, 0, 0.5});

    @Test
    void describesRealThenSampledInstances() {
        InstanceDescriptors described = InstanceDescriptors.of(List.of(IMAGE), List.of(DRAWS), CONFIG);
        assertThat(described.width()).isEqualTo(3 + 256 + 10);
        assertThat(described.labels()).containsExactly(2, 1);
        // Real: box 0.1..0.3 by 0.1..0.5, y moved by +0.3 heights. Sampled: clamped to 0.8..1 by 0.5..0.9, x by -0.3
        // widths.
        assertThat(described.centers()).containsExactly(new double[] {0.2, 0.42, 0.84, 0.7}, CLOSE);
        assertThat(described.targets().offsets())
                .containsExactly(new double[] {0.1, 0.32, 0.1, 0.08, 0.04, 0.2, 0.16, 0.2}, CLOSE);
        assertThat(described.targets().real()).containsExactly(true, false);
        assertThat(described.targets().padding()).containsExactly(false, false);
        assertThat(Arrays.copyOf(described.values(), 3)).containsExactly(0, 0, 1);
    }

    @Test
    void embedsXThenYSinesBeforeCosines() {
        InstanceDescriptors described = InstanceDescriptors.of(List.of(IMAGE), List.of(DRAWS), CONFIG);
        double[] values = described.values();
        double slowest = Math.pow(10000, 126.0 / 128);
        assertThat(values[3]).isCloseTo(Math.sin(0.2 * 2 * Math.PI), CLOSE);
        assertThat(values[3 + 63]).isCloseTo(Math.sin(0.2 * 2 * Math.PI / slowest), CLOSE);
        assertThat(values[3 + 64]).isCloseTo(Math.cos(0.2 * 2 * Math.PI), CLOSE);
        assertThat(values[3 + 128]).isCloseTo(Math.sin(0.42 * 2 * Math.PI), CLOSE);
        assertThat(values[3 + 255]).isCloseTo(Math.cos(0.42 * 2 * Math.PI / slowest), CLOSE);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-3, 0",
        "1, 0",
        "64.4, 0",
        "64.6, 1",
        "129, 1",
        "130, 2",
        "258.5, 2",
        "260, 3",
        "517, 3",
        "519, 4",
        "9e9, 4"
    })
    void scaleStepsDoubleInPixels(double pixels, int step) {
        assertThat(InstanceDescriptors.scaleOf(pixels)).isEqualTo(step);
    }

    @Test
    void scaleTakesTheImagesOwnSizeUnlessTheOfficialRuleIsAsked() {
        GroundTruth small = new GroundTruth(0, 100, 100, new double[] {0, 0, 50, 50}, new int[] {0});
        GroundTruth large = new GroundTruth(1, 800, 400, new double[] {0, 0, 400, 800}, new int[] {0});
        SlotDraws draws = new SlotDraws(new int[1], new double[4], new double[] {0.5, 0.5});
        InstanceDescriptors own = InstanceDescriptors.of(List.of(small, large), List.of(draws, draws), CONFIG);
        IcdConfig.Descriptors lastImage = new IcdConfig.Descriptors(3, SlotRule.relative(), 0.3, true, true);
        InstanceDescriptors official = InstanceDescriptors.of(List.of(small, large), List.of(draws, draws), lastImage);
        // 50 pixels are step 0; half of the last image, 200 by 400 pixels, is steps 2 and 3.
        assertThat(scale(own, 0)).containsExactly(1, 0, 0, 0, 0, 1, 0, 0, 0, 0);
        assertThat(scale(official, 0)).containsExactly(0, 0, 1, 0, 0, 0, 0, 0, 1, 0);
        assertThat(scale(own, 1)).containsExactly(0, 0, 0, 1, 0, 0, 0, 0, 0, 1);
        assertThat(scale(official, 1)).isEqualTo(scale(own, 1));
    }

    private static double[] scale(InstanceDescriptors described, int slot) {
        int end = (slot + 1) * described.width();
        return Arrays.copyOfRange(described.values(), end - 10, end);
    }

    @Test
    void padsImagesOfFewerSlots() {
        GroundTruth empty = new GroundTruth(1, 50, 50, new double[0], new int[0]);
        SlotDraws one = new SlotDraws(new int[] {1}, new double[] {0.1, 0.1, 0.2, 0.2}, new double[2]);
        InstanceDescriptors described = InstanceDescriptors.of(List.of(IMAGE, empty), List.of(DRAWS, one), CONFIG);
        assertThat(described.targets().padding()).containsExactly(false, false, false, true);
        assertThat(described.targets().real()).containsExactly(true, false, false, false);
        double[] padding = Arrays.copyOfRange(described.values(), 3 * described.width(), 4 * described.width());
        double[] expected = new double[described.width()];
        expected[0] = 1;
        Arrays.fill(expected, 3 + 64, 3 + 128, 1);
        Arrays.fill(expected, 3 + 192, 3 + 256, 1);
        assertThat(padding).containsExactly(expected);
    }

    @Test
    void leavesTheScaleIndicatorOut() {
        IcdConfig.Descriptors plain = new IcdConfig.Descriptors(3, SlotRule.relative(), 0.3, false, false);
        assertThat(InstanceDescriptors.of(List.of(IMAGE), List.of(DRAWS), plain).width())
                .isEqualTo(259);
    }

    @Test
    void refusesWhatDoesNotFit() {
        GroundTruth unknown = new GroundTruth(4, 10, 10, new double[4], new int[] {3});
        assertThatThrownBy(() -> InstanceDescriptors.of(List.of(unknown), List.of(DRAWS), CONFIG))
                .hasMessageContaining("class 3")
                .hasMessageContaining("0 to 2");
        GroundTruth three = new GroundTruth(5, 10, 10, new double[12], new int[3]);
        assertThatThrownBy(() -> InstanceDescriptors.of(List.of(three), List.of(DRAWS), CONFIG))
                .hasMessageContaining("3 instances but draws for 2 slots");
        assertThatThrownBy(() -> InstanceDescriptors.of(List.of(IMAGE), List.of(), CONFIG))
                .hasMessageContaining("1 images and 0 draws");
        assertThatThrownBy(() -> new SlotDraws(new int[2], new double[4], new double[4]))
                .hasMessageContaining("2 slots");
        assertThatThrownBy(() -> new SlotDraws(new int[0], new double[0], new double[0]))
                .hasMessageContaining("at least 1 slot");
        assertThatThrownBy(() -> new GroundTruth(7, 10, 10, new double[3], new int[1]))
                .hasMessageContaining("Image 7");
        assertThatThrownBy(() -> new GroundTruth(7, 0, 10, new double[0], new int[0]))
                .hasMessageContaining("0x10");
    }
}
