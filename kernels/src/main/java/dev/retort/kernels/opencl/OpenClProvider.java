package dev.retort.kernels.opencl;

import dev.retort.kernels.device.DeviceBackend;
import dev.retort.kernels.natives.Loader;
import dev.retort.kernels.opencl.OpenClPlatforms.Found;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import java.nio.file.Path;
import java.util.Locale;

/** Offers a {@link DeviceBackend} on an OpenCL device: by itself where that is a GPU, on request where it is a CPU. */
public final class OpenClProvider implements BackendProvider {
    static final String NAME = "opencl";

    private static final int PREFERENCE = 50;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean worthTrying() {
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("linux");
        return !linux || GpuNodes.possible(Path.of("/dev"));
    }

    @Override
    public Usability usability() {
        return usability("");
    }

    @Override
    public Usability usability(String device) {
        String missing = JoclLibrary.missing(Loader.ofThisMachine());
        if (missing != null) {
            return Usability.absent(missing, null);
        }
        OpenClPlatforms platforms = OpenClPlatforms.probe();
        if (platforms.isEmpty()) {
            return Usability.absent(platforms.unavailableReason(), platforms.cause());
        }
        try {
            Found found = platforms.choose(device);
            return found.gpu()
                    ? Usability.yes(found + "; devices: " + platforms.list())
                    : Usability.onRequest(found + ", a CPU, on which simd is faster; devices: " + platforms.list());
        } catch (IllegalArgumentException e) {
            return Usability.no(e.getMessage(), e);
        }
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public Backend create() {
        return create("");
    }

    @Override
    public Backend create(String device) {
        Found found = OpenClPlatforms.probe().choose(device);
        SignalChaining.require(found.platformName());
        OpenClDevice opened = new OpenClDevice(found, OpenClPrograms.defaultFolder());
        try {
            return new DeviceBackend(NAME, opened, opened.traits().memory() / 10 * 9);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }
}
