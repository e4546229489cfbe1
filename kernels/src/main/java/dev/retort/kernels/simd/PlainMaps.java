package dev.retort.kernels.simd;

/** {@link MapKernels} in plain Java. */
final class PlainMaps implements MapKernels {
    @Override
    public void relu(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            float value = x[xOff + i];
            y[yOff + i] = value < 0f ? 0f : value;
        }
    }
}
