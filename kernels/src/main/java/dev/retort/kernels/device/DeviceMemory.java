package dev.retort.kernels.device;

import dev.retort.tensor.MemoryStatistics;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A pool of device memory. Blocks come in size classes, eight to a power of two, so that a training step in steady state allocates
 * nothing; and of the free blocks of a class the oldest is handed out, so that equal steps get equal addresses. A block may be handed out again
 * while kernels on the queue still use it: the next ones come after them. Thread-safe.
 */
final class DeviceMemory {
    private static final long SMALLEST = 256;

    private final DeviceQueue device;
    private final long limit;
    /** Blocks by size, and by the order in which they were allocated. */
    private final Map<Long, TreeMap<Long, Device.Block>> free = new HashMap<>();
    /** Blocks that tensors hold, with their numbers in that order. */
    private final Map<Device.Block, Long> held = new IdentityHashMap<>();

    private boolean closed;
    private long live;
    private long pooled;
    private long peak;
    private long allocations;

    /** @param limit the most bytes, live and pooled, that this pool may hold */
    DeviceMemory(DeviceQueue device, long limit) {
        this.device = device;
        this.limit = limit;
    }

    /**
     * At least {@code bytes} bytes with arbitrary contents.
     *
     * @throws DeviceMemoryException naming the sizes, after the pool was emptied and the allocation tried once more
     */
    synchronized DeviceStorage allocate(long bytes) {
        long size = sizeClass(bytes);
        Map.Entry<Long, Device.Block> pooledBlock =
                free.computeIfAbsent(size, key -> new TreeMap<>()).pollFirstEntry();
        Device.Block block;
        if (pooledBlock != null) {
            block = pooledBlock.getValue();
            held.put(block, pooledBlock.getKey());
            pooled -= size;
        } else {
            block = allocateBlock(size);
            held.put(block, allocations++);
        }
        live += size;
        peak = Math.max(peak, live);
        return new DeviceStorage(this, block);
    }

    private Device.Block allocateBlock(long size) {
        if (live + pooled + size <= limit) {
            try {
                return device.allocate(size);
            } catch (DeviceMemoryException first) {
                return retry(size, first);
            }
        }
        return retry(size, null);
    }

    private Device.Block retry(long size, DeviceMemoryException first) {
        long given = pooled;
        trim();
        // A driver may give memory back no sooner than what still uses it has run.
        device.finish();
        DeviceMemoryException cause = first;
        if (live + size <= limit) {
            try {
                return device.allocate(size);
            } catch (DeviceMemoryException second) {
                cause = second;
            }
        }
        throw new DeviceMemoryException(
                "out of memory allocating " + size + " bytes on " + device.describe() + ": " + live
                        + " bytes are live, " + given + " pooled bytes were released, the limit is " + limit
                        + " bytes: close tensors, or use a smaller batch or image",
                cause);
    }

    synchronized void giveBack(Device.Block block) {
        if (closed) {
            return;
        }
        long number = held.remove(block);
        live -= block.bytes();
        pooled += block.bytes();
        free.computeIfAbsent(block.bytes(), key -> new TreeMap<>()).put(number, block);
    }

    /** Gives every pooled block back to the device. */
    synchronized void trim() {
        free.values().forEach(blocks -> blocks.values().forEach(device::free));
        free.clear();
        pooled = 0;
    }

    /** Gives everything back to the device, what tensors hold included: they cannot be used any more. */
    synchronized void close() {
        try {
            trim();
            held.keySet().forEach(device::free);
        } finally {
            free.clear();
            held.clear();
            pooled = 0;
            live = 0;
            closed = true;
        }
    }

    synchronized MemoryStatistics statistics() {
        return new MemoryStatistics(live, pooled, peak, allocations);
    }

    private long sizeClass(long bytes) {
        long size = Math.max(bytes, SMALLEST);
        long step = Math.max(1, Long.highestOneBit(size - 1) >> 3);
        long rounded = (size + step - 1) / step * step;
        return rounded > device.traits().largestBlock() ? size : rounded;
    }
}
