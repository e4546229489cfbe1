package dev.retort.kernels.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link DoubleTiles} on the Vector API; what {@link VectorTiles} says of its methods' shapes is true of these. */
final class DoubleVectorTiles extends DoubleTiles {
    private static final VectorSpecies<Double> SPECIES = VectorWidth.DOUBLES;
    private static final int LANES = SPECIES.length();
    private static final int ROWS = 6;

    DoubleVectorTiles(KernelParameters parameters) {
        super(2 * LANES, parameters);
    }

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int smallRows() {
        return ROWS;
    }

    @Override
    public void multiply(
            int rows,
            boolean half,
            int depth,
            double[] a,
            int aOff,
            double[] b,
            int bOff,
            int bStep,
            double[] c,
            int cOff,
            int cStep) {
        if (half) {
            tile6x1(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
        } else {
            tile6x2(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
        }
    }

    private static void tile6x2(
            int depth, double[] a, int aOff, double[] b, int bOff, int bStep, double[] c, int cOff, int cStep) {
        DoubleVector c0x = DoubleVector.zero(SPECIES);
        DoubleVector c0y = DoubleVector.zero(SPECIES);
        DoubleVector c1x = DoubleVector.zero(SPECIES);
        DoubleVector c1y = DoubleVector.zero(SPECIES);
        DoubleVector c2x = DoubleVector.zero(SPECIES);
        DoubleVector c2y = DoubleVector.zero(SPECIES);
        DoubleVector c3x = DoubleVector.zero(SPECIES);
        DoubleVector c3y = DoubleVector.zero(SPECIES);
        DoubleVector c4x = DoubleVector.zero(SPECIES);
        DoubleVector c4y = DoubleVector.zero(SPECIES);
        DoubleVector c5x = DoubleVector.zero(SPECIES);
        DoubleVector c5y = DoubleVector.zero(SPECIES);
        int bi = bOff;
        int end = aOff + depth;
        for (int ai = aOff; ai < end; ai++, bi += bStep) {
            DoubleVector bx = DoubleVector.fromArray(SPECIES, b, bi);
            DoubleVector by = DoubleVector.fromArray(SPECIES, b, bi + LANES);
            DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[ai]);
            c0x = bx.fma(a0, c0x);
            c0y = by.fma(a0, c0y);
            DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = bx.fma(a1, c1x);
            c1y = by.fma(a1, c1y);
            DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = bx.fma(a2, c2x);
            c2y = by.fma(a2, c2y);
            DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = bx.fma(a3, c3x);
            c3y = by.fma(a3, c3y);
            DoubleVector a4 = DoubleVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = bx.fma(a4, c4x);
            c4y = by.fma(a4, c4y);
            DoubleVector a5 = DoubleVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = bx.fma(a5, c5x);
            c5y = by.fma(a5, c5y);
        }
        c0x.intoArray(c, cOff);
        c0y.intoArray(c, cOff + LANES);
        c1x.intoArray(c, cOff + cStep);
        c1y.intoArray(c, cOff + cStep + LANES);
        c2x.intoArray(c, cOff + 2 * cStep);
        c2y.intoArray(c, cOff + 2 * cStep + LANES);
        c3x.intoArray(c, cOff + 3 * cStep);
        c3y.intoArray(c, cOff + 3 * cStep + LANES);
        c4x.intoArray(c, cOff + 4 * cStep);
        c4y.intoArray(c, cOff + 4 * cStep + LANES);
        c5x.intoArray(c, cOff + 5 * cStep);
        c5y.intoArray(c, cOff + 5 * cStep + LANES);
    }

    private static void tile6x1(
            int depth, double[] a, int aOff, double[] b, int bOff, int bStep, double[] c, int cOff, int cStep) {
        DoubleVector c0x = DoubleVector.zero(SPECIES);
        DoubleVector c1x = DoubleVector.zero(SPECIES);
        DoubleVector c2x = DoubleVector.zero(SPECIES);
        DoubleVector c3x = DoubleVector.zero(SPECIES);
        DoubleVector c4x = DoubleVector.zero(SPECIES);
        DoubleVector c5x = DoubleVector.zero(SPECIES);
        int bi = bOff;
        int end = aOff + depth;
        for (int ai = aOff; ai < end; ai++, bi += bStep) {
            DoubleVector bx = DoubleVector.fromArray(SPECIES, b, bi);
            DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[ai]);
            c0x = bx.fma(a0, c0x);
            DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = bx.fma(a1, c1x);
            DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = bx.fma(a2, c2x);
            DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = bx.fma(a3, c3x);
            DoubleVector a4 = DoubleVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = bx.fma(a4, c4x);
            DoubleVector a5 = DoubleVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = bx.fma(a5, c5x);
        }
        c0x.intoArray(c, cOff);
        c1x.intoArray(c, cOff + cStep);
        c2x.intoArray(c, cOff + 2 * cStep);
        c3x.intoArray(c, cOff + 3 * cStep);
        c4x.intoArray(c, cOff + 4 * cStep);
        c5x.intoArray(c, cOff + 5 * cStep);
    }
}
