package dev.retort.detection.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Suppression of overlapping boxes and the way from raw output to detections. */
class PostprocessingTest {
    private static final ImageSize SIZE = new ImageSize(1000, 1000);

    private static final int ALL = Integer.MAX_VALUE;

    @Test
    void suppressionIsStrictAndGreedy() {
        // IoU of neighbors: 0 and 1 overlap by 5 of 15 = 1/3, 1 and 2 as well, 0 and 2 only touch.
        double[] chain = {0, 0, 10, 1, 5, 0, 15, 1, 10, 0, 20, 1};
        assertThat(Nms.nms(chain, new double[] {0.9, 0.8, 0.7}, 0.3)).containsExactly(0, 2);
        assertThat(Nms.nms(chain, new double[] {0.8, 0.9, 0.7}, 0.3)).containsExactly(1);
        assertThat(Nms.nms(chain, new double[] {0.7, 0.8, 0.9}, 1.0 / 3)).containsExactly(2, 1, 0);
    }

    @Test
    void equalScoresGoByIndexAndEmptyBoxesStay() {
        double[] boxes = {0, 0, 1, 1, 0, 0, 1, 1, 5, 5, 5, 6, 5, 5, 5, 6};
        assertThat(Nms.nms(boxes, new double[] {0.5, 0.5, 0.0, -0.0}, 0.5)).containsExactly(0, 2, 3);
        assertThat(Nms.nms(new double[0], new double[0], 0.5)).isEmpty();
    }

    @Test
    void classesDoNotSuppressEachOther() {
        double[] boxes = {-9, -9, -1, -1, -9, -9, -1, -1, -9, -9, -1, -1};
        double[] scores = {0.1, 0.3, 0.2};
        assertThat(Nms.nms(boxes, scores, new int[] {0, 1, 0}, 0.5, ALL)).containsExactly(1, 2);
        assertThat(Nms.nms(boxes, scores, new int[] {0, 1, 2}, 0.5, ALL)).containsExactly(1, 2, 0);
        assertThat(Nms.nms(boxes, scores, new int[] {0, 1, 2}, 0.5, 2)).containsExactly(1, 2);
        assertThatThrownBy(() -> Nms.nms(boxes, scores, new int[2], 0.5, ALL)).hasMessageContaining("2 classes");
        assertThatThrownBy(() -> Nms.nms(boxes, new double[] {0, Double.NaN, 1}, 0.5))
                .hasMessageContaining("Score 1 is NaN");
    }

    @Test
    void candidatesAreChosenPerLevelAndSuppressedOverAllLevels() {
        double[] anchors = {0, 0, 10, 10, 20, 20, 30, 30};
        float[] still = new float[8];
        // Anchor 0: classes 0 and 1; anchor 1: only class 1 is above sigmoid(0) = 0.5; 0 itself is not above.
        LevelPrediction fine = new LevelPrediction(anchors, new float[] {2, 1, 0, 3}, still, BoxCoder.RETINANET);
        // The same place as anchor 0 of the fine level, class 0, a better score.
        LevelPrediction coarse = new LevelPrediction(
                new double[] {0, 0, 10, 10}, new float[] {4, -1}, new float[] {0.1f, 0, 0, 0}, BoxCoder.RETINANET);
        DetectionPostprocessor all = new DetectionPostprocessor(2, 0.5, 10, 0.5, 100, false);
        Detections found = all.detect(List.of(fine, coarse), SIZE);
        assertThat(found.classes()).containsExactly(0, 1, 1);
        assertThat(found.scores()).containsExactly(new double[] {sigmoid(4), sigmoid(3), sigmoid(1)}, within(1e-15));
        assertThat(found.boxes())
                .containsExactly(new double[] {1, 0, 11, 10, 20, 20, 30, 30, 0, 0, 10, 10}, within(1e-6));

        DetectionPostprocessor oneEach = new DetectionPostprocessor(2, 0.5, 1, 0.5, 100, false);
        assertThat(oneEach.detect(List.of(fine, coarse), SIZE).classes()).containsExactly(0, 1);
        DetectionPostprocessor best = new DetectionPostprocessor(2, 0.5, 10, 0.5, 1, false);
        assertThat(best.detect(List.of(fine, coarse), SIZE).scores()).hasSize(1);
        assertThat(all.detect(List.of(), SIZE).size()).isZero();
    }

    @Test
    void candidatesOfEqualOrNegativeLogitsKeepTheirOrder() {
        double[] anchors = new double[4 * 300];
        for (int i = 0; i < 300; i++) {
            anchors[4 * i] = 100 * i;
            anchors[4 * i + 2] = 100 * i + 10;
            anchors[4 * i + 3] = 10;
        }
        float[] logits = new float[300];
        Arrays.fill(logits, -1.5f);
        logits[299] = -0.5f;
        logits[7] = -2.5f;
        LevelPrediction level = new LevelPrediction(anchors, logits, new float[4 * 300], BoxCoder.RETINANET);
        Detections found = new DetectionPostprocessor(1, 0.05, 4, 0.5, 100, false).detect(List.of(level), SIZE);
        assertThat(found.boxes()).hasSize(16);
        assertThat(new double[] {found.boxes()[0], found.boxes()[4], found.boxes()[8], found.boxes()[12]})
                .containsExactly(29900, 0, 100, 200);
        // All pass the threshold, so a generous limit keeps them all, the lowest logit last.
        Detections everything =
                new DetectionPostprocessor(1, 0.05, 1000, 0.5, 1000, false).detect(List.of(level), SIZE);
        assertThat(everything.size()).isEqualTo(300);
        assertThat(everything.boxes()[4 * 299]).isEqualTo(700);
    }

    @Test
    void divergedNetworksAreNamed() {
        DetectionPostprocessor post = DetectionPostprocessor.retinaNet(2);
        double[] anchors = {0, 0, 10, 10};
        LevelPrediction badLogit =
                new LevelPrediction(anchors, new float[] {-9, Float.NaN}, new float[4], BoxCoder.RETINANET);
        assertThatThrownBy(() -> post.detect(List.of(badLogit), SIZE))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("level 0, anchor 0, class 1 is NaN");
        LevelPrediction badDelta =
                new LevelPrediction(anchors, new float[] {9, -9}, new float[] {0, Float.NaN, 0, 0}, BoxCoder.RETINANET);
        assertThatThrownBy(() -> post.detect(List.of(badDelta), SIZE))
                .hasMessageContaining("level 0, anchor 0 has NaN");
        LevelPrediction threeClasses = new LevelPrediction(anchors, new float[3], new float[4], BoxCoder.RETINANET);
        assertThatThrownBy(() -> post.detect(List.of(threeClasses), SIZE)).hasMessageContaining("3 logits");
        assertThatThrownBy(() -> new LevelPrediction(anchors, new float[2], new float[3], BoxCoder.RETINANET))
                .hasMessageContaining("3 numbers of boxes");
    }

    @Test
    void rescalingClipsAndDropsWhatIsOutside() {
        Detections found = new Detections(
                new double[] {10, 10, 30, 20, -5, -5, 10, 10, 100, 0, 120, 10, 0, 0, 10, 0},
                new double[] {0.9, 0.8, 0.7, 0.6},
                new int[] {3, 2, 1, 0});
        Detections rescaled = found.rescale(new ImageSize(50, 100), new ImageSize(100, 50));
        assertThat(rescaled.boxes()).containsExactly(5, 20, 15, 40, 0, 0, 5, 20);
        assertThat(rescaled.scores()).containsExactly(0.9, 0.8);
        assertThat(rescaled.classes()).containsExactly(3, 2);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
