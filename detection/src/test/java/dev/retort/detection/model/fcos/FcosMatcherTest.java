package dev.retort.detection.model.fcos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which box a point stands for, worked out by hand: edges of ranges, ties of areas, the border of the center region; places of points. */
class FcosMatcherTest {
    private static final List<Double> ENDS = List.of(64.0, 128.0, 256.0, 512.0);
    private static final int NONE = FcosMatcher.BACKGROUND;

    private static FcosPoints points(int stride, double... xy) {
        return new FcosPoints(xy, stride);
    }

    private static int[] one(FcosMatcher matcher, FcosPoints points, double... boxes) {
        return matcher.match(List.of(points), boxes)[0];
    }

    /** The box reaches {@code left} to the left of the point and 10 pixels to each other side. */
    @ParameterizedTest
    @CsvSource({
        "63.5, true, 3", "64, true, 34", "64.5, true, 4", "128, true, 45", "512, true, 67", "9000, true, 7",
        "63.5, false, 3", "64, false, ''", "64.5, false, 4", "128, false, ''", "512, false, ''", "9000, false, 7"
    })
    void largestDistanceChoosesTheLevels(double left, boolean includesEnds, String levels) {
        FcosMatcher matcher = new FcosMatcher(0, ENDS, includesEnds, false);
        List<FcosPoints> pyramid = List.of(
                points(8, 100, 100),
                points(16, 100, 100),
                points(32, 100, 100),
                points(64, 100, 100),
                points(128, 100, 100));
        int[][] matched = matcher.match(pyramid, new double[] {100 - left, 90, 110, 110});
        StringBuilder found = new StringBuilder();
        for (int level = 0; level < 5; level++) {
            found.append(matched[level][0] == NONE ? "" : level + 3);
        }
        assertThat(found).hasToString(levels);
    }

    @Test
    void pointsAsFarAsTheRadiusAreNotNearTheCenter() {
        FcosMatcher matcher = new FcosMatcher(1.5, ENDS, true, false);
        double[] box = {0, 0, 40, 40};
        // The center is (20, 20), the radius 12; distances go by axis, so that corners of the square are near.
        FcosPoints points = points(8, 32, 20, 31.5, 20, 20, 8, 20, 8.5, 31.5, 31.5, 8.5, 31.5, 35, 20);
        assertThat(one(matcher, points, box)).containsExactly(NONE, 0, NONE, 0, 0, 0, NONE);
        assertThat(one(new FcosMatcher(0, ENDS, true, false), points, box)).containsOnly(0);
    }

    @Test
    void centerRegionEndsAtTheBox() {
        FcosMatcher matcher = new FcosMatcher(1.5, ENDS, true, false);
        assertThat(one(matcher, points(8, 22, 22, 20, 22, 24, 22, 22, 24, 23.5, 20.5), 20, 20, 24, 24))
                .containsExactly(0, NONE, NONE, NONE, 0);
    }

    @Test
    void smallestAreaWinsAndTheFirstOfEqualOnes() {
        FcosMatcher matcher = new FcosMatcher(1.5, ENDS, true, false);
        FcosPoints point = points(8, 20, 20);
        assertThat(one(matcher, point, 0, 0, 40, 40, 10, 10, 30, 30)).containsExactly(1);
        assertThat(one(matcher, point, 10, 10, 30, 30, 0, 0, 40, 40)).containsExactly(0);
        assertThat(one(matcher, point, 10, 15, 30, 25, 15, 10, 25, 30, 0, 0, 40, 40))
                .containsExactly(0);
        // The smallest one does not reach the point.
        assertThat(one(matcher, point, 0, 0, 40, 40, 30, 30, 31, 31)).containsExactly(0);
    }

    /** Areas 400 and 398; near 1e8 a float32 steps by 8. 390 is told from 400. */
    @Test
    void areasWithinAFloat32StepAreEqual() {
        FcosPoints point = points(8, 10, 10);
        double[] near = {0, 0, 20, 20, 0, 0, 19.9, 20};
        double[] apart = {0, 0, 20, 20, 0, 0, 19.5, 20};
        assertThat(one(new FcosMatcher(1.5, ENDS, true, false), point, near)).containsExactly(1);
        assertThat(one(new FcosMatcher(1.5, ENDS, true, true), point, near)).containsExactly(0);
        assertThat(one(new FcosMatcher(1.5, ENDS, true, true), point, apart)).containsExactly(1);
    }

    @Test
    void withoutBoxesAllIsBackground() {
        FcosMatcher matcher = FcosMatcher.of(FcosSettings.DEFAULTS);
        assertThat(one(matcher, points(8, 1, 1, 2, 2))).containsOnly(NONE).hasSize(2);
    }

    @Test
    void badInputIsNamed() {
        FcosMatcher matcher = new FcosMatcher(1.5, List.of(64.0), true, false);
        assertThatThrownBy(() -> one(matcher, points(8, 1, 1), 0, 0, Double.NaN, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() ->
                        matcher.match(List.of(points(8, 1, 1), points(16, 1, 1), points(32, 1, 1)), new double[0]))
                .hasMessageContaining("3 levels, but ranges for 2");
        assertThatThrownBy(() -> FcosTargets.of(matcher, 2, List.of(points(8, 1, 1)), List.of(truth(2, 0, 0, 4, 4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Class index 2 is not in 0..1");
    }

    private static GroundTruth truth(int boxClass, double... box) {
        return new GroundTruth(0, 64, 64, box, new int[] {boxClass});
    }

    @Test
    void targetsAreDistancesInStridesAndCenterness() {
        List<FcosPoints> points = List.of(points(8, 4, 4, 12, 12), points(16, 20, 20));
        FcosMatcher matcher = new FcosMatcher(0, List.of(24.0), true, false);
        FcosTargets targets =
                FcosTargets.of(matcher, 3, points, List.of(truth(2, 4, 4, 28, 36), truth(1, -4, -4, 28, 30)));
        // Image 0: (12, 12) is 8 and 24 from the corners, (20, 20) 16 and 16; image 1: (4, 4) is 26 from the lower
        // edge.
        assertThat(targets.foreground())
                .extracting(point -> point.level() + " " + point.image() + " " + point.index())
                .containsExactly("0 0 1", "0 1 1", "1 1 0");
        FcosTargets.Foreground first = targets.foreground().get(0);
        assertThat(first.distances()).containsExactly(1, 1, 2, 3);
        assertThat(first.centerness()).isCloseTo(Math.sqrt(1 / 2.0 / 3), within(1e-15));
        assertThat(targets.rows(0)).containsExactly(1, 3);
        assertThat(targets.rows(1)).containsExactly(1);
        float[] oneHot = targets.oneHot(0, 3);
        assertThat(oneHot).hasSize(12);
        assertThat(oneHot[5]).isEqualTo(1);
        assertThat(oneHot[10]).isEqualTo(1);
    }

    @Test
    void pointsLieInTheMiddleOfCellsOrInTheirCorners() {
        ImageSize padded = new ImageSize(96, 160);
        assertThat(FcosPoints.level(FcosVariant.ADELAIDET, padded, 1, 1, 2).xy())
                .containsExactly(8, 8, 24, 8);
        assertThat(FcosPoints.level(FcosVariant.DETECTRON2, padded, 3, 2, 1).xy())
                .containsExactly(32, 32, 32, 96);
        // Steps of 96/2 and 160/3 pixels, rounded down.
        FcosPoints corners = FcosPoints.level(FcosVariant.TORCHVISION, padded, 3, 2, 3);
        assertThat(corners.xy()).containsExactly(0, 0, 53, 0, 106, 0, 0, 48, 53, 48, 106, 48);
        assertThat(corners.stride()).isEqualTo(64);
    }
}
