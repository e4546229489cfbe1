package dev.retort.detection.eval;

import static dev.retort.detection.eval.SmallScenes.A;
import static dev.retort.detection.eval.SmallScenes.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kinds of errors and what they cost, in scenes small enough to be worked out on paper. */
class ErrorAnalysisTest {
    private static final Offset<Double> EXACTLY = within(1e-12);

    /** A hit, an error and a hit again: precision 1 up to recall 1/2 (51 levels), then 2/3 (50 levels). */
    private static final double WITH_ERROR = (51 + 50 * 2.0 / 3) / 101;

    /** Two objects of class a, the first found with 0.9, the second with 0.7; an error with 0.8 comes between them. */
    private static SmallScenes twoFound() {
        return new SmallScenes()
                .object(A, 0, 0, 10, 10)
                .object(A, 50, 0, 10, 10)
                .found(A, 0, 0, 10, 10, 0.9)
                .found(A, 50, 0, 10, 10, 0.7);
    }

    /** The same, and an object of class b, found. */
    private static SmallScenes threeFound() {
        return twoFound().object(B, 0, 50, 10, 10).found(B, 0, 50, 10, 10, 0.9);
    }

    private static void onlyKind(SmallScenes scenes, ErrorKind kind, double ap, double gain) {
        ErrorAnalysis errors = scenes.analysis().errors();
        assertThat(errors.ap50()).isCloseTo(ap, EXACTLY);
        for (ErrorKind other : ErrorKind.values()) {
            assertThat(errors.count(other)).as(other.label()).isEqualTo(other == kind ? 1 : 0);
            assertThat(errors.gains().get(other)).as(other.label()).isCloseTo(other == kind ? gain : 0, EXACTLY);
        }
    }

    @Test
    void aDetectionOnNothingIsABackgroundError() {
        onlyKind(twoFound().found(A, 200, 200, 10, 10, 0.8), ErrorKind.BACKGROUND, WITH_ERROR, 1 - WITH_ERROR);
        // 1 of 10 pixels across: an overlap of 10 / 190, less than 0.1.
        onlyKind(twoFound().found(A, 9, 0, 10, 10, 0.8), ErrorKind.BACKGROUND, WITH_ERROR, 1 - WITH_ERROR);
    }

    @Test
    void aSecondDetectionOfAnObjectIsADuplicate() {
        onlyKind(twoFound().found(A, 0, 0, 10, 8, 0.8), ErrorKind.DUPLICATE, WITH_ERROR, 1 - WITH_ERROR);
    }

    @Test
    void aBadlyPlacedDetectionIsALocalizationErrorAndRemovedWhereItsObjectIsFound() {
        onlyKind(twoFound().found(A, 0, 0, 10, 4, 0.8), ErrorKind.LOCALIZATION, WITH_ERROR, 1 - WITH_ERROR);
    }

    @Test
    void aWellPlacedDetectionOfAnotherClassIsAClassificationError() {
        // Class b stays at AP 1.
        onlyKind(
                threeFound().found(A, 0, 50, 10, 6, 0.8),
                ErrorKind.CLASSIFICATION,
                (WITH_ERROR + 1) / 2,
                (1 - WITH_ERROR) / 2);
    }

    @Test
    void aBadlyPlacedDetectionNearAnotherClassIsBothErrors() {
        onlyKind(threeFound().found(A, 0, 50, 10, 3, 0.8), ErrorKind.BOTH, (WITH_ERROR + 1) / 2, (1 - WITH_ERROR) / 2);
    }

    @Test
    void anObjectWithoutADetectionIsMissed() {
        SmallScenes scenes = new SmallScenes()
                .object(A, 0, 0, 10, 10)
                .object(A, 50, 0, 10, 10)
                .found(A, 0, 0, 10, 10, 0.9);
        onlyKind(scenes, ErrorKind.MISSED, 51.0 / 101, 50.0 / 101);
        assertThat(scenes.analysis().errors().falseNegatives()).isCloseTo(50.0 / 101, EXACTLY);
        assertThat(scenes.analysis().errors().falsePositives()).isZero();
    }

    @Test
    void anErrorThatCouldBePutRightCoversItsObject() {
        SmallScenes misplaced = new SmallScenes().object(A, 0, 0, 10, 10).found(A, 0, 0, 10, 4, 0.9);
        onlyKind(misplaced, ErrorKind.LOCALIZATION, 0, 1);
        // Object of b: with its class put right it is found, and class b has AP 1, as class a has.
        SmallScenes taken = twoFound().object(B, 0, 50, 10, 10).found(A, 0, 50, 10, 10, 0.3);
        onlyKind(taken, ErrorKind.CLASSIFICATION, 0.5, 0.5);
    }

    @Test
    void ofErrorsOnOneObjectOnlyTheSurestIsPutRight() {
        SmallScenes scenes = new SmallScenes()
                .object(A, 0, 0, 10, 10)
                .object(A, 50, 0, 10, 10)
                .found(A, 0, 0, 10, 3, 0.8)
                .found(A, 0, 0, 10, 4, 0.9)
                .found(A, 50, 0, 10, 10, 0.7);
        ErrorAnalysis errors = scenes.analysis().errors();
        assertThat(errors.count(ErrorKind.LOCALIZATION)).isEqualTo(2);
        // Two misses before the hit: precision 1/3 up to recall 1/2.
        assertThat(errors.ap50()).isCloseTo(51.0 / 3 / 101, EXACTLY);
        assertThat(errors.gains().get(ErrorKind.LOCALIZATION)).isCloseTo(1 - 51.0 / 303, EXACTLY);
        assertThat(errors.falsePositives()).isCloseTo(51.0 / 101 - 51.0 / 303, EXACTLY);
        assertThat(errors.falseNegatives()).isCloseTo(1.0 / 3 - 51.0 / 303, EXACTLY);
    }

    @Test
    void theBoundsBelongToForegroundAndToNearness() {
        // Overlaps of exactly 0.5 and 0.1 with an object of the other class, and of exactly 0.1 with one of its own.
        ErrorAnalysis errors = new SmallScenes()
                .object(B, 0, 0, 10, 10)
                .object(A, 50, 50, 10, 10)
                .found(A, 0, 0, 10, 5, 0.9)
                .found(A, 0, 9, 10, 1, 0.8)
                .found(A, 50, 50, 10, 1, 0.7)
                .analysis()
                .errors();
        assertThat(errors.counts()[0]).containsExactly(1, 1, 0, 0, 1, 0);
    }

    @Test
    void placeGoesBeforeClassAndClassBeforeDuplicate() {
        ErrorAnalysis errors = new SmallScenes()
                .object(A, 0, 0, 10, 10)
                .object(B, 0, 0, 10, 9)
                .found(A, 0, 0, 10, 10, 0.9)
                .found(A, 0, 0, 10, 9, 0.8)
                .found(A, 0, 0, 10, 4.6, 0.7)
                .analysis()
                .errors();
        // The second is on both objects, the third is near its own and on the other.
        assertThat(errors.counts()[0]).containsExactly(1, 1, 0, 0, 0, 0);
        assertThat(errors.counts()[1]).containsOnly(0);
    }

    @Test
    void crowdsAreNoObjectsAndHoldNoErrors() {
        ErrorAnalysis errors = twoFound()
                .object(1, A, 300, 300, 100, 100, true)
                .found(A, 310, 310, 10, 10, 0.8)
                .found(B, 310, 310, 10, 10, 0.8)
                .analysis()
                .errors();
        assertThat(errors.ap50()).isCloseTo(1, EXACTLY);
        assertThat(errors.counts()[0]).containsOnly(0);
        assertThat(errors.counts()[1]).containsExactly(0, 0, 0, 0, 1, 0);
    }

    @Test
    void nothingToFindGivesNoAp() {
        ErrorAnalysis errors =
                new SmallScenes().found(A, 0, 0, 1, 1, 0.5).analysis().errors();
        assertThat(errors.ap50()).isEqualTo(-1);
        assertThat(errors.gains().values()).containsOnly(0.0);
        assertThat(errors.count(ErrorKind.BACKGROUND)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void apIsThatOfTheEvaluatorAndNoOracleLowersIt(int seed) {
        SmallScenes scenes = SmallScenes.random(seed);
        ErrorAnalysis errors = scenes.analysis().errors();
        assertThat(errors.ap50()).isCloseTo(scenes.metrics().value(CocoMetric.AP50), EXACTLY);
        assertThat(errors.gains().values()).allMatch(gain -> gain > -1e-12 && gain < 1);
        for (ErrorKind kind : ErrorKind.values()) {
            assertThat(errors.count(kind)).as(kind.label()).isPositive();
        }
        // Some errors are put right where no error is a false positive any more.
        assertThat(errors.falsePositives())
                .isGreaterThanOrEqualTo(errors.gains().get(ErrorKind.BACKGROUND) - 1e-12);
    }
}
