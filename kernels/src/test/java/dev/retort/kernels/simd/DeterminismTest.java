package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Same inputs, same bits: with any number of threads, interpreted or compiled. */
@Tag("smoke")
class DeterminismTest {
    private static final int WARM_RUNS = 300;

    @ParameterizedTest
    @CsvSource({"true, F32", "false, F32", "true, F64", "false, F64"})
    void theNumberOfThreadsChangesNoBit(boolean vector, DType dtype) {
        Map<String, double[]> one = large(vector, dtype, 1);
        for (int threads : new int[] {2, 3}) {
            large(vector, dtype, threads).forEach((name, values) -> assertThat(Arrays.equals(values, one.get(name)))
                    .as(name + " with " + threads + " threads")
                    .isTrue());
        }
    }

    private static Map<String, double[]> large(boolean vector, DType dtype, int threads) {
        Parallel parallel = new Parallel(threads);
        try (SimdBackend ops = vector ? SimdBackend.vector(parallel) : SimdBackend.plain(parallel)) {
            return OperationSet.run(ops, dtype, 71, 93, 24);
        }
    }

    @Test
    void compiledCodeGivesTheBitsOfAnInterpretedProcess() throws IOException, InterruptedException {
        Process interpreted = JavaProcess.of(Digest.class, "-Xint")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        for (int i = 0; i < WARM_RUNS; i++) {
            Digest.lines();
        }
        assertThat(JavaProcess.output(interpreted).lines().toList()).isEqualTo(Digest.lines());
    }

    /** Prints a hash of each operation's result. */
    static final class Digest {
        private Digest() {}

        static List<String> lines() {
            try (SimdBackend ops = SimdBackend.vector(new Parallel(1))) {
                return Stream.of(DType.F32, DType.F64)
                        .flatMap(dtype -> OperationSet.run(ops, dtype, 5, 6, 37).entrySet().stream()
                                .map(entry -> dtype + " " + entry.getKey() + " " + Arrays.hashCode(entry.getValue())))
                        .toList();
            }
        }

        public static void main(String[] arguments) {
            lines().forEach(System.out::println);
        }
    }
}
