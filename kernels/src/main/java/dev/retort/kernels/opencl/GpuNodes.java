package dev.retort.kernels.opencl;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The files by which drivers reach GPUs on Linux. Where there is none, OpenCL's devices are CPUs, and the automatic choice need not load
 * OpenCL to pass it over.
 */
final class GpuNodes {
    /** NVIDIA, AMD, the Windows host, ARM, Qualcomm, Imagination, Vivante; what follows the kernel has a folder of its own. */
    private static final String VENDORS = "{nvidia*,nvhost*,nvmap,kfd,dxg,mali*,kgsl*,pvr*,galcore}";

    private GpuNodes() {}

    /**
     * Whether there may be a GPU.
     *
     * @param devices {@code /dev}
     */
    static boolean possible(Path devices) {
        return has(devices, VENDORS) || has(devices.resolve("dri"), "renderD*");
    }

    private static boolean has(Path folder, String names) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, names)) {
            return files.iterator().hasNext();
        } catch (IOException e) {
            // A folder that is not there has none; of one that cannot be read nothing is known.
            return !(e instanceof NoSuchFileException);
        }
    }
}
