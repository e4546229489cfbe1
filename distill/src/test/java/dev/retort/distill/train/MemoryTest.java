package dev.retort.distill.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.distill.recipe.Recipe;
import dev.retort.distill.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training the demo's student does not grow: the backend's live bytes are the same after every step, and the heap after a full
 * collection stays where it was after the first quarter. {@code -Dretort.memory.steps=1000} takes more steps than the few of
 * the ordinary build, {@code -Dretort.memory.device=opencl} another device; docs/memory.md has its figures.
 */
class MemoryTest {
    private static final int STEPS = Integer.getInteger("retort.memory.steps", 24);
    /** What a quarter of a run may add to the heap after a full collection: the JVM's own noise, far below one feature map. */
    private static final long NOISE = 2 << 20;

    @TempDir
    Path folder;

    /** The state after some steps. */
    private record Mark(int step, long live, long pooled, long heap, Allocated perStep) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "after step %4d: live %.1f MiB, pooled %.1f MiB, heap after full collection %.1f MiB,"
                            + " allocated per step %.1f MiB, %.1f MiB of it by the training thread",
                    step,
                    live / 0x1p20,
                    pooled / 0x1p20,
                    heap / 0x1p20,
                    perStep.all / 0x1p20,
                    perStep.own / 0x1p20);
        }
    }

    /** Java heap that each thread has asked for so far, by its id. */
    private static Map<Long, Long> allocatedByThread() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        Map<Long, Long> allocated = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            allocated.put(ids[i], Math.max(bytes[i], 0));
        }
        return allocated;
    }

    /** Java heap that was asked for, by all threads and by this one. */
    private record Allocated(long all, long own) {
        static Allocated perStep(Map<Long, Long> before, Map<Long, Long> after, int steps) {
            long sum = 0;
            for (Map.Entry<Long, Long> thread : after.entrySet()) {
                sum += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
            }
            long own = Thread.currentThread().getId();
            return new Allocated(sum / steps, (after.get(own) - before.get(own)) / steps);
        }
    }

    @Test
    void trainingDoesNotGrow() throws IOException {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(1, 1, 1, 1).withSplits(Map.of("train", 64)), folder);
        CocoDataset data = CocoDataset.open(folder, "train");
        List<Mark> marks = new ArrayList<>();
        try (Backend backend = Backends.create(System.getProperty("retort.memory.device", "auto"))) {
            try (Detector student = Detector.create(recipe(), data.categories(), backend);
                    Trainer trainer = new Trainer(recipe(), data, student, null)) {
                train(trainer, backend, marks);
            }
            assertThat(backend.memory().liveBytes()).isZero();
        }
        marks.forEach(System.out::println);
        for (int quarter = 1; quarter < marks.size(); quarter++) {
            assertThat(marks.get(quarter).heap - marks.get(quarter).pooled)
                    .as("heap besides the pool, quarter " + quarter)
                    .isLessThan(marks.get(quarter - 1).heap - marks.get(quarter - 1).pooled + NOISE);
        }
    }

    private static void train(Trainer trainer, Backend backend, List<Mark> marks) {
        long live = -1;
        Map<Long, Long> allocated = allocatedByThread();
        int quarter = STEPS / 4;
        for (int step = 1; step <= STEPS; step++) {
            trainer.step();
            if (live < 0) {
                live = backend.memory().liveBytes();
            }
            assertThat(backend.memory().liveBytes())
                    .as("live bytes after step " + step)
                    .isEqualTo(live);
            if (step % quarter == 0) {
                Allocated perStep = Allocated.perStep(allocated, allocatedByThread(), quarter);
                marks.add(new Mark(step, live, backend.memory().pooledBytes(), heapAfterCollection(), perStep));
                allocated = allocatedByThread();
            }
        }
    }

    private static Recipe recipe() throws IOException {
        try (InputStream in = RecipeReader.class.getResourceAsStream("shapes-student.yaml")) {
            return RecipeReader.parse(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8), "shapes-student.yaml", List.of());
        }
    }

    private static long heapAfterCollection() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
