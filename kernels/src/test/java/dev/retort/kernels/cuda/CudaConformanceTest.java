package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.device.CacheFolder;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Operation;
import dev.retort.testkit.conformance.Conformance;
import dev.retort.testkit.conformance.Conformance.Check;
import dev.retort.testkit.conformance.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The conformance kit on CUDA's host code and kernels, above the stand-in for the driver, in a process of its own. */
@Execution(ExecutionMode.CONCURRENT)
@EnabledOnOs(OS.LINUX)
class CudaConformanceTest {
    @TempDir
    Path cache;

    private static final Set<String> PRODUCTS = Set.of(
            "linear",
            "matmul",
            "attention",
            "convolution",
            Operation.GEMM.name(),
            Operation.CONV2D.name(),
            Operation.CONV2D_INPUT_GRADIENT.name(),
            Operation.CONV2D_WEIGHT_GRADIENT.name());

    @Tag("long")
    @Test
    void theKitPassesOnOwnKernels() throws IOException, InterruptedException {
        kit("own", "", 4_000);
    }

    @Test
    void productsPassOnCublas() throws IOException, InterruptedException {
        kit("cublas", String.join(",", PRODUCTS), 500);
        Path choices = cache.resolve("cuda/choices-Stand-in-A-cuda-12.6-cublas.txt");
        for (String product : new String[] {"forward", "input", "weight"}) {
            assertThat(Files.readAllLines(choices))
                    .as("on the stand-in cuBLAS is the faster one: it takes no barriers to play out")
                    .anyMatch(line -> line.startsWith(product + " F32") && line.endsWith(" -> library"));
        }
    }

    private void kit(String products, String operations, int least) throws IOException, InterruptedException {
        String said = StandInProcess.run(
                Kit.class,
                List.of(),
                "-D" + CacheFolder.PROPERTY + "=" + cache,
                "-D" + CudaProvider.PRODUCTS_PROPERTY + "=" + products,
                "-Doperations=" + operations);
        assertThat(said)
                .contains(" 0 failed")
                .contains("left behind 0 blocks, 0 pinned, 0 modules, 0 events, 0 graphs");
        assertThat(said.contains("matrix products by cuBLAS")).isEqualTo(products.equals("cublas"));
        Matcher passed = Pattern.compile("(\\d+) passed, ").matcher(said);
        assertThat(passed.find()).isTrue();
        assertThat(Integer.parseInt(passed.group(1))).isGreaterThan(least);
    }

    /** Runs the kit, or its checks of some operations, and prints what failed. */
    static final class Kit {
        private Kit() {}

        public static void main(String[] arguments) {
            List<String> operations = List.of(System.getProperty("operations").split(","));
            int passed = 0;
            int failed = 0;
            try (Backend backend = new CudaProvider().create()) {
                Conformance kit = new Conformance(backend, new Oracle());
                List<Check> checks = Stream.of(kit.agreement(), kit.known(), kit.refusals())
                        .flatMap(List::stream)
                        .filter(check -> operations.contains("")
                                || operations.contains(check.name().split(" ")[0]))
                        .toList();
                for (Check check : checks) {
                    try {
                        check.run().run();
                        passed++;
                    } catch (AssertionError | RuntimeException wrong) {
                        failed++;
                        System.out.println(check.name() + ": " + wrong);
                    }
                }
                System.out.println(backend.describe() + ": " + passed + " passed, " + failed + " failed");
            }
        }
    }
}
