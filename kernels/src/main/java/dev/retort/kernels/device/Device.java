package dev.retort.kernels.device;

import dev.retort.tensor.MatmulPrecision;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@link DeviceBackend} needs of a driver: memory, copies, and kernels on one in-order queue. What is put on the queue runs in that
 * order, and the host waits in {@link #read} and {@link #finish}, and where too much is on the way. Calls come from one thread at a time.
 */
public interface Device extends AutoCloseable {
    /** Memory on the device, as the driver has it. */
    interface Block {
        long bytes();
    }

    /** One line for people. */
    String describe();

    DeviceTraits traits();

    /**
     * New memory with arbitrary contents.
     *
     * @throws DeviceMemoryException if the device has no room
     */
    Block allocate(long bytes);

    /** Gives memory back. What was put on the queue before may still use it. */
    void free(Block block);

    /** Copies {@code length} elements of a Java array to the device; the array may change as soon as this returns. */
    void write(Object array, int length, Block to, long offset);

    /** Fills a Java array from the device, after everything that was put on the queue before. */
    void read(Block from, long offset, Object array);

    /**
     * Puts a kernel on the queue.
     *
     * @param profile is told, by the end of {@link #finish}, how long the kernel ran; null if nobody asks
     */
    void launch(Kernel kernel, Grid grid, Arguments arguments, Profile profile);

    /** In what precision its kernels of {@code matrix.cu} multiply float32; empty on a device without these kernels. */
    default Optional<MatmulPrecision> matrixPrecision() {
        return Optional.empty();
    }

    /** The vendor's library for matrix products; empty without one. */
    default Optional<ProductLibrary> productLibrary() {
        return Optional.empty();
    }

    /** The file of the {@link AutotuneCache}; empty to take the first of equivalent kernels without timing them. */
    default Optional<Path> autotuneFile() {
        return Optional.empty();
    }

    /** Waits until the queue is empty. */
    void finish();

    @Override
    void close();
}
