package dev.retort.kernels.opencl;

import dev.retort.kernels.device.DelegatingDevice;
import dev.retort.tensor.Backend;
import dev.retort.tensor.conformance.BackendConformance;
import org.junit.jupiter.api.Nested;

/** The kit of the tensor module, with the products for the device's kind and with those for GPUs. */
class OpenClConformanceTest {
    @Nested
    class AsItIs extends BackendConformance {
        @Override
        protected Backend backend() {
            return OpenCl.backend(OpenCl.device());
        }
    }

    @Nested
    class WithTilesForGpus extends BackendConformance {
        @Override
        protected Backend backend() {
            return OpenCl.backend(DelegatingDevice.asGpu(OpenCl.device()));
        }
    }
}
