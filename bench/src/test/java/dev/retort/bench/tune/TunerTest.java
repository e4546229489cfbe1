package dev.retort.bench.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.KernelParameters.Crossing;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.tensor.dense.ConvolutionGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the tuner concludes from given times, and that the times are of the work asked for. */
class TunerTest {
    private static final Parallel ALONE = new Parallel(1);

    private final KernelParameters defaults = KernelParameters.defaults();
    private final List<String> log = new ArrayList<>();

    private KernelParameters tune(Tuner.Times times) {
        return new Tuner(ALONE, times, log::add).tune(defaults);
    }

    private static double[] alike(int engines, double seconds) {
        double[] all = new double[engines];
        Arrays.fill(all, seconds);
        return all;
    }

    @Test
    void changesNothingForAHundredth() {
        KernelParameters found = tune((shape, pass, engines) -> {
            double[] seconds = alike(engines.size(), 0.99);
            seconds[0] = 1;
            return seconds;
        });
        assertThat(found.productRows()).isEqualTo(defaults.productRows());
        assertThat(found.productColumns()).isEqualTo(defaults.productColumns());
        assertThat(found.pairsPerTile()).isEqualTo(defaults.pairsPerTile());
        assertThat(found.winogradTiles()).isEqualTo(defaults.winogradTiles());
        assertThat(found.forward())
                .extracting(Crossing::two)
                .containsOnly(Integer.MAX_VALUE)
                .hasSize(3);
    }

    @Test
    void takesTheExtentThatIsTheFastestOverAllLayers() {
        // The last candidate wins on one layer, the one before on all together.
        KernelParameters found = tune((shape, pass, engines) -> {
            double[] seconds = alike(engines.size(), 1);
            seconds[engines.size() - 2] = 0.8;
            seconds[engines.size() - 1] = shape.inputs() == 128 ? 0.7 : 0.95;
            return seconds;
        });
        assertThat(found.productRows()).isEqualTo(144);
        assertThat(found.productColumns()).isEqualTo(256);
        assertThat(found.pairsPerTile()).isEqualTo(256);
        assertThat(found.winogradTiles()).isEqualTo(80);
        assertThat(log).first().asString().contains("rows", "144", "0.80");
    }

    @Test
    void putsCrossingsBetweenTheLastMapThatLosesAndTheNext() {
        KernelParameters found = tune((shape, pass, engines) -> {
            int pixels = shape.outPixels();
            double two = pixels >= 140 || pixels == 48 ? 0.7 : 1.1;
            double four = pixels >= 950 ? 0.5 : 1.2;
            double[] algorithms = pass == Pass.FORWARD ? new double[] {1, two, four} : new double[] {1, 0.5, 1.2};
            return Arrays.copyOf(algorithms, engines.size());
        });
        int two = (int) Math.sqrt(70 * 140);
        int four = (int) Math.sqrt(468 * 950);
        assertThat(found.forward())
                .containsExactly(
                        new Crossing(128 * 128, two, four),
                        new Crossing(256 * 256, two, four),
                        new Crossing(Long.MAX_VALUE, two, four));
        assertThat(found.weightGradient())
                .contains(new Crossing(Long.MAX_VALUE, 24, Integer.MAX_VALUE))
                .hasSize(3);
        assertThat(String.join("\n", log)).contains("F(4x4) from no number of");
    }

    @Test
    void timesEveryPassOnEveryEngine() {
        ConvolutionGeometry shape = ConvolutionGeometry.square(1, 6, 7, 8, 8, 3, 1, 1);
        List<Engine> engines = List.of(
                Engine.vector(ALONE, ConvolutionAlgorithm.DIRECT),
                Engine.vector(ALONE, ConvolutionAlgorithm.WINOGRAD_2));
        for (Pass pass : Pass.values()) {
            double[] seconds = new LayerTimes(2).medians(shape, pass, engines);
            assertThat(seconds).hasSize(2);
            assertThat(Arrays.stream(seconds).boxed()).allMatch(each -> each > 0 && each < 1);
        }
    }
}
