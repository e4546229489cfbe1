package dev.retort.distill.mgd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.GroundTruth;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskDrawsTest {
    private static final int CELLS = 1000;

    private static GroundTruth image(long id) {
        return new GroundTruth(id, 10, 10, new double[0], new int[0]);
    }

    private static double[] draw(long seed, long microBatch, long id, int level) {
        return new MaskDraws(seed).uniform(microBatch, List.of(image(id)), level, CELLS);
    }

    /** Ids of data sets can be any whole number. */
    @Test
    void drawsDependOnSeedMicroBatchImageAndLevelAlone() {
        double[] draws = draw(7, 3, Long.MAX_VALUE, 2);
        assertThat(draw(7, 3, Long.MAX_VALUE, 2)).isEqualTo(draws);
        for (double[] other : List.of(
                draw(8, 3, Long.MAX_VALUE, 2),
                draw(7, 4, Long.MAX_VALUE, 2),
                draw(7, 3, -1, 2),
                draw(7, 3, Long.MAX_VALUE, 1))) {
            assertThat(Arrays.equals(other, draws)).isFalse();
        }
        double[] beside = new MaskDraws(7).uniform(3, List.of(image(1), image(Long.MAX_VALUE)), 2, CELLS);
        assertThat(Arrays.copyOfRange(beside, CELLS, 2 * CELLS)).isEqualTo(draws);
    }

    /** The mean of 1000 uniform numbers has a deviation of 0.009. */
    @Test
    void drawsAreUniform() {
        double[] draws = draw(7, 3, 5, 2);
        assertThat(Arrays.stream(draws).average().orElseThrow()).isCloseTo(0.5, within(0.04));
        assertThat(draws).doesNotHaveDuplicates();
        assertThat(Arrays.stream(draws).allMatch(u -> u >= 0 && u < 1)).isTrue();
    }
}
