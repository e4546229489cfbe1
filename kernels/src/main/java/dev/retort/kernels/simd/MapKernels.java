package dev.retort.kernels.simd;

/** Innermost loops over runs of floats. Two implementations: {@link VectorMaps} and {@link PlainMaps}. */
interface MapKernels {
    /** {@code y = max(x, 0)}, NaN stays NaN; {@code y} may be {@code x}. */
    void relu(float[] x, int xOff, float[] y, int yOff, int n);
}
