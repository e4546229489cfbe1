package dev.retort.acceptance.training;

import com.sun.management.ThreadMXBean;
import dev.retort.tensor.Backend;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trains the demo's student and looks at memory: the backend's live bytes are the same after every step, and the heap after a full
 * collection stays where it was after the first quarter.
 */
public final class SteadyMemory {
    /** What a quarter of a run may add to the heap after a full collection: the JVM's own noise, far below one feature map. */
    private static final long NOISE = 2 << 20;

    private static final int QUARTERS = 4;

    private SteadyMemory() {}

    /**
     * The state after some steps, in bytes.
     *
     * @param live held on the backend by tensors
     * @param pooled held by the backend for the next ones
     * @param heap Java heap in use after a full collection
     * @param allocated Java heap that all threads together asked for, per step
     * @param own the part of it that the training thread asked for
     */
    public record Mark(int step, long live, long pooled, long heap, long allocated, long own) {
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
                    allocated / 0x1p20,
                    own / 0x1p20);
        }
    }

    /**
     * Takes steps and tells the state after each quarter of them.
     *
     * @param steps 4 or more
     * @throws AssertionError if live bytes change, if the heap grows, or if anything is left at the end
     */
    public static List<Mark> of(Backend backend, int steps) {
        if (steps < QUARTERS) {
            throw new IllegalArgumentException(
                    "Memory is looked at after each quarter of the steps: take " + QUARTERS + " or more, not " + steps);
        }
        List<Mark> marks;
        try (DemoStudent student = new DemoStudent(backend)) {
            marks = train(student, backend, steps);
        }
        demand(
                backend.memory().liveBytes() == 0,
                "bytes are left behind: " + backend.memory().liveBytes(),
                marks);
        for (int quarter = 1; quarter < marks.size(); quarter++) {
            long grown = besidesPool(marks.get(quarter)) - besidesPool(marks.get(quarter - 1));
            demand(grown < NOISE, "the heap besides the pool grew by " + grown + " bytes in quarter " + quarter, marks);
        }
        return marks;
    }

    private static long besidesPool(Mark mark) {
        return mark.heap - mark.pooled;
    }

    private static void demand(boolean holds, String otherwise, List<Mark> marks) {
        if (!holds) {
            throw new AssertionError(otherwise + "; " + marks);
        }
    }

    private static List<Mark> train(DemoStudent student, Backend backend, int steps) {
        List<Mark> marks = new ArrayList<>();
        long live = -1;
        Map<Long, Long> allocated = allocatedByThread();
        int quarter = steps / QUARTERS;
        for (int step = 1; step <= steps; step++) {
            student.trainer().step();
            long now = backend.memory().liveBytes();
            if (live < 0) {
                live = now;
            }
            demand(
                    now == live,
                    "live bytes are " + now + " after step " + step + ", " + live + " after the first",
                    marks);
            if (step % quarter == 0) {
                marks.add(mark(step, backend, allocated, quarter));
                allocated = allocatedByThread();
            }
        }
        return marks;
    }

    private static Mark mark(int step, Backend backend, Map<Long, Long> before, int steps) {
        Map<Long, Long> after = allocatedByThread();
        long sum = 0;
        for (Map.Entry<Long, Long> thread : after.entrySet()) {
            sum += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        long id = Thread.currentThread().getId();
        return new Mark(
                step,
                backend.memory().liveBytes(),
                backend.memory().pooledBytes(),
                heapAfterCollection(),
                sum / steps,
                (after.get(id) - before.get(id)) / steps);
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

    private static long heapAfterCollection() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
