package dev.retort.kernels.opencl;

import dev.retort.kernels.device.Device;
import dev.retort.kernels.device.DeviceBackend;
import dev.retort.tensor.BackendProvider.Usability;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;

/**
 * The device that tests run on: the first one. Where there is none, they are skipped and say why, unless the system property
 * {@code retort.require} names opencl: then they fail.
 */
final class OpenCl {
    private static final String REQUIRE = "retort.require";

    private OpenCl() {}

    /** A device, which the caller closes. */
    static Device device() {
        Usability usability = new OpenClProvider().usability();
        if (!usability.usable()) {
            String reason = "opencl cannot be used here: " + usability.reason();
            if (Arrays.asList(System.getProperty(REQUIRE, "").split(",")).contains(OpenClProvider.NAME)) {
                throw new AssertionError(
                        reason + " (-D" + REQUIRE + " names it: it is not skipped)", usability.cause());
            }
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
        return new OpenClDevice(OpenClPlatforms.probe().choose(""), OpenClPrograms.defaultFolder());
    }

    /** A backend on a device, which is closed with it. */
    static DeviceBackend backend(Device device) {
        return new DeviceBackend(OpenClProvider.NAME, device, device.traits().memory());
    }
}
