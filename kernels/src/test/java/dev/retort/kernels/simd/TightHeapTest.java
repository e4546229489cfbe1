package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.HeapMemory;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether the pool has garbage collected before it grows: as the property says. */
class TightHeapTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final String FULL = "PS MarkSweep";

    /** Fills the old generation with garbage, lets a pool grow, and prints how many full collections there were. */
    static final class Growing {
        public static void main(String[] arguments) {
            List<Tensor> held = new ArrayList<>();
            try (SimdBackend backend = SimdBackend.create(new Parallel(1))) {
                for (int i = 0; i < 24; i++) {
                    byte[] garbage = new byte[48 * MEBIBYTE];
                    garbage[i] = 1;
                    held.add(backend.zeros(Shape.of(MEBIBYTE), DType.F32));
                }
                long collections = ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .filter(collector -> collector.getName().equals(FULL))
                        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                        .sum();
                System.out.println(collections + " collections");
            }
        }
    }

    private static int collections(String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-XX:+UseParallelGC", "-Xmx1600m", "-Xms1600m", "-Xmn64m"));
        all.addAll(List.of(options));
        Process process = JavaProcess.of(Growing.class, all.toArray(String[]::new))
                .redirectErrorStream(true)
                .start();
        return Integer.parseInt(JavaProcess.output(process)
                .lines()
                .filter(line -> line.endsWith(" collections"))
                .findFirst()
                .orElseThrow()
                .split(" ")[0]);
    }

    @Test
    void collectsBeforeGrowingOnlyIfAskedTo() throws IOException, InterruptedException {
        // 1.15 GB of garbage, and a collection for each quarter of a gigabyte and a sixteenth of what is held.
        assertThat(collections("-D" + HeapMemory.TIGHT_PROPERTY + "=true")).isBetween(3, 5);
        assertThat(collections()).isZero();
    }
}
