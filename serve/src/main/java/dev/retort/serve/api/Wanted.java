package dev.retort.serve.api;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ServiceException;
import dev.retort.serve.http.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which of the detected objects a caller wants.
 *
 * @param score least score, in [0, 1]
 * @param most how many of the best
 * @param classes names; empty for all
 */
record Wanted(double score, int most, List<String> classes) {
    /** What a detector finds at most is less. */
    static final Wanted DEFAULT = new Wanted(DetectionOptions.DEFAULT.scoreThreshold(), Integer.MAX_VALUE, List.of());

    /** Parameters of a query. */
    static final Set<String> NAMES = Set.of("score", "max", "classes");

    static Wanted of(Query query) {
        List<String> classes = new ArrayList<>();
        query.all("classes").forEach(names -> classes.addAll(List.of(names.split(",", -1))));
        return new Wanted(
                query.text("score").map(Wanted::score).orElse(DEFAULT.score),
                query.text("max").map(Wanted::most).orElse(DEFAULT.most),
                List.copyOf(classes));
    }

    static double score(String text) {
        try {
            double score = Double.parseDouble(text);
            if (score >= 0 && score <= 1) {
                return score;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw wrong("Parameter score must be a number from 0 to 1, not '" + text + "'");
    }

    static int most(String text) {
        try {
            int most = Integer.parseInt(text);
            if (most >= 1) {
                return most;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw wrong("Parameter max must be a whole number from 1 on, not '" + text + "'");
    }

    /** Passes if the detector knows all the classes. */
    void check(Detector detector) {
        List<String> known = detector.categories().stream().map(Category::name).toList();
        for (String name : classes) {
            if (!known.contains(name)) {
                throw wrong("The model has no class '" + name + "', but: " + String.join(", ", known));
            }
        }
    }

    /** Those of the objects, best first. */
    List<DetectedObject> of(List<DetectedObject> objects) {
        return objects.stream()
                .filter(object -> object.score() >= score)
                .filter(object -> classes.isEmpty() || classes.contains(object.label()))
                .limit(most)
                .toList();
    }

    private static ServiceException wrong(String message) {
        return new ServiceException(FailureKind.REQUEST, message);
    }
}
