package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.GroundTruth;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class InstanceSamplerTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    private static GroundTruth image(long id, int instances) {
        return new GroundTruth(id, 100, 100, new double[4 * instances], new int[instances]);
    }

    private static InstanceSampler sampler(double mean, double deviation, long seed) {
        double[][] means = {{0.5, 0.5, mean, mean}};
        double[][] deviations = {{0.1, 0.1, deviation, deviation}};
        return new InstanceSampler(new InstancePrior(new double[] {1}, means, deviations), SlotRule.relative(), seed);
    }

    @Test
    void boxesAreSizesAroundCenters() {
        double[] box = sampler(0.2, 0.05, 0).box(0, new double[] {1, -1}, new double[] {0.5, 0.4});
        assertThat(box).containsExactly(new double[] {0.375, 0.325, 0.625, 0.475}, CLOSE);
    }

    @Test
    void sizesStayWithinTwoDeviationsAndTheirBounds() {
        assertThat(sampler(0.3, 0.1, 0).box(0, new double[] {9, -9}, new double[] {0.5, 0.5}))
                .containsExactly(new double[] {0.25, 0.45, 0.75, 0.55}, CLOSE);
        assertThat(sampler(0.6, 0.4, 0).box(0, new double[] {1, -2}, new double[] {0.5, 0.5}))
                .containsExactly(new double[] {0.15, 0.499, 0.85, 0.501}, CLOSE);
    }

    @Test
    void centersKeepOffTheBorder() {
        assertThat(sampler(0.2, 0.1, 0).box(0, new double[2], new double[] {0, 0.999}))
                .containsExactly(new double[] {-0.07, 0.87, 0.13, 1.07}, CLOSE);
    }

    @Test
    void drawsDependOnSeedIterationAndImageAlone() {
        SlotDraws draws = sampler(0.3, 0.1, 5).draw(image(17, 2), 40);
        assertThat(draws.slots()).isEqualTo(12);
        SlotDraws again = sampler(0.3, 0.1, 5).draw(image(17, 2), 40);
        assertThat(again.boxes()).isEqualTo(draws.boxes());
        assertThat(again.jitter()).isEqualTo(draws.jitter());
        assertThat(sampler(0.3, 0.1, 6).draw(image(17, 2), 40).boxes()).isNotEqualTo(draws.boxes());
        assertThat(sampler(0.3, 0.1, 5).draw(image(18, 2), 40).boxes()).isNotEqualTo(draws.boxes());
        assertThat(sampler(0.3, 0.1, 5).draw(image(17, 2), 41).boxes()).isNotEqualTo(draws.boxes());
        SlotDraws longer = sampler(0.3, 0.1, 5).draw(image(17, 3), 40);
        assertThat(Arrays.copyOf(longer.boxes(), 48)).isEqualTo(draws.boxes());
    }

    @Test
    void drawsFollowThePrior() {
        double[][] means = {{0, 0, 0.1, 0.1}, {0, 0, 0.5, 0.3}};
        double[][] deviations = {{0, 0, 0, 0}, {0, 0, 0.05, 0.02}};
        InstanceSampler sampler = new InstanceSampler(
                new InstancePrior(new double[] {1, 3}, means, deviations), SlotRule.fixed(20000), 3);
        SlotDraws draws = sampler.draw(image(0, 0), 0);
        int second = 0;
        double width = 0;
        double square = 0;
        double jitter = 0;
        double center = 0;
        for (int i = 0; i < draws.slots(); i++) {
            jitter += draws.jitter()[2 * i];
            center += (draws.boxes()[4 * i] + draws.boxes()[4 * i + 2]) / 2;
            if (draws.classes()[i] == 1) {
                second++;
                double w = draws.boxes()[4 * i + 2] - draws.boxes()[4 * i];
                width += w;
                square += (w - 0.5) * (w - 0.5);
            }
        }
        assertThat((double) second / draws.slots()).isCloseTo(0.75, within(0.02));
        assertThat(width / second).isCloseTo(0.5, within(0.002));
        // The variance of a normal whose tails beyond two deviations are moved onto them is 0.9205 times its own.
        assertThat(Math.sqrt(square / second)).isCloseTo(0.05 * Math.sqrt(0.9205), within(0.001));
        assertThat(jitter / draws.slots()).isCloseTo(0.5, within(0.01));
        assertThat(center / draws.slots()).isCloseTo(0.5, within(0.01));
    }

    @Test
    void refusesIdsOutOfRange() {
        assertThatThrownBy(() -> sampler(0.3, 0.1, 0).draw(image(-1, 0), 0)).hasMessageContaining("Image -1");
        assertThatThrownBy(() -> sampler(0.3, 0.1, 0).draw(image(1L << 43, 0), 0))
                .hasMessageContaining("out of range");
    }
}
