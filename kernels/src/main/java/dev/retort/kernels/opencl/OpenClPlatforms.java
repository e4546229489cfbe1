package dev.retort.kernels.opencl;

import static org.jocl.CL.CL_DEVICE_NAME;
import static org.jocl.CL.CL_DEVICE_TYPE;
import static org.jocl.CL.CL_DEVICE_TYPE_ALL;
import static org.jocl.CL.CL_DEVICE_TYPE_GPU;
import static org.jocl.CL.CL_PLATFORM_NAME;
import static org.jocl.CL.clGetDeviceIDs;
import static org.jocl.CL.clGetDeviceInfo;
import static org.jocl.CL.clGetPlatformIDs;
import static org.jocl.CL.clGetPlatformInfo;

import dev.retort.kernels.device.DeviceSelector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * The OpenCL devices of this machine, looked for once. What went wrong first is kept, whatever follows from it: a library that failed to
 * load once fails with another error the second time.
 */
final class OpenClPlatforms {
    /** OpenCL's code for an ICD loader that finds no driver; of the extension cl_khr_icd. */
    private static final int PLATFORM_NOT_FOUND = -1001;

    /** What PoCL calls its platform. */
    static final String POCL = "Portable Computing Language";

    private static OpenClPlatforms probed;

    private final List<Found> devices;
    private final String unavailableReason;
    private final Throwable cause;

    /** A device, before it is used. */
    record Found(cl_platform_id platform, cl_device_id id, String platformName, String name, boolean gpu) {
        @Override
        public String toString() {
            return name + " (" + platformName + ")";
        }
    }

    private OpenClPlatforms(List<Found> devices, String unavailableReason, Throwable cause) {
        this.devices = devices;
        this.unavailableReason = unavailableReason;
        this.cause = cause;
    }

    /** What there is here; never throws. */
    static synchronized OpenClPlatforms probe() {
        if (probed == null) {
            probed = look();
        }
        return probed;
    }

    private static OpenClPlatforms look() {
        try {
            JoclLibrary.ofThisSystem().load(() -> CL.setExceptionsEnabled(true));
            List<Found> found = new ArrayList<>();
            List<String> empty = new ArrayList<>();
            CLException first = null;
            for (cl_platform_id platform : platforms()) {
                try {
                    List<Found> devices = devices(platform);
                    found.addAll(devices);
                    if (devices.isEmpty()) {
                        empty.add(platformName(platform));
                    }
                } catch (CLException e) {
                    // One driver that is broken does not stand in the way of another.
                    first = first == null ? e : first;
                }
            }
            if (found.isEmpty() && first != null) {
                throw first;
            }
            return found.isEmpty() ? none(empty, null) : new OpenClPlatforms(found, null, null);
        } catch (CLException e) {
            return e.getStatus() == PLATFORM_NOT_FOUND
                    ? none(List.of(), e)
                    : new OpenClPlatforms(List.of(), "the OpenCL driver says " + e.getMessage(), e);
        } catch (IOException e) {
            return new OpenClPlatforms(List.of(), "JOCL cannot be used: " + e.getMessage(), e);
        } catch (Throwable e) {
            return new OpenClPlatforms(List.of(), JoclLibrary.doesNotLoad(firstLine(e)), e);
        }
    }

    /** @param empty names of platforms that have no device */
    private static OpenClPlatforms none(List<String> empty, Throwable cause) {
        String reason = "no OpenCL device: ";
        if (empty.contains(POCL)) {
            reason +=
                    "PoCL is here and has none, as where it has no folder for its files: make HOME a folder that can be"
                            + " written, or name one in POCL_CACHE_DIR";
        } else if (!empty.isEmpty()) {
            reason += String.join(", ", empty) + " is here and has none: is the device there, and may this user use it"
                    + " (groups render and video)?";
        } else {
            reason +=
                    "install the driver of your GPU, or pocl-opencl-icd (Debian and Ubuntu), which computes on the CPU";
        }
        return new OpenClPlatforms(List.of(), reason, cause);
    }

    private static String firstLine(Throwable e) {
        String text = String.valueOf(e.getMessage()).strip();
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static cl_platform_id[] platforms() {
        int[] count = new int[1];
        clGetPlatformIDs(0, null, count);
        cl_platform_id[] platforms = new cl_platform_id[count[0]];
        clGetPlatformIDs(platforms.length, platforms, null);
        return platforms;
    }

    private static List<Found> devices(cl_platform_id platform) {
        int[] count = new int[1];
        try {
            clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, null, count);
        } catch (CLException e) {
            if (e.getStatus() == CL.CL_DEVICE_NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
        cl_device_id[] ids = new cl_device_id[count[0]];
        clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, ids.length, ids, null);
        List<Found> found = new ArrayList<>();
        for (cl_device_id id : ids) {
            boolean gpu = (number(id, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_GPU) != 0;
            found.add(new Found(platform, id, platformName(platform), text(id, CL_DEVICE_NAME), gpu));
        }
        return found;
    }

    private static String platformName(cl_platform_id platform) {
        long[] size = new long[1];
        clGetPlatformInfo(platform, CL_PLATFORM_NAME, 0, null, size);
        byte[] bytes = new byte[(int) size[0]];
        clGetPlatformInfo(platform, CL_PLATFORM_NAME, bytes.length, Pointer.to(bytes), null);
        return string(bytes);
    }

    /** A device's property that is a text. */
    static String text(cl_device_id device, int property) {
        long[] size = new long[1];
        clGetDeviceInfo(device, property, 0, null, size);
        byte[] bytes = new byte[(int) size[0]];
        clGetDeviceInfo(device, property, bytes.length, Pointer.to(bytes), null);
        return string(bytes);
    }

    /** A device's property that is a number of up to 64 bits. */
    static long number(cl_device_id device, int property) {
        long[] value = new long[1];
        clGetDeviceInfo(device, property, Sizeof.cl_long, Pointer.to(value), null);
        return value[0];
    }

    private static String string(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    boolean isEmpty() {
        return devices.isEmpty();
    }

    List<Found> devices() {
        return devices;
    }

    /** Why there is no device. */
    String unavailableReason() {
        return unavailableReason;
    }

    Throwable cause() {
        return cause;
    }

    /**
     * A device by its number or a part of its name or its platform's; of none in particular the first GPU, else the first.
     *
     * @throws IllegalArgumentException if there is no such device; the message lists those that there are
     */
    Found choose(String wanted) {
        return wanted.isEmpty()
                ? devices.stream().filter(Found::gpu).findFirst().orElse(devices.get(0))
                : DeviceSelector.of(OpenClProvider.NAME, devices, Found::toString, wanted);
    }

    /** Every device with its number. */
    String list() {
        return DeviceSelector.list(devices);
    }
}
