package dev.retort.kernels.simd;

import dev.retort.kernels.simd.internal.loops.VectorRuns;
import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.VectorApi;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;

/** Offers the {@link SimdBackend}, the choice for CPUs. It works everywhere, and is fast with the Vector API. */
public final class SimdProvider implements BackendProvider {
    private static final int PREFERENCE = 100;

    @Override
    public String name() {
        return SimdBackend.NAME;
    }

    @Override
    public Usability usability() {
        try {
            ConvolutionAlgorithm.configured();
            KernelParameters.configured();
            String tuning = KernelParameters.file() == null ? "" : ", tuned by " + KernelParameters.file();
            String threads = SimdBackend.threads(Parallel.shared()) + tuning;
            if (VectorApi.isUsed()) {
                return Usability.yes(VectorRuns.describe() + ", " + threads);
            }
            String why = VectorApi.isPresent()
                    ? "switched off by -D" + VectorApi.SWITCH_PROPERTY + "=false"
                    : "not loaded: start the JVM with --add-modules jdk.incubator.vector";
            return Usability.yes("plain Java, " + threads + "; the Vector API, several times faster, is " + why);
        } catch (IllegalArgumentException | LinkageError cause) {
            return Usability.no(cause.getMessage(), cause);
        }
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public Backend create() {
        return SimdBackend.create(Parallel.shared());
    }
}
