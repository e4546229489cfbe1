package dev.retort.kernels.cuda;

import dev.retort.kernels.device.DeviceBackend;
import dev.retort.kernels.device.DeviceChoice;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;

/** Offers a {@link DeviceBackend} on an NVIDIA GPU, through the display driver alone. */
public final class CudaProvider implements BackendProvider {
    static final String NAME = "cuda";

    private static final int PREFERENCE = 40;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Usability usability() {
        return usability("");
    }

    @Override
    public Usability usability(String device) {
        CudaDriver driver = CudaDriver.probe();
        if (driver.trouble() != null) {
            return Usability.absent(driver.trouble(), driver.cause());
        }
        try {
            Gpu gpu = driver.choose(device);
            return gpu.trouble() == null
                    ? Usability.yes(gpu + ", driver for CUDA " + driver.version() + "; devices: "
                            + DeviceChoice.list(driver.gpus()))
                    : Usability.no(gpu.trouble(), null);
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
        CudaDevice opened = new CudaDevice(CudaDriver.probe().choose(device));
        try {
            return new DeviceBackend(NAME, opened, opened.traits().memory() / 10 * 9);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }
}
