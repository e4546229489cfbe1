package dev.retort.kernels.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link MapKernels} on the Vector API. */
final class VectorMaps implements MapKernels {
    private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
    private static final int LANES = SPECIES.length();

    private final MapKernels tail = new PlainMaps();

    @Override
    public void relu(float[] x, int xOff, float[] y, int yOff, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, x, xOff + i);
            value.blend(0f, value.compare(VectorOperators.LT, 0f)).intoArray(y, yOff + i);
        }
        tail.relu(x, xOff + bound, y, yOff + bound, n - bound);
    }
}
