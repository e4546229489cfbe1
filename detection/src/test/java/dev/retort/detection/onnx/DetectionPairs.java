package dev.retort.detection.onnx;

import dev.retort.detection.box.Detections;
import java.util.Arrays;
import java.util.Optional;

/**
 * What two programs found in one image, in pairs: of one class, scores within 1e-4, boxes within 0.01 pixels; in one order where scores
 * differ by more than 1e-4.
 */
final class DetectionPairs {
    private static final double SCORES = 1e-4;
    private static final double PIXELS = 0.01;
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

    /** What is not the same; empty if all is. */
    Optional<String> difference() {
        for (int i = 0; i < places.length; i++) {
            if (places[i] == NONE) {
                return Optional.of("not found: " + described(expected, i));
            }
            for (int k = 0; k < i; k++) {
                if (places[i] < places[k] && expected.scores()[k] - expected.scores()[i] > SCORES) {
                    return Optional.of("out of order: " + described(expected, i));
                }
            }
        }
        for (int j = 0; j < given.size(); j++) {
            if (!isPaired(j)) {
                return Optional.of("should not be found: " + described(given, j));
            }
        }
        return Optional.empty();
    }

    private static String described(Detections list, int i) {
        return "class " + list.classes()[i] + ", score " + list.scores()[i] + ", box "
                + Arrays.toString(Arrays.copyOfRange(list.boxes(), 4 * i, 4 * i + 4));
    }
}
