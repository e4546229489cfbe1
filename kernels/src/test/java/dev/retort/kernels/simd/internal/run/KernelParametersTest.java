package dev.retort.kernels.simd.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.kernels.simd.SimdProvider;
import dev.retort.kernels.simd.internal.engine.Convolution;
import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.engine.Engines;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.kernels.simd.internal.run.KernelParameters.Crossing;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.tensor.dense.ConvolutionGeometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of parameters, and what parameters may and may not change. */
class KernelParametersTest {
    private static final KernelParameters ODD = new KernelParameters(
            20,
            48,
            1 << 16,
            24,
            List.of(new Crossing(4096, 1, 2), new Crossing(Long.MAX_VALUE, 3, 4)),
            List.of(new Crossing(Long.MAX_VALUE, 0, 0)));

    @TempDir
    private Path folder;

    @AfterEach
    void forget() {
        System.clearProperty(KernelParameters.FILE_PROPERTY);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("simd.properties"), text);
    }

    @Test
    void readsWhatItWrites() throws IOException {
        assertThat(KernelParameters.read(file(ODD.text()))).isEqualTo(ODD);
        KernelParameters defaults = KernelParameters.defaults();
        assertThat(KernelParameters.read(file(defaults.text()))).isEqualTo(defaults);
    }

    @Test
    void whatAFileLeavesOutKeepsItsDefault() throws IOException {
        KernelParameters defaults = KernelParameters.defaults();
        System.setProperty(
                KernelParameters.FILE_PROPERTY, file("product.rows = 96\n").toString());
        assertThat(KernelParameters.configured())
                .isEqualTo(new KernelParameters(
                        96,
                        defaults.productColumns(),
                        defaults.pairsPerTile(),
                        defaults.winogradTiles(),
                        defaults.forward(),
                        defaults.weightGradient()));
        assertThat(new SimdProvider().usability().reason()).contains("tuned by", "simd.properties");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "product.rowz=3 | no parameter is called 'product.rowz'; there are [product.columns, product.rows",
                "product.rows=0 | product.rows must be a number from 1 to 65536, not '0'",
                "product.rows=many | product.rows must be a number from 1 to 65536, not 'many'",
                "winograd.tiles=99999999999 | not '99999999999'",
                "winograd.forward=100:1:2 | winograd.forward must list pairs:pixels:pixels",
                "winograd.forward=100:1:2 50:1:2 *:1:2 | rising order",
                "winograd.forward=*:1 | the last of them *, not '*:1'",
                "winograd.weightGradient=*:-1:5 | winograd.weightGradient must list",
                "product.rows=\\u00zz | Cannot read the kernel parameters"
            })
    void refusesWhatItDoesNotUnderstand(String text, String message) throws IOException {
        Path file = file(text.trim());
        assertThatThrownBy(() -> KernelParameters.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message.trim());
    }

    @Test
    void aMissingFileMakesTheBackendUnusableAndSaysHowToMakeIt() {
        System.setProperty(
                KernelParameters.FILE_PROPERTY,
                folder.resolve("none.properties").toString());
        assertThat(new SimdProvider().usability().usable()).isFalse();
        assertThat(new SimdProvider().usability().reason())
                .contains("none.properties", KernelParameters.FILE_PROPERTY, "retort bench tune --out");
    }

    @Test
    void crossingsChooseTheAlgorithm() {
        ConvolutionGeometry small = ConvolutionGeometry.square(1, 1, 3, 64, 64, 3, 1, 1);
        ConvolutionGeometry large = ConvolutionGeometry.square(1, 1, 3, 128, 64, 3, 1, 1);
        assertThat(ConvolutionAlgorithm.AUTO.resolve(small, ODD)).isEqualTo(ConvolutionAlgorithm.WINOGRAD_4);
        assertThat(ConvolutionAlgorithm.AUTO.resolve(large, ODD)).isEqualTo(ConvolutionAlgorithm.WINOGRAD_2);
    }

    @Test
    void extentsOfBlocksDoNotChangeABit() {
        for (ConvolutionAlgorithm algorithm : List.of(
                ConvolutionAlgorithm.DIRECT, ConvolutionAlgorithm.WINOGRAD_2, ConvolutionAlgorithm.WINOGRAD_4)) {
            Engine usual = Engine.vector(new Parallel(2), algorithm, KernelParameters.defaults());
            Engine odd = Engine.vector(new Parallel(3), algorithm, ODD);
            for (int kernel : new int[] {1, 3}) {
                ConvolutionGeometry shape = ConvolutionGeometry.square(2, 19, 23, 70, 90, kernel, 1, kernel / 2);
                assertThat(result(odd, shape)).isEqualTo(result(usual, shape));
            }
        }
    }

    private static float[] result(Engine engine, ConvolutionGeometry shape) {
        float[] x = Engines.random(shape.images() * shape.height() * shape.width() * shape.inputs(), 1);
        float[] w = Engines.random(shape.outputs() * shape.depth(), 2);
        float[] y = new float[shape.outPixels() * shape.outputs()];
        Convolution.floats(engine).forward(shape, x, 0, w, 0, y, 0, Epilogue.none());
        return y;
    }
}
