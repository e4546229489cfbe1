package dev.retort.distill.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider.Usability;
import dev.retort.tensor.Backends;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The demo's student trains on a device as it does on simd: {@link LossCurves}. {@code -Dretort.curves.steps=50} takes more steps than
 * the ordinary build.
 */
class DeviceCurvesTest {
    private static final int STEPS = Integer.getInteger("retort.curves.steps", 20);

    @Test
    void aDeviceLearnsWhatTheCpuLearns() {
        Usability usability = Backends.choose("opencl").usability();
        if (!usability.usable()) {
            System.out.println("Skipped: opencl cannot be used here: " + usability.reason());
            Assumptions.abort(usability.reason());
        }
        LossCurves curves = new LossCurves(curve("simd", false), curve("simd", true), curve("opencl", false));
        System.out.println(
                "relative distance of loss curves, step by step: simd from simd with one weight one ulp larger "
                        + LossCurves.text(curves.own()) + "; opencl from simd " + LossCurves.text(curves.between()));
        assertThat(curves.problem()).isEmpty();
    }

    @Test
    void aCurveOfItsOwnIsFound() {
        double[] cpu = {2, 1, 0.5};
        double[] nudged = {2, 1, 0.50001};
        assertThat(new LossCurves(cpu, nudged, new double[] {2, 1, 0.50005}).problem())
                .isEmpty();
        assertThat(new LossCurves(cpu, nudged, new double[] {2.1, 1, 0.5}).problem())
                .contains("the first loss is 2.1");
        assertThat(new LossCurves(cpu, nudged, new double[] {2, 1, 0.6}).problem())
                .contains("2.0e-01 apart");
        assertThat(new LossCurves(cpu, nudged, new double[] {2, Double.NaN, 0.5}).problem())
                .contains("NaN apart");
    }

    private static double[] curve(String name, boolean nudge) {
        try (Backend backend = Backends.create(name)) {
            return LossCurves.curve(backend, STEPS, nudge);
        }
    }
}
