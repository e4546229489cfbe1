package dev.retort.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Intervals, tests and samples against values known from tables and by hand. */
class StatisticsTest {
    private static final PairedDifferences ONE_TO_FIVE = new PairedDifferences(new double[] {1, 2, 3, 4, 5});

    @Test
    void meanAndDeviationAreThoseByHand() {
        assertThat(ONE_TO_FIVE.mean()).isEqualTo(3);
        assertThat(ONE_TO_FIVE.deviation()).isCloseTo(Math.sqrt(2.5), within(1e-15));
        assertThat(new PairedDifferences(new double[] {4}).deviation()).isNaN();
    }

    /** Student's quantile of 4 degrees of freedom at 97.5 % is 2.776445. */
    @Test
    void theIntervalIsStudents() {
        Interval interval = ONE_TO_FIVE.interval(0.05);
        assertThat(interval.low()).isCloseTo(3 - 2.776445 * Math.sqrt(0.5), within(1e-6));
        assertThat(interval.high()).isCloseTo(3 + 2.776445 * Math.sqrt(0.5), within(1e-6));
        assertThat(interval.leavesOut(0)).isTrue();
        assertThat(interval.leavesOut(1.1)).isFalse();
    }

    /** t is 3 / sqrt(0.5) = 4.242641; R's 2 * pt(-4.242641, 4) is 0.013236. */
    @Test
    void theProbabilityIsStudents() {
        assertThat(ONE_TO_FIVE.probability()).isCloseTo(0.013236, within(1e-6));
        assertThat(new PairedDifferences(new double[] {-1, -2, -3, -4, -5}).probability())
                .isEqualTo(ONE_TO_FIVE.probability());
        assertThat(new PairedDifferences(new double[] {2, 2, 2}).probability()).isZero();
        assertThat(new PairedDifferences(new double[] {0, 0, 0}).probability()).isEqualTo(1);
    }

    /** Half an interval in units of the deviation, from tables of the quantiles. */
    @Test
    void intervalsNarrowWithSeeds() {
        double[][] known = {{3, 2.484}, {4, 1.591}, {5, 1.242}, {10, 0.7154}, {20, 0.4680}};
        for (double[] pair : known) {
            assertThat(PairedDifferences.halfWidth((int) pair[0], 1, 0.05)).isCloseTo(pair[1], within(5e-4));
        }
    }

    @Test
    void twoSeedsHaveNoInterval() {
        assertThat(new PairedDifferences(new double[] {1, 2}).hasInterval()).isFalse();
        assertThat(new PairedDifferences(new double[] {1, 2, 3}).hasInterval()).isTrue();
    }

    @Test
    void holmsCorrectionIsTheOneByHand() {
        List<Holm> adjusted = Holm.adjust(List.of(0.01, 0.04, 0.03, 0.005), 4, 0.05);
        double[] expected = {0.03, 0.06, 0.06, 0.02};
        for (int i = 0; i < expected.length; i++) {
            assertThat(adjusted.get(i).probability()).isCloseTo(expected[i], within(1e-15));
        }
        // 0.03 is the first above alpha / 2; the one behind it gets that level, too.
        assertThat(adjusted).extracting(Holm::divisor).containsExactly(3, 2, 2, 4);
        assertThat(Holm.adjust(List.of(), 0, 0.05)).isEmpty();
        // Of three tests, two of which are still to come.
        assertThat(Holm.adjust(List.of(0.02), 3, 0.05)).containsExactly(new Holm(0.06, 3));
    }

    /** The corrected interval and the adjusted probability say the same. */
    @Test
    void correctedIntervalsLeaveOutZeroWhereTheTestFindsADifference() {
        Random random = new Random(3);
        int found = 0;
        for (int table = 0; table < 200; table++) {
            List<PairedDifferences> rows = IntStream.range(0, 6)
                    .mapToObj(row -> new PairedDifferences(random.doubles(5)
                            .map(value -> value - 0.5 + 0.1 * row)
                            .toArray()))
                    .toList();
            List<Holm> adjusted = Holm.adjust(
                    rows.stream().map(PairedDifferences::probability).toList(), rows.size(), 0.05);
            for (int row = 0; row < rows.size(); row++) {
                Holm holm = adjusted.get(row);
                boolean different = holm.probability() < 0.05;
                assertThat(rows.get(row).interval(0.05 / holm.divisor()).leavesOut(0))
                        .isEqualTo(different);
                found += different ? 1 : 0;
            }
        }
        assertThat(found).isBetween(50, 1150);
    }

    @Test
    void samplesOfImagesAreOfTheirNumberAndDiffer() {
        int[] first = Bootstrap.times(72, 0);
        assertThat(first).hasSize(72);
        assertThat(Arrays.stream(first).sum()).isEqualTo(72);
        assertThat(Bootstrap.times(72, 0)).isEqualTo(first);
        assertThat(Bootstrap.times(72, 1)).isNotEqualTo(first);
    }

    /** Of 0..1000, the middle 95 % go from 25 to 975, whatever the rule between two values. */
    @Test
    void theIntervalOverSamplesIsTheirMiddle() {
        Interval interval = Bootstrap.interval(
                IntStream.rangeClosed(0, 1000).mapToDouble(i -> i).toArray(), 0.05);
        assertThat(interval.low()).isCloseTo(25, within(1.0));
        assertThat(interval.high()).isCloseTo(975, within(1.0));
    }
}
