package dev.retort.kernels.cuda;

import dev.retort.kernels.device.DeviceBackend;
import dev.retort.kernels.device.DeviceSelector;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.MatmulPrecision;
import java.util.Arrays;

/** Offers a {@link DeviceBackend} on an NVIDIA GPU, through the display driver alone. */
public final class CudaProvider implements BackendProvider {
    static final String NAME = "cuda";

    private static final int PREFERENCE = 40;

    /** Has work that repeats captured into CUDA graphs. */
    private static final String GRAPHS = "graphs";

    /**
     * What a user's text says: {@code 1}, {@code h100/tf32}, {@code /bf16/graphs}, or nothing.
     *
     * @param gpu its number or a part of its name, or empty
     */
    private record Wanted(String gpu, MatmulPrecision precision, boolean graphs) {
        /** @throws IllegalArgumentException if the way to compute is not known */
        static Wanted of(String device) {
            String[] parts = device.split("/", -1);
            Wanted wanted = new Wanted(parts[0], MatmulPrecision.FP32, false);
            for (String way : Arrays.asList(parts).subList(1, parts.length)) {
                wanted = way.equalsIgnoreCase(GRAPHS)
                        ? new Wanted(wanted.gpu, wanted.precision, true)
                        : new Wanted(wanted.gpu, precision(way), wanted.graphs);
            }
            return wanted;
        }

        private static MatmulPrecision precision(String mode) {
            for (MatmulPrecision precision : MatmulPrecision.values()) {
                if (mode.equalsIgnoreCase(precision.name())) {
                    return precision;
                }
            }
            throw new IllegalArgumentException("CUDA does not compute in '" + mode
                    + "': write cuda (float32), cuda/tf32 or cuda/bf16, or with a GPU's number cuda:1/tf32; /graphs behind"
                    + " it has work that repeats run as CUDA graphs");
        }
    }

    /** System property: {@code own} has matrix products made by Retort's kernels also where cuBLAS loads. */
    static final String PRODUCTS_PROPERTY = "retort.cuda.products";

    /** Which layer serves matrix products, and why the others do not. */
    private static String products() {
        return library() ? CublasLibrary.probe().reason() : "Retort's own kernels, as " + PRODUCTS_PROPERTY + " wants";
    }

    private static boolean library() {
        String wanted = System.getProperty(PRODUCTS_PROPERTY, "cublas");
        if (!wanted.equals("cublas") && !wanted.equals("own")) {
            throw new IllegalArgumentException(
                    "System property " + PRODUCTS_PROPERTY + " is 'cublas' or 'own', not '" + wanted + "'");
        }
        return wanted.equals("cublas");
    }

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
        String missing = JCudaLibraries.missing();
        if (missing != null) {
            return Usability.absent(missing, null);
        }
        CudaDriver driver = CudaDriver.probe();
        if (driver.unavailableReason() != null) {
            return Usability.absent(driver.unavailableReason(), driver.cause());
        }
        try {
            Wanted wanted = Wanted.of(device);
            Gpu gpu = driver.choose(wanted.gpu);
            return gpu.unsupportedReason()
                    .map(reason -> Usability.no(reason, null))
                    .orElseGet(() -> Usability.yes(gpu + ", driver for CUDA " + driver.version()
                            + "; matrix products: " + products() + "; devices: "
                            + DeviceSelector.list(driver.gpus())));
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
        Wanted wanted = Wanted.of(device);
        CudaDevice opened =
                new CudaDevice(CudaDriver.probe().choose(wanted.gpu), wanted.precision, library(), wanted.graphs);
        try {
            return new DeviceBackend(NAME, opened, opened.traits().memory() / 10 * 9);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }
}
