package dev.retort.tensor.heap;

import dev.retort.tensor.DType;
import dev.retort.tensor.MemoryStatistics;
import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A pool of Java arrays for backends that compute on the heap. Arrays come in size classes, eight to a power of two, so
 * that a training step in steady state allocates almost nothing; a free array of up to twice the size serves too, the smallest
 * first. Contents of a reused array are arbitrary. Thread-safe.
 */
public final class HeapMemory {
    /**
     * System property: {@code true} keeps the heap small by full collections while the pool is still growing, as a process of its own
     * wants it. An application that Retort is a part of may have other wishes, so this is off by default; the launcher sets it.
     */
    public static final String TIGHT_PROPERTY = "retort.heap.tight";

    private static final boolean TIGHT = Boolean.getBoolean(TIGHT_PROPERTY);
    private static final int LARGE = 1 << 20;
    /** About a young generation: what is in it is used, and may or may not be garbage. */
    private static final long LEAST_GARBAGE = 256L << 20;

    private static final int SMALLEST = 16;

    /** Free arrays by length; no list is empty. */
    private final Map<DType, NavigableMap<Integer, ArrayDeque<Object>>> free = new EnumMap<>(DType.class);

    private long live;
    private long pooled;
    private long peak;
    private long allocations;
    /** Heap in use after the last collection that this pool asked for, without what the pool held. */
    private long others;

    /**
     * An array of at least {@code size} elements from {@link HeapStorage#start} on: float[], double[], int[], long[] or byte[].
     *
     * @throws OutOfMemoryError naming the sizes, after the pool was emptied and the allocation tried once more
     */
    HeapStorage allocate(DType dtype, long size) {
        int length = sizeClass(size, HeapStorage.start(dtype));
        Object array;
        synchronized (this) {
            array = takeFree(dtype, length);
            if (array != null) {
                length = Array.getLength(array);
                pooled -= bytes(dtype, length);
            } else {
                allocations++;
            }
            live += bytes(dtype, length);
            peak = Math.max(peak, live);
        }
        if (array == null) {
            array = allocateArray(dtype, length);
        }
        return new HeapStorage(this, dtype, array);
    }

    /** The smallest free array of {@code length} to twice as many elements; null if there is none. */
    private Object takeFree(DType dtype, int length) {
        NavigableMap<Integer, ArrayDeque<Object>> arrays = free.get(dtype);
        Map.Entry<Integer, ArrayDeque<Object>> fit = arrays == null ? null : arrays.ceilingEntry(length);
        if (fit == null || fit.getKey() / 2 > length) {
            return null;
        }
        Object array = fit.getValue().pop();
        if (fit.getValue().isEmpty()) {
            arrays.remove(fit.getKey());
        }
        return array;
    }

    private Object allocateArray(DType dtype, int length) {
        collectGarbage(bytes(dtype, length));
        try {
            return newArray(dtype, length);
        } catch (OutOfMemoryError first) {
            MemoryStatistics before = statistics();
            trim();
            try {
                return newArray(dtype, length);
            } catch (OutOfMemoryError second) {
                synchronized (this) {
                    live -= bytes(dtype, length);
                }
                OutOfMemoryError error = new OutOfMemoryError("No heap for " + bytes(dtype, length) + " bytes: "
                        + before.liveBytes() + " bytes are live, " + before.pooledBytes()
                        + " pooled ones were given up; the heap limit is "
                        + Runtime.getRuntime().maxMemory() + " bytes (raise it with -Xmx, or use a smaller batch)");
                error.initCause(second);
                throw error;
            }
        }
    }

    /**
     * Has the collector run before the heap grows by a large array while garbage is a sixteenth of what this pool holds, or more. Some
     * collectors, ParallelGC of JDK 25 among them, rather grow the heap up to its limit, and the memory is never given back. What is in
     * use after a collection and not this pool's belongs to others, and is no garbage until it grows.
     */
    private void collectGarbage(long bytes) {
        if (!TIGHT || bytes < LARGE) {
            return;
        }
        synchronized (this) {
            long held = live + pooled - bytes;
            if (used() - others - held < LEAST_GARBAGE + held / 16) {
                return;
            }
            System.gc();
            others = Math.max(0, used() - held);
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    void giveBack(DType dtype, Object array) {
        int length = Array.getLength(array);
        synchronized (this) {
            live -= bytes(dtype, length);
            pooled += bytes(dtype, length);
            free.computeIfAbsent(dtype, key -> new TreeMap<>())
                    .computeIfAbsent(length, key -> new ArrayDeque<>())
                    .push(array);
        }
    }

    /** Lets the collector have every pooled array. */
    public synchronized void trim() {
        free.clear();
        pooled = 0;
    }

    /** Counters of this pool. */
    public synchronized MemoryStatistics statistics() {
        return new MemoryStatistics(live, pooled, peak, allocations);
    }

    private static int sizeClass(long elements, int start) {
        long size = Math.max(elements, SMALLEST) + start;
        long step = Math.max(1, Long.highestOneBit(size - 1) >> 3);
        long rounded = (size + step - 1) / step * step;
        if (rounded > Integer.MAX_VALUE - 8) {
            if (size > Integer.MAX_VALUE - 8) {
                throw new OutOfMemoryError("A heap tensor holds at most " + (Integer.MAX_VALUE - 8 - start)
                        + " elements, asked for " + elements + ": use a smaller batch or image");
            }
            rounded = size;
        }
        return (int) rounded;
    }

    private static long bytes(DType dtype, int length) {
        return (long) dtype.bytes() * length;
    }

    private static Object newArray(DType dtype, int length) {
        return switch (dtype) {
            case F32 -> new float[length];
            case F64 -> new double[length];
            case I32 -> new int[length];
            case I64 -> new long[length];
            case BOOL -> new byte[length];
        };
    }
}
