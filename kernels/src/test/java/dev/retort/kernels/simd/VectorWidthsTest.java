package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.VectorApi;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.testkit.conformance.Conformance;
import dev.retort.testkit.conformance.Conformance.Check;
import dev.retort.testkit.conformance.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The conformance kit on vectors of every width that this processor has, each in a JVM of its own, since the width is fixed when kernels
 * are loaded. A width that the processor lacks is skipped and said so.
 */
@Tag("long")
@Execution(ExecutionMode.CONCURRENT)
class VectorWidthsTest {
    private static final List<ConvolutionAlgorithm> ALGORITHMS =
            List.of(ConvolutionAlgorithm.AUTO, ConvolutionAlgorithm.WINOGRAD_2, ConvolutionAlgorithm.WINOGRAD_4);

    @ParameterizedTest(name = "{0} bits")
    @ValueSource(ints = {128, 256, 512})
    void theKitPasses(int bits) throws IOException, InterruptedException {
        int widest = VectorShape.preferredShape().vectorBitSize();
        if (bits > widest) {
            System.out.println("Vectors of " + bits + " bits are not tested: this processor has " + widest);
        }
        assumeTrue(bits <= widest, "the processor has vectors of " + widest + " bits");
        for (ConvolutionAlgorithm algorithm : ALGORITHMS) {
            if (bits == widest && algorithm == ConvolutionAlgorithm.AUTO) {
                // That is how SimdConformanceTest runs the kit.
                continue;
            }
            Process kit = JavaProcess.of(
                            Kit.class,
                            "-D" + VectorApi.BITS_PROPERTY + "=" + bits,
                            "-D" + ConvolutionAlgorithm.PROPERTY + "=" + algorithm)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = new String(kit.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(kit.waitFor()).as(algorithm + ": " + said).isZero();
            assertThat(said).contains("Vector API, " + bits + " bits").contains(" 0 failed");
        }
    }

    /** Runs the kit and prints what failed; ends with 1 if anything did. */
    static final class Kit {
        private Kit() {}

        public static void main(String[] arguments) {
            int passed = 0;
            int failed = 0;
            try (SimdBackend backend = SimdBackend.vector(new Parallel(2))) {
                Conformance kit = new Conformance(backend, new Oracle());
                // An algorithm for convolutions changes nothing else.
                boolean automatic = ConvolutionAlgorithm.configured() == ConvolutionAlgorithm.AUTO;
                List<Check> checks = Stream.of(kit.agreement(), kit.known(), kit.refusals())
                        .flatMap(List::stream)
                        .filter(check -> automatic
                                || check.name().toLowerCase(Locale.ROOT).startsWith("conv"))
                        .toList();
                for (Check check : checks) {
                    try {
                        check.run().run();
                        passed++;
                    } catch (AssertionError | RuntimeException wrong) {
                        failed++;
                        System.out.println(check.name() + ": " + wrong.getMessage());
                    }
                }
                System.out.println(backend.describe() + ": " + passed + " passed, " + failed + " failed");
            }
            System.exit(failed == 0 && passed > 0 ? 0 : 1);
        }
    }
}
