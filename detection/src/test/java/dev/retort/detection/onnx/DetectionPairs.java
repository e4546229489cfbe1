package dev.retort.detection.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.Iou;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What two programs found in one image, in pairs: of one class, scores within 1e-4, boxes within 0.01 pixels; in one order where scores
 * differ by more than 1e-4.
 *
 * <p>A tie is a box that one program keeps and the other suppresses, and whose IoU with a better box of its class, which both keep, is
 * within 1e-6 of the threshold: float32 and float64 decide otherwise there. What is worse than the box of a tie is not compared, as a box
 * that is kept may suppress others.
 */
final class DetectionPairs {
    private static final double SCORES = 1e-4;
    private static final double PIXELS = 0.01;
    private static final double TIE = 1e-6;
    private static final int NONE = -1;

    private final Detections expected;
    private final Detections given;
    /** Of each expected one its place among the given ones. */
    private final int[] places;

    private double worstScore;
    private double worstBox;

    DetectionPairs(Detections expected, Detections given) {
        this.expected = expected;
        this.given = given;
        places = new int[expected.size()];
        Arrays.fill(places, NONE);
        for (int i = 0; i < places.length; i++) {
            places[i] = find(i);
        }
    }

    private int find(int i) {
        for (int j = 0; j < given.size(); j++) {
            double score = Math.abs(given.scores()[j] - expected.scores()[i]);
            double box = 0;
            for (int k = 0; k < 4; k++) {
                box = Math.max(box, Math.abs(given.boxes()[4 * j + k] - expected.boxes()[4 * i + k]));
            }
            if (!isPaired(j) && given.classes()[j] == expected.classes()[i] && score <= SCORES && box <= PIXELS) {
                worstScore = Math.max(worstScore, score);
                worstBox = Math.max(worstBox, box);
                return j;
            }
        }
        return NONE;
    }

    private boolean isPaired(int j) {
        return Arrays.stream(places).anyMatch(place -> place == j);
    }

    double worstScore() {
        return worstScore;
    }

    double worstBox() {
        return worstBox;
    }

    /** Refuses what has no partner, unless there is a tie; says whether there is one. */
    boolean check(double nmsThreshold, String image) {
        int missing = IntStream.range(0, places.length)
                .filter(i -> places[i] == NONE)
                .findFirst()
                .orElse(NONE);
        int surplus = IntStream.range(0, given.size())
                .filter(j -> !isPaired(j))
                .findFirst()
                .orElse(NONE);
        boolean ours = surplus == NONE || missing != NONE && expected.scores()[missing] >= given.scores()[surplus];
        int odd = ours ? missing : surplus;
        if (odd == NONE) {
            checkOrder(places.length, image);
            return false;
        }
        Detections list = ours ? expected : given;
        assertThat(IntStream.range(0, odd).anyMatch(i -> isTie(list, i, odd, nmsThreshold)))
                .as(
                        "%s: %s class %d, score %s, box %s, which is no tie",
                        image,
                        ours ? "not found:" : "should not be found:",
                        list.classes()[odd],
                        list.scores()[odd],
                        Arrays.toString(Arrays.copyOfRange(list.boxes(), 4 * odd, 4 * odd + 4)))
                .isTrue();
        checkOrder(
                (int) Arrays.stream(expected.scores())
                        .filter(score -> score > list.scores()[odd] + SCORES)
                        .count(),
                image);
        return true;
    }

    private static boolean isTie(Detections list, int better, int odd, double nmsThreshold) {
        double iou = Iou.pairwise(
                list.select(new int[] {better}).boxes(),
                list.select(new int[] {odd}).boxes())[0];
        return list.classes()[better] == list.classes()[odd] && Math.abs(iou - nmsThreshold) <= TIE;
    }

    private void checkOrder(int count, String image) {
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < i; k++) {
                assertThat(places[i] > places[k] || expected.scores()[k] - expected.scores()[i] <= SCORES)
                        .as("%s: order of detections %d and %d", image, k, i)
                        .isTrue();
            }
        }
    }
}
