package dev.retort.kernels.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDeviceTotalMem;
import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;

import dev.retort.kernels.device.DeviceSelector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jcuda.CudaException;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * NVIDIA's driver and the GPUs of this machine, looked for once. What went wrong first is kept: a library that failed to load once fails
 * with another error the second time.
 */
final class CudaDriver {
    static final String INSTALL =
            "install the display driver (Debian: nvidia-driver; Ubuntu: nvidia-driver-535 or later; in a container: the NVIDIA"
                    + " container toolkit, and --gpus all)";

    /** The first that reads PTX of version 7.8. */
    private static final int OLDEST_VERSION = 11_080;

    private static final int NAME_BYTES = 256;

    private static CudaDriver probed;

    private final List<Gpu> gpus;
    private final int version;
    private final String unavailableReason;
    private final Throwable cause;

    private CudaDriver(List<Gpu> gpus, int version, String unavailableReason, Throwable cause) {
        this.gpus = gpus;
        this.version = version;
        this.unavailableReason = unavailableReason;
        this.cause = cause;
    }

    /** What there is here; never throws. */
    static synchronized CudaDriver probe() {
        if (probed == null) {
            probed = look();
        }
        return probed;
    }

    private static CudaDriver look() {
        try {
            JCudaLibraries.of("JCudaDriver").load(() -> JCudaDriver.setExceptionsEnabled(true));
            cuInit(0);
            int[] version = new int[1];
            cuDriverGetVersion(version);
            int[] count = new int[1];
            cuDeviceGetCount(count);
            if (version[0] < OLDEST_VERSION) {
                return failed(
                        "the NVIDIA driver serves CUDA " + text(version[0]) + ", and Retort's kernels need "
                                + text(OLDEST_VERSION) + ": " + INSTALL,
                        null);
            }
            List<Gpu> gpus = new ArrayList<>();
            for (int i = 0; i < count[0]; i++) {
                gpus.add(gpu(i));
            }
            return gpus.isEmpty()
                    ? failed("no NVIDIA GPU: " + INSTALL, null)
                    : new CudaDriver(gpus, version[0], null, null);
        } catch (CudaException e) {
            return failed(
                    says(e, CUresult.CUDA_ERROR_NO_DEVICE)
                            ? "the NVIDIA driver finds no GPU (is one installed, and visible by CUDA_VISIBLE_DEVICES?)"
                            : "the NVIDIA driver says " + e.getMessage()
                                    + ": restart the machine if the driver was just updated, else " + INSTALL,
                    e);
        } catch (IOException e) {
            return failed(e.getMessage(), e);
        } catch (Throwable e) {
            return failed(JCudaLibraries.noDriver(), e);
        }
    }

    /** Whether an error is the one of that number; JCuda tells its name only. */
    static boolean says(CudaException e, int result) {
        return String.valueOf(e.getMessage()).contains(CUresult.stringFor(result));
    }

    private static CudaDriver failed(String unavailableReason, Throwable cause) {
        return new CudaDriver(List.of(), 0, unavailableReason, cause);
    }

    private static Gpu gpu(int index) {
        CUdevice device = device(index);
        byte[] name = new byte[NAME_BYTES];
        cuDeviceGetName(name, name.length, device);
        long[] memory = new long[1];
        cuDeviceTotalMem(memory, device);
        String text = new String(name, StandardCharsets.UTF_8);
        return new Gpu(
                index,
                text.substring(0, text.indexOf('\0')).strip(),
                attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                memory[0]);
    }

    static CUdevice device(int index) {
        CUdevice device = new CUdevice();
        cuDeviceGet(device, index);
        return device;
    }

    /** A number that the driver has of a GPU, one of CUdevice_attribute. */
    static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        cuDeviceGetAttribute(value, attribute, device);
        return value[0];
    }

    List<Gpu> gpus() {
        return gpus;
    }

    /** For example 12.6: the newest CUDA that the driver serves. */
    String version() {
        return text(version);
    }

    private static String text(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Why there is no GPU; null if there is one. */
    String unavailableReason() {
        return unavailableReason;
    }

    Throwable cause() {
        return cause;
    }

    /**
     * A GPU by its number or a part of its name; of none in particular the first that kernels can run on, else the first.
     *
     * @throws IllegalArgumentException if there is no such GPU; the message lists those that there are
     */
    Gpu choose(String wanted) {
        return wanted.isEmpty()
                ? gpus.stream()
                        .filter(gpu -> gpu.unsupportedReason().isEmpty())
                        .findFirst()
                        .orElse(gpus.get(0))
                : DeviceSelector.of(CudaProvider.NAME, gpus, Gpu::name, wanted);
    }
}
