package dev.retort.detection.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Matching of anchors to ground truths, and the labels that follow. */
class MatchingTest {
    @Test
    void thresholdsBelongToTheUpperSide() {
        double[] iou = {0.39, 0.4, 0.49, 0.5, 0.9, 0};
        Matcher.Matches strict = new Matcher(0.4, 0.5, false).match(iou, 1, 6);
        assertThat(strict.labels()).containsExactly(0, -1, -1, 1, 1, 0);
        assertThat(strict.matches()).containsOnly(0);
    }

    @Test
    void everyGroundTruthGetsItsBestAnchorsButTheyKeepTheirOwnChoice() {
        double[] iou = {
            0.30, 0.60, 0.10, 0.00, //
            0.20, 0.20, 0.20, 0.10,
            0.30, 0.10, 0.00, 0.45,
        };
        Matcher.Matches matches = Matcher.RETINANET.match(iou, 3, 4);
        // Anchors 0 to 2 tie for ground truth 1, anchor 3 is the best of ground truth 2.
        assertThat(matches.labels()).containsExactly(1, 1, 1, 1);
        assertThat(matches.matches()).containsExactly(0, 0, 1, 2);
        Matcher.Matches strict = new Matcher(0.4, 0.5, false).match(iou, 3, 4);
        assertThat(strict.labels()).containsExactly(0, 1, 0, -1);
        assertThat(strict.matches()).containsExactly(0, 0, 1, 2);
    }

    @Test
    void aGroundTruthWithoutOverlapTakesEveryAnchor() {
        double[] anchors = {0, 0, 10, 10, 100, 100, 110, 110, 50, 50, 60, 60};
        double[] truths = {0, 0, 10, 10, 30, 30, 30, 40};
        Matcher.Matches matches = Matcher.RETINANET.matchBoxes(truths, anchors);
        // The second ground truth is empty. All anchors become foreground, the untouched ones with the first one.
        assertThat(matches.labels()).containsExactly(1, 1, 1);
        assertThat(matches.matches()).containsExactly(0, 0, 0);
    }

    @Test
    void withoutGroundTruthOrAnchorsThereIsLittleToDo() {
        Matcher.Matches none = Matcher.RETINANET.matchBoxes(new double[0], new double[8]);
        assertThat(none.labels()).containsExactly(0, 0);
        assertThat(none.matches()).containsExactly(0, 0);
        assertThat(Matcher.RETINANET.matchBoxes(new double[4], new double[0]).labels())
                .isEmpty();
        assertThatThrownBy(() -> Matcher.RETINANET.match(new double[5], 2, 3)).hasMessageContaining("5 numbers");
        assertThatThrownBy(() -> new Matcher(0.5, 0.4, true)).hasMessageContaining("0.5, 0.4");
    }

    @Test
    void labelsAreClassesBackgroundOrIgnore() {
        double[] anchors = {
            0, 0, 10, 10, // IoU 1 with the first truth
            0, 0, 10, 4.5, // 0.45: ignored
            0, 0, 10, 3, // 0.3: background
            50, 50, 52, 52, // 0.25 with the second truth, yet its best
        };
        double[] truths = {0, 0, 10, 10, 50, 50, 54, 54};
        AnchorLabeler labeler = new AnchorLabeler(Matcher.RETINANET, 7);
        AnchorLabeler.Labels labels = labeler.label(anchors, truths, new int[] {3, 0});
        assertThat(labels.classes()).containsExactly(3, AnchorLabeler.IGNORE, 7, 0);
        assertThat(labels.foreground()).containsExactly(0, 3);
        assertThat(labels.matched()).containsExactly(0, 0, 0, 1);
        assertThat(labels.matchedBoxes(truths)).containsExactly(0, 0, 10, 10, 50, 50, 54, 54);
        AnchorLabeler.Labels nothing = labeler.label(anchors, new double[0], new int[0]);
        assertThat(nothing.classes()).containsOnly(7);
        assertThat(nothing.matchedBoxes(new double[0])).isEmpty();
    }

    @Test
    void labelsRefuseWhatCannotBeRight() {
        AnchorLabeler labeler = new AnchorLabeler(Matcher.RETINANET, 7);
        double[] box = {0, 0, 1, 1};
        assertThatThrownBy(() -> labeler.label(box, box, new int[] {7})).hasMessageContaining("7 is not in 0..6");
        assertThatThrownBy(() -> labeler.label(box, box, new int[2])).hasMessageContaining("2 classes");
        assertThatThrownBy(() -> labeler.label(box, new double[] {0, 0, Double.NaN, 1}, new int[1]))
                .hasMessageContaining("NaN");
    }
}
