package dev.retort.detection.eval;

import static dev.retort.detection.eval.SmallScenes.A;
import static dev.retort.detection.eval.SmallScenes.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.eval.Calibration.Bin;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Confusion matrix, calibration, worst images and curves of scenes small enough to be worked out on paper. */
class EvaluationAnalysisTest {
    private static final Offset<Double> EXACTLY = within(1e-12);

    @Test
    void objectsAreTakenByTheSurestDetectionWhateverItsClass() {
        long[][] counts = new SmallScenes()
                .object(A, 0, 0, 10, 10)
                .object(B, 50, 0, 10, 10)
                .object(B, 0, 50, 10, 10)
                .found(B, 0, 0, 10, 10, 0.9) // takes the object of a
                .found(A, 0, 0, 10, 10, 0.8) // comes too late
                .found(B, 50, 0, 10, 9, 0.7)
                .found(B, 0, 50, 10, 10, 0.49) // not sure enough
                .found(A, 200, 200, 5, 5, 0.5)
                .analysis()
                .confusion()
                .counts();
        assertThat(counts).isDeepEqualTo(new long[][] {{0, 1, 0}, {0, 1, 1}, {2, 0, 0}});
    }

    @Test
    void anObjectOfTheOwnClassGoesBeforeABetterOneOfAnother() {
        SmallScenes scenes = new SmallScenes()
                .object(B, 0, 0, 10, 10)
                .object(A, 0, 0, 10, 8)
                .object(B, 0, 0, 10, 10)
                .found(A, 0, 0, 10, 10, 0.9)
                .found(A, 0, 0, 10, 10, 0.8);
        assertThat(scenes.analysis().confusion().counts())
                .isDeepEqualTo(new long[][] {{1, 0, 0}, {1, 0, 1}, {0, 0, 0}});
    }

    @Test
    void crowdsAreNeitherTakenNorMissed() {
        SmallScenes scenes = new SmallScenes()
                .object(1, A, 0, 0, 100, 100, true)
                .object(B, 10, 10, 10, 10)
                .found(A, 10, 10, 10, 10, 0.9) // on the object of b, but in a crowd of its class
                .found(B, 50, 50, 10, 10, 0.9); // in a crowd of another class
        assertThat(scenes.analysis().confusion().counts())
                .isDeepEqualTo(new long[][] {{0, 0, 0}, {0, 0, 1}, {0, 1, 0}});
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyObjectAndEverySureDetectionIsCountedOnce(int seed) {
        SmallScenes scenes = SmallScenes.random(seed);
        long[][] counts = scenes.analysis().confusion().counts();
        var objects = scenes.truth().objects(AreaRange.ALL);
        assertThat(Arrays.stream(counts[0]).sum()).isEqualTo(objects.get(A));
        assertThat(Arrays.stream(counts[1]).sum()).isEqualTo(objects.get(B));
        long sure = scenes.detections().stream().filter(d -> d.score() >= 0.5).count();
        long counted = Arrays.stream(counts).mapToLong(row -> row[0] + row[1]).sum();
        // Some lie in crowds.
        assertThat(counted).isBetween(sure * 3 / 4, sure);
        assertThat(counts[2][2]).isZero();
    }

    @Test
    void calibrationHoldsPrecisionAgainstTheMeanScore() {
        Calibration calibration = new SmallScenes()
                .object(A, 0, 0, 10, 10)
                .object(A, 50, 0, 10, 10)
                .object(1, A, 300, 300, 100, 100, true)
                .found(A, 0, 0, 10, 10, 0.96)
                .found(A, 200, 0, 10, 10, 0.9)
                .found(A, 310, 310, 10, 10, 0.5) // in the crowd
                .found(B, 0, 0, 10, 10, 0.15)
                .found(A, 50, 0, 10, 10, 1)
                .analysis()
                .calibration()
                .orElseThrow();
        assertThat(calibration.detections()).isEqualTo(4);
        assertThat(calibration.bins()).hasSize(Calibration.BINS);
        assertThat(calibration.bins().get(5)).isEqualTo(new Bin(0.5, 0.6, 0, 0, 0));
        assertThat(calibration.bins().get(1)).isEqualTo(new Bin(0.1, 0.2, 1, 0.15, 0));
        Bin last = calibration.bins().get(9);
        assertThat(last.count()).isEqualTo(3);
        assertThat(last.precision()).isCloseTo(2.0 / 3, EXACTLY);
        assertThat(last.score()).isCloseTo(2.86 / 3, EXACTLY);
        assertThat(calibration.expectedError()).isCloseTo((0.86 + 0.15) / 4, EXACTLY);
    }

    @Test
    void scoresThatAreNoProbabilitiesHaveNoCalibration() {
        assertThat(new SmallScenes().found(A, 0, 0, 1, 1, 1.5).analysis().calibration())
                .isEmpty();
        assertThat(new SmallScenes()
                        .object(A, 0, 0, 1, 1)
                        .analysis()
                        .calibration()
                        .orElseThrow()
                        .expectedError())
                .isZero();
    }

    @Test
    void theWorstImagesHaveTheLowestF1() {
        SmallScenes scenes = new SmallScenes()
                .object(1, A, 0, 0, 10, 10, false) // found, with one wrong beside it
                .found(1, A, 0, 0, 10, 10, 0.9)
                .found(1, B, 0, 0, 10, 10, 0.9)
                .object(2, A, 0, 0, 10, 10, false) // found
                .found(2, A, 0, 0, 10, 10, 0.9)
                .object(3, A, 0, 0, 10, 10, false) // not found
                .found(3, A, 0, 0, 10, 10, 0.4)
                .found(4, A, 0, 0, 10, 10, 0.5) // two of nothing
                .found(4, A, 50, 0, 10, 10, 0.5)
                .object(5, A, 0, 0, 10, 10, false) // not found
                .object(6, A, 0, 0, 50, 50, true) // in a crowd
                .found(6, A, 0, 0, 10, 10, 0.9);
        assertThat(scenes.analysis().worst())
                .containsExactly(new ImageErrors(4, 0, 0, 2), new ImageErrors(3, 0, 1, 0), new ImageErrors(5, 0, 1, 0));
        List<ImageErrors> all = EvaluationAnalysis.of(scenes.truth(), scenes.detections(), 0.5, 100)
                .worst();
        assertThat(all).hasSize(4);
        assertThat(all.get(3)).isEqualTo(new ImageErrors(1, 1, 0, 1));
        assertThat(all.get(3).f1()).isCloseTo(2.0 / 3, EXACTLY);
    }

    @ParameterizedTest
    @EnumSource(
            value = CocoMetric.class,
            names = {"AP", "AP50", "AP75", "AP_SMALL"})
    void theMeanOfACurveIsItsAp(CocoMetric metric) {
        CocoMetrics metrics = SmallScenes.random(1).metrics();
        assertThat(Arrays.stream(metrics.curve(metric)).average().orElseThrow())
                .isCloseTo(metrics.value(metric), EXACTLY);
        assertThat(Arrays.stream(metrics.curve(metric, B)).average().orElseThrow())
                .isCloseTo(metrics.value(metric, B), EXACTLY);
    }

    @Test
    void aCurveIsReadAtRecallLevels() {
        CocoMetrics metrics = new SmallScenes()
                .object(A, 0, 0, 10, 10)
                .object(A, 50, 50, 10, 10)
                .found(A, 90, 90, 5, 5, 0.9)
                .found(A, 0, 0, 10, 7, 0.8)
                .metrics();
        double[] half = metrics.curve(CocoMetric.AP50, A);
        assertThat(half).hasSize(101);
        assertThat(half[50]).isCloseTo(0.5, EXACTLY);
        assertThat(half[51]).isZero();
        // An overlap of 0.7 is enough at five of ten thresholds.
        assertThat(metrics.curve(CocoMetric.AP)[0]).isCloseTo(0.25, EXACTLY);
        assertThat(metrics.curve(CocoMetric.AP75)).containsOnly(0);
        assertThat(metrics.curve(CocoMetric.AP50, B)).containsOnly(-1);
        assertThat(CocoMetrics.recallLevels()[50]).isEqualTo(0.5);
        assertThatThrownBy(() -> metrics.curve(CocoMetric.AR1)).hasMessageContaining("AR1 is a recall");
        assertThatThrownBy(() -> metrics.curve(CocoMetric.AP, 9)).hasMessage("There is no category 9");
    }
}
