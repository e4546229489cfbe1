package dev.retort.detection.model.fcos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From an FCOS's raw output to detections, by hand. */
class FcosPostprocessorTest {
    private static final ImageSize SIZE = new ImageSize(40, 60);
    private static final FcosPoints POINTS = new FcosPoints(new double[] {4, 4, 52, 36}, 8);

    private static FcosPostprocessor of(double threshold, boolean thresholdsClass, int candidates, boolean clips) {
        return new FcosPostprocessor(2, threshold, thresholdsClass, candidates, 0.6, 100, clips);
    }

    private static float logit(double probability) {
        return (float) Math.log(probability / (1 - probability));
    }

    /** Class probabilities 0.5 and 0.1 with quality 0.08, 0.2 and 0.9 with quality 0.4: scores 0.2, 0.0894; 0.2828, 0.6. */
    private static FcosPostprocessor.Level level(float... distances) {
        return new FcosPostprocessor.Level(
                POINTS, new float[] {logit(0.5), logit(0.1), logit(0.2), logit(0.9)}, distances, new float[] {
                    logit(0.08), logit(0.4)
                });
    }

    @Test
    void scoresAreRootsOfProductsAndBoxesReachFromThePoint() {
        Detections found = of(0.05, true, 10, false).detect(List.of(level(0.5f, 0.25f, 1, 2, 1, 1, 2, 1)), SIZE);
        assertThat(found.scores())
                .containsExactly(new double[] {0.6, Math.sqrt(0.08), 0.2, Math.sqrt(0.008)}, within(1e-6));
        assertThat(found.classes()).containsExactly(1, 0, 0, 1);
        assertThat(found.boxes()).containsExactly(44, 28, 68, 44, 44, 28, 68, 44, 0, 2, 12, 20, 0, 2, 12, 20);
    }

    @Test
    void thresholdHoldsForTheClassOrForTheScore() {
        FcosPostprocessor.Level level = level(1, 1, 1, 1, 1, 1, 1, 1);
        assertThat(of(0.15, true, 10, false).detect(List.of(level), SIZE).classes())
                .containsExactly(1, 0, 0);
        assertThat(of(0.21, false, 10, false).detect(List.of(level), SIZE).classes())
                .containsExactly(1, 0);
        assertThat(of(0.15, true, 1, false).detect(List.of(level), SIZE).classes())
                .containsExactly(1);
    }

    @Test
    void clippingLeavesEmptyBoxesWhereAllIsOutside() {
        Detections found = of(0.5, true, 10, true).detect(List.of(level(1, 1, 1, 1, -1.5f, 1, 2, 1)), SIZE);
        assertThat(found.boxes()).containsExactly(60, 28, 60, 40);
    }

    @Test
    void equalScoresGoByIndex() {
        FcosPostprocessor.Level level = new FcosPostprocessor.Level(
                POINTS, new float[] {1, 1, 1, 1}, new float[] {1, 1, 1, 1, 1, 1, 1, 1}, new float[2]);
        Detections found = of(0.05, true, 3, false).detect(List.of(level), SIZE);
        assertThat(found.classes()).containsExactly(0, 1, 0);
        assertThat(found.boxes()[8]).isEqualTo(44);
    }

    @Test
    void levelsSuppressEachOther() {
        FcosPostprocessor.Level fine = new FcosPostprocessor.Level(
                new FcosPoints(new double[] {16, 16}, 8), new float[] {2, -9}, new float[] {2, 2, 2, 2}, new float[] {3
                });
        FcosPostprocessor.Level coarse = new FcosPostprocessor.Level(
                new FcosPoints(new double[] {16, 16}, 16), new float[] {3, -9}, new float[] {1, 1, 1, 1}, new float[] {3
                });
        Detections found = of(0.05, true, 10, false).detect(List.of(fine, coarse), SIZE);
        assertThat(found.size()).isEqualTo(1);
        assertThat(found.scores()[0]).isCloseTo(1 / Math.sqrt((1 + Math.exp(-3)) * (1 + Math.exp(-3))), within(1e-7));
        assertThat(of(0.05, true, 10, false).detect(List.of(), SIZE).size()).isZero();
    }

    @Test
    void divergedNetworksAreNamed() {
        FcosPostprocessor post = of(0.05, true, 10, false);
        FcosPostprocessor.Level badLogit =
                new FcosPostprocessor.Level(POINTS, new float[] {0, 0, 0, Float.NaN}, new float[8], new float[2]);
        assertThatThrownBy(() -> post.detect(List.of(badLogit), SIZE))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("level 0, point 1, class 1 is NaN");
        FcosPostprocessor.Level badQuality =
                new FcosPostprocessor.Level(POINTS, new float[4], new float[8], new float[] {Float.NaN, 0});
        assertThatThrownBy(() -> post.detect(List.of(badQuality), SIZE)).hasMessageContaining("point 0, class 0");
        FcosPostprocessor.Level badDistance = level(0, 0, 0, Float.NaN, 0, 0, 0, 0);
        assertThatThrownBy(() -> post.detect(List.of(badDistance), SIZE))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("distance of level 0, point 0 is NaN");
        assertThatThrownBy(() -> of(1, true, 10, false)).hasMessageContaining("not 1.0");
        assertThatThrownBy(() -> of(0.5, true, 0, false)).hasMessageContaining("2, 0, 100");
    }
}
