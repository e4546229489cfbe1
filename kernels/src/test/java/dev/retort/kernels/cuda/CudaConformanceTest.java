package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.conformance.Conformance;
import dev.retort.tensor.conformance.Conformance.Check;
import dev.retort.tensor.conformance.Oracle;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The conformance kit on CUDA's host code and kernels, above the stand-in for the driver, in a process of its own. */
@EnabledOnOs(OS.LINUX)
class CudaConformanceTest {
    @Test
    void theKitPasses() throws IOException, InterruptedException {
        String said = StandInProcess.run(Kit.class, List.of());
        assertThat(said).contains(" 0 failed").contains("left behind 0 blocks, 0 pinned, 0 modules, 0 events");
    }

    /** Runs the kit and prints what failed. */
    static final class Kit {
        private Kit() {}

        public static void main(String[] arguments) {
            int passed = 0;
            int failed = 0;
            try (Backend backend = new CudaProvider().create()) {
                Conformance kit = new Conformance(backend, new Oracle());
                List<Check> checks = Stream.concat(kit.agreement().stream(), kit.refusals().stream())
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
