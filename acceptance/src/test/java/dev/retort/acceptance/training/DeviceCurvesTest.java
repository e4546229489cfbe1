package dev.retort.acceptance.training;

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
                "relative distance of loss curves, step by step: simd from simd with every weight one ulp off "
                        + LossCurves.text(curves.own()) + "; opencl from simd " + LossCurves.text(curves.between()));
        assertThat(curves.problem()).isEmpty();
    }

    private static double[] curve(String name, boolean nudge) {
        try (Backend backend = Backends.create(name)) {
            return LossCurves.curve(backend, STEPS, nudge);
        }
    }
}
