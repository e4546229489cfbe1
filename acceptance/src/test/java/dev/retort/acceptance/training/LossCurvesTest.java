package dev.retort.acceptance.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What {@link LossCurves} accepts, on curves made up for it. */
class LossCurvesTest {
    /** The CPU from itself: 0, 0, 1e-5, 1e-3, then less, then 1e-2. */
    private static final double[] CPU = {2, 1, 1, 1, 1, 1};

    private static final double[] NUDGED = {2, 1, 1.00001, 1.001, 1.0001, 1.01};

    private static String problem(double... device) {
        return new LossCurves(CPU, NUDGED, device).problem();
    }

    @Test
    void theBoundOfAStepIsThatStepsOwn() {
        assertThat(new LossCurves(CPU, NUDGED, CPU).accepted())
                .usingComparatorWithPrecision(1e-9)
                .containsExactly(1e-5, 1e-5, 1e-4, 1e-2, 1e-2, 0.1);
    }

    @Test
    void aCurveThatPartsAsTheCpuDoesIsAccepted() {
        assertThat(problem(2.00001, 1.000009, 1.00009, 0.991, 1.009, 0.95)).isEmpty();
    }

    /** Each would pass a bound of ten times the largest distance, which is 0.1. */
    @Test
    void aCurveThatIsWrongEarlyIsFoundAlthoughTheCpuPartsLater() {
        assertThat(problem(2.1, 1, 1, 1, 1, 1))
                .contains("the loss of step 1 is 2.1")
                .contains("5.0e-02 apart");
        assertThat(problem(2, 1.001, 1, 1, 1, 1)).contains("step 2").contains("1.0e-03 apart, 1.0e-05 is accepted");
        assertThat(problem(2, 1, 1.01, 1, 1, 1)).contains("step 3").contains("1.0e-02 apart, 1.0e-04 is accepted");
        assertThat(problem(2, 1, 1, 1.05, 1, 1)).contains("step 4").contains("5.0e-02 apart, 1.0e-02 is accepted");
    }

    /** Where the CPU's two curves come near each other again, nothing is asked that the step before did not have. */
    @Test
    void aCrossingOfTheCpusCurvesNarrowsNothing() {
        assertThat(problem(2, 1, 1, 1, 1.005, 1)).isEmpty();
        assertThat(problem(2, 1, 1, 1, 1.02, 1)).contains("step 5");
    }

    @Test
    void aLossThatIsNoNumberIsFound() {
        assertThat(problem(2, 1, 1, 1, 1, Double.NaN)).contains("step 6").contains("NaN apart");
        assertThat(problem(2, Double.POSITIVE_INFINITY, 1, 1, 1, 1)).contains("step 2");
    }
}
