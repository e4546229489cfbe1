package dev.retort.kernels.device;

import dev.retort.tensor.MemoryStatistics;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A pool of device memory. Blocks come in size classes, eight to a power of two, so that a training step in steady state allocates
 * nothing. A block may be handed out again while kernels on the queue still use it: the next ones come after them. Thread-safe.
 */
final class DeviceMemory {
    private static final long SMALLEST = 256;

    private final DeviceQueue device;
    private final long limit;
    private final Map<Long, ArrayDeque<Device.Block>> free = new HashMap<>();
    /** Blocks that tensors hold. */
    private final Set<Device.Block> held = Collections.newSetFromMap(new IdentityHashMap<>());

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
        ArrayDeque<Device.Block> blocks = free.get(size);
        Device.Block block = blocks == null ? null : blocks.poll();
        if (block != null) {
            pooled -= size;
        } else {
            block = allocateBlock(size);
            allocations++;
        }
        held.add(block);
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
                "No memory on " + device.describe() + " for " + size + " bytes: " + live + " bytes are live, " + given
                        + " pooled ones were given up; the limit is " + limit
                        + " bytes (close tensors, or use a smaller batch or picture)",
                cause);
    }

    synchronized void giveBack(Device.Block block) {
        if (closed) {
            return;
        }
        held.remove(block);
        live -= block.bytes();
        pooled += block.bytes();
        free.computeIfAbsent(block.bytes(), key -> new ArrayDeque<>()).push(block);
    }

    /** Gives every pooled block back to the device. */
    synchronized void trim() {
        free.values().forEach(blocks -> blocks.forEach(device::free));
        free.clear();
        pooled = 0;
    }

    /** Gives everything back to the device, what tensors hold included: they cannot be used any more. */
    synchronized void close() {
        try {
            trim();
            held.forEach(device::free);
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
