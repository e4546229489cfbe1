package dev.retort.detection.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** COCO metrics of scenes small enough to be worked out on paper. */
class CocoEvaluatorTest {
    private static final Offset<Double> EXACTLY = within(1e-12);
    private static long nextId = 1;

    @Test
    void aPerfectDetectionScoresOneWhereThereIsSomethingToFind() {
        CocoMetrics metrics = evaluate(List.of(truth(1, 0, 0, 10, 10)), List.of(found(1, 0, 0, 10, 10, 0.5)));
        assertThat(metrics.value(CocoMetric.AP)).isCloseTo(1, EXACTLY);
        assertThat(metrics.value(CocoMetric.AP_SMALL)).isCloseTo(1, EXACTLY);
        assertThat(metrics.value(CocoMetric.AP_MEDIUM)).isEqualTo(-1);
        assertThat(metrics.value(CocoMetric.AR1)).isEqualTo(1);
        assertThat(metrics.value(CocoMetric.AR_LARGE)).isEqualTo(-1);
        assertThat(metrics.value(CocoMetric.AP, 5)).isCloseTo(1, EXACTLY);
        assertThat(metrics.summary().lines())
                .hasSize(12)
                .contains(
                        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 1.000",
                        " Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = -1.000");
        assertThatThrownBy(() -> metrics.value(CocoMetric.AP, 6)).hasMessageContaining("6");
    }

    @Test
    void precisionIsReadAtTheRecallLevelsThatAreReached() {
        List<Annotation> truths = List.of(truth(1, 0, 0, 10, 10), truth(1, 50, 50, 10, 10));
        List<Detection> detections = List.of(found(1, 90, 90, 5, 5, 0.9), found(1, 0, 0, 10, 10, 0.8));
        CocoMetrics metrics = evaluate(truths, detections);
        // A miss, then a hit: precision 1/2 up to recall 1/2, which is 51 of the 101 levels.
        assertThat(metrics.value(CocoMetric.AP)).isCloseTo(51 * 0.5 / 101, EXACTLY);
        assertThat(metrics.value(CocoMetric.AR1)).isZero();
        assertThat(metrics.value(CocoMetric.AR100)).isCloseTo(0.5, EXACTLY);
    }

    @Test
    void anOverlapEqualToTheThresholdMatches() {
        CocoMetrics metrics = evaluate(List.of(truth(1, 0, 0, 10, 10)), List.of(found(1, 0, 0, 10, 5, 0.5)));
        assertThat(metrics.value(CocoMetric.AP50)).isCloseTo(1, EXACTLY);
        assertThat(metrics.value(CocoMetric.AP)).isCloseTo(0.1, EXACTLY);
        assertThat(metrics.value(CocoMetric.AP75)).isZero();
    }

    @Test
    void ofEquallyGoodGroundTruthsTheLaterIsTaken() {
        // The first detection overlaps both by half; the second fits only the first, so it must be free still.
        List<Annotation> truths = List.of(truth(1, 0, 0, 10, 10), truth(1, 0, 10, 10, 10));
        List<Detection> detections = List.of(found(1, 0, 0, 10, 20, 0.9), found(1, 0, 0, 10, 10, 0.8));
        assertThat(evaluate(truths, detections).value(CocoMetric.AP50)).isCloseTo(1, EXACTLY);
    }

    @Test
    void aCrowdAbsorbsManyAndCountsNeitherWay() {
        Annotation crowd = new Annotation(nextId++, 1, 5, 100, 0, 100, 100, 1e4, true);
        List<Detection> detections =
                List.of(found(1, 110, 10, 10, 10, 0.9), found(1, 130, 10, 10, 10, 0.8), found(1, 0, 0, 10, 10, 0.7));
        CocoMetrics metrics = evaluate(List.of(crowd, truth(1, 0, 0, 10, 10)), detections);
        assertThat(metrics.value(CocoMetric.AP)).isCloseTo(1, EXACTLY);
        assertThat(metrics.value(CocoMetric.AR100)).isEqualTo(1);
        // Half of the detection lies in the crowd: that is its overlap, whatever the crowd's size.
        CocoMetrics half = evaluate(
                List.of(crowd, truth(1, 0, 0, 10, 10)), List.of(found(1, 95, 0, 10, 10, 0.9), detections.get(2)));
        assertThat(half.value(CocoMetric.AP50)).isCloseTo(1, EXACTLY);
        assertThat(half.value(CocoMetric.AP75)).isCloseTo(0.5, EXACTLY);
    }

    @Test
    void aGroundTruthToBeCountedGoesBeforeABetterIgnoredOne() {
        Annotation crowd = new Annotation(nextId++, 1, 5, 0, 0, 10, 10, 100, true);
        CocoMetrics metrics = evaluate(List.of(crowd, truth(1, 0, 0, 10, 8)), List.of(found(1, 0, 0, 10, 10, 0.9)));
        assertThat(metrics.value(CocoMetric.AP50)).isCloseTo(1, EXACTLY);
        // At 0.85 and above the object fits no more, the crowd does, and the object stays unfound.
        assertThat(metrics.value(CocoMetric.AR100)).isCloseTo(0.7, EXACTLY);
    }

    @Test
    void sizeClassesGoByTheAreaFieldAndIncludeTheirBounds() {
        Annotation onTheBound = new Annotation(nextId++, 1, 5, 0, 0, 10, 10, 32 * 32, false);
        CocoMetrics metrics = evaluate(List.of(onTheBound), List.of(found(1, 0, 0, 10, 10, 0.9)));
        assertThat(metrics.value(CocoMetric.AP_SMALL)).isCloseTo(1, EXACTLY);
        assertThat(metrics.value(CocoMetric.AP_MEDIUM)).isCloseTo(1, EXACTLY);
        assertThat(metrics.value(CocoMetric.AP_LARGE)).isEqualTo(-1);
    }

    @Test
    void atMostAHundredDetectionsOfAnImageAndCategoryCount() {
        List<Detection> detections = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            detections.add(found(1, 500, 500, 5, 5, 0.9));
        }
        detections.add(found(1, 0, 0, 10, 10, 0.8));
        List<Annotation> truths = List.of(truth(1, 0, 0, 10, 10));
        assertThat(evaluate(truths, detections).value(CocoMetric.AR100)).isZero();
        // The hundredth counts, and equal scores keep the order in which they came.
        detections.remove(0);
        assertThat(evaluate(truths, detections).value(CocoMetric.AR100)).isEqualTo(1);
        assertThat(evaluate(truths, detections).value(CocoMetric.AR10)).isZero();
    }

    @Test
    void equalScoresGoByImageIdThenByOrder() {
        List<Annotation> truths = List.of(truth(2, 0, 0, 10, 10), truth(1, 0, 0, 10, 10));
        // Image 1's miss comes before image 2's hit although it was given later.
        List<Detection> detections = List.of(found(2, 0, 0, 10, 10, 0.5), found(1, 80, 80, 5, 5, 0.5));
        assertThat(evaluate(truths, detections).value(CocoMetric.AP)).isCloseTo(51 * 0.5 / 101, EXACTLY);
    }

    @Test
    void anAnnotationWithIdZeroCounts() {
        Annotation zero = new Annotation(0, 1, 5, 0, 0, 10, 10, 100, false);
        assertThat(evaluate(List.of(zero), List.of(found(1, 0, 0, 10, 10, 0.5))).value(CocoMetric.AP))
                .isCloseTo(1, EXACTLY);
    }

    @Test
    void categoriesWithoutGroundTruthAreLeftOutOfMeans() {
        GroundTruthSet set = new GroundTruthSet(
                List.of(1L),
                List.of(new Category(9, "absent"), new Category(5, "thing"), new Category(2, "missed")),
                List.of(truth(1, 0, 0, 10, 10), new Annotation(nextId++, 1, 2, 0, 0, 9, 9, 81, false)));
        CocoEvaluator evaluator = new CocoEvaluator(set);
        evaluator.process(List.of(found(1, 0, 0, 10, 10, 0.5), new Detection(1, 9, 0, 0, 5, 5, 0.9)));
        CocoMetrics metrics = evaluator.evaluate();
        assertThat(metrics.categories()).extracting(Category::id).containsExactly(2L, 5L, 9L);
        assertThat(metrics.value(CocoMetric.AP, 9)).isEqualTo(-1);
        assertThat(metrics.value(CocoMetric.AP, 2)).isZero();
        assertThat(metrics.value(CocoMetric.AP)).isCloseTo(0.5, EXACTLY);
        evaluator.reset();
        assertThat(evaluator.evaluate().value(CocoMetric.AP)).isZero();
    }

    @Test
    void strangersAreRefused() {
        CocoEvaluator evaluator = new CocoEvaluator(set(List.of(truth(1, 0, 0, 1, 1))));
        assertThatThrownBy(() -> evaluator.process(List.of(found(3, 0, 0, 1, 1, 0.5))))
                .hasMessageContaining("Detection 0 belongs to image 3");
        assertThatThrownBy(() -> evaluator.process(List.of(new Detection(1, 8, 0, 0, 1, 1, 0.5))))
                .hasMessageContaining("category 8");
        assertThatThrownBy(() -> evaluator.process(List.of(found(1, 0, 0, 1, 1, Double.NaN))))
                .hasMessageContaining("score NaN");
        assertThatThrownBy(() -> evaluator.process(List.of(found(1, 0, 0, -1, 1, 0.5))))
                .hasMessageContaining("-1.0");
        Annotation same = truth(1, 0, 0, 1, 1);
        assertThatThrownBy(() -> set(List.of(same, same))).hasMessageContaining("occurs twice");
    }

    private static CocoMetrics evaluate(List<Annotation> truths, List<Detection> detections) {
        CocoEvaluator evaluator = new CocoEvaluator(set(truths));
        evaluator.process(detections);
        return evaluator.evaluate();
    }

    private static GroundTruthSet set(List<Annotation> truths) {
        return new GroundTruthSet(List.of(2L, 1L), List.of(new Category(5, "thing")), truths);
    }

    private static Annotation truth(long image, double x, double y, double width, double height) {
        return new Annotation(nextId++, image, 5, x, y, width, height, width * height, false);
    }

    private static Detection found(long image, double x, double y, double width, double height, double score) {
        return new Detection(image, 5, x, y, width, height, score);
    }
}
