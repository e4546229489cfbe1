package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;

/** Matrix products by a library of the device's vendor, put on the device's queue. */
public interface ProductLibrary {
    /**
     * The products of {@code spec}, whose m, n and k are positive, for a floating type. Each block comes with the place of its tensor's
     * first element, to which the offset of the operand's layout is to be added.
     */
    void gemm(
            DType type,
            GemmSpec spec,
            Device.Block a,
            long aFirst,
            Device.Block b,
            long bFirst,
            Device.Block c,
            long cFirst);
}
