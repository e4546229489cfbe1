package dev.retort.kernels.device;

import dev.retort.tensor.Storage;
import dev.retort.tensor.Tensor;

/**
 * A block of device memory out of a {@link DeviceMemory}, to which it returns. Of integers it knows between which numbers they lie, where
 * that came with the values from the host: then an index needs no look at the device, for which the host would have to wait.
 */
final class DeviceStorage extends Storage {
    private final DeviceMemory memory;
    private final Device.Block block;
    private Range range = Range.EMPTY;

    DeviceStorage(DeviceMemory memory, Device.Block block) {
        this.memory = memory;
        this.block = block;
    }

    static DeviceStorage of(Tensor x) {
        return (DeviceStorage) x.storage();
    }

    Device.Block block() {
        return block;
    }

    /** Between which numbers the integers written so far lie; null if that is not known. */
    synchronized Range range() {
        return range;
    }

    /** Numbers in a range have been written besides those that were there; null if anything may have been. */
    synchronized void wrote(Range written) {
        range = range == null || written == null ? null : range.and(written);
    }

    @Override
    public long bytes() {
        return block.bytes();
    }

    @Override
    protected void free() {
        memory.giveBack(block);
    }
}
