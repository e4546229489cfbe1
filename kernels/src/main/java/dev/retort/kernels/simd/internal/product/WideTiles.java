package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.VectorWidth;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorTiles} for 32 registers of 512 bits: 12 x 2 and 6 x 2 vectors. The packed row index is the loop variable, because then
 * range checks leave the loop. The register allocator of JDK 17 begins to spill accumulators, in some runs, from 13 x 2 on; 12 x 2 was
 * the largest shape that was always free of spills.
 */
final class WideTiles extends VectorTiles {
    private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
    private static final int LANES = SPECIES.length();
    private static final int LARGE = 12;
    private static final int SMALL = 6;

    WideTiles(KernelParameters parameters) {
        super(parameters);
    }

    @Override
    public int rows() {
        return LARGE;
    }

    @Override
    public int smallRows() {
        return SMALL;
    }

    @Override
    public void multiply(
            int rows,
            boolean half,
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            int bStep,
            float[] c,
            int cOff,
            int cStep) {
        if (rows == LARGE) {
            if (half) {
                tile12x1(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
            } else {
                tile12x2(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
            }
        } else if (half) {
            tile6x1(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
        } else {
            tile6x2(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
        }
    }

    private static void tile12x2(
            int depth, float[] a, int aOff, float[] b, int bOff, int bStep, float[] c, int cOff, int cStep) {
        FloatVector c0x = FloatVector.zero(SPECIES);
        FloatVector c0y = FloatVector.zero(SPECIES);
        FloatVector c1x = FloatVector.zero(SPECIES);
        FloatVector c1y = FloatVector.zero(SPECIES);
        FloatVector c2x = FloatVector.zero(SPECIES);
        FloatVector c2y = FloatVector.zero(SPECIES);
        FloatVector c3x = FloatVector.zero(SPECIES);
        FloatVector c3y = FloatVector.zero(SPECIES);
        FloatVector c4x = FloatVector.zero(SPECIES);
        FloatVector c4y = FloatVector.zero(SPECIES);
        FloatVector c5x = FloatVector.zero(SPECIES);
        FloatVector c5y = FloatVector.zero(SPECIES);
        FloatVector c6x = FloatVector.zero(SPECIES);
        FloatVector c6y = FloatVector.zero(SPECIES);
        FloatVector c7x = FloatVector.zero(SPECIES);
        FloatVector c7y = FloatVector.zero(SPECIES);
        FloatVector c8x = FloatVector.zero(SPECIES);
        FloatVector c8y = FloatVector.zero(SPECIES);
        FloatVector c9x = FloatVector.zero(SPECIES);
        FloatVector c9y = FloatVector.zero(SPECIES);
        FloatVector c10x = FloatVector.zero(SPECIES);
        FloatVector c10y = FloatVector.zero(SPECIES);
        FloatVector c11x = FloatVector.zero(SPECIES);
        FloatVector c11y = FloatVector.zero(SPECIES);
        int bi = bOff;
        int end = aOff + depth;
        for (int ai = aOff; ai < end; ai++, bi += bStep) {
            FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
            FloatVector by = FloatVector.fromArray(SPECIES, b, bi + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            c0x = bx.fma(a0, c0x);
            c0y = by.fma(a0, c0y);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = bx.fma(a1, c1x);
            c1y = by.fma(a1, c1y);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = bx.fma(a2, c2x);
            c2y = by.fma(a2, c2y);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = bx.fma(a3, c3x);
            c3y = by.fma(a3, c3y);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = bx.fma(a4, c4x);
            c4y = by.fma(a4, c4y);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = bx.fma(a5, c5x);
            c5y = by.fma(a5, c5y);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + 6 * A_STRIDE]);
            c6x = bx.fma(a6, c6x);
            c6y = by.fma(a6, c6y);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + 7 * A_STRIDE]);
            c7x = bx.fma(a7, c7x);
            c7y = by.fma(a7, c7y);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ai + 8 * A_STRIDE]);
            c8x = bx.fma(a8, c8x);
            c8y = by.fma(a8, c8y);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ai + 9 * A_STRIDE]);
            c9x = bx.fma(a9, c9x);
            c9y = by.fma(a9, c9y);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 10 * A_STRIDE]);
            c10x = bx.fma(a10, c10x);
            c10y = by.fma(a10, c10y);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 11 * A_STRIDE]);
            c11x = bx.fma(a11, c11x);
            c11y = by.fma(a11, c11y);
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
        c6x.intoArray(c, cOff + 6 * cStep);
        c6y.intoArray(c, cOff + 6 * cStep + LANES);
        c7x.intoArray(c, cOff + 7 * cStep);
        c7y.intoArray(c, cOff + 7 * cStep + LANES);
        c8x.intoArray(c, cOff + 8 * cStep);
        c8y.intoArray(c, cOff + 8 * cStep + LANES);
        c9x.intoArray(c, cOff + 9 * cStep);
        c9y.intoArray(c, cOff + 9 * cStep + LANES);
        c10x.intoArray(c, cOff + 10 * cStep);
        c10y.intoArray(c, cOff + 10 * cStep + LANES);
        c11x.intoArray(c, cOff + 11 * cStep);
        c11y.intoArray(c, cOff + 11 * cStep + LANES);
    }

    private static void tile12x1(
            int depth, float[] a, int aOff, float[] b, int bOff, int bStep, float[] c, int cOff, int cStep) {
        FloatVector c0x = FloatVector.zero(SPECIES);
        FloatVector c1x = FloatVector.zero(SPECIES);
        FloatVector c2x = FloatVector.zero(SPECIES);
        FloatVector c3x = FloatVector.zero(SPECIES);
        FloatVector c4x = FloatVector.zero(SPECIES);
        FloatVector c5x = FloatVector.zero(SPECIES);
        FloatVector c6x = FloatVector.zero(SPECIES);
        FloatVector c7x = FloatVector.zero(SPECIES);
        FloatVector c8x = FloatVector.zero(SPECIES);
        FloatVector c9x = FloatVector.zero(SPECIES);
        FloatVector c10x = FloatVector.zero(SPECIES);
        FloatVector c11x = FloatVector.zero(SPECIES);
        int bi = bOff;
        int end = aOff + depth;
        for (int ai = aOff; ai < end; ai++, bi += bStep) {
            FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            c0x = bx.fma(a0, c0x);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = bx.fma(a1, c1x);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = bx.fma(a2, c2x);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = bx.fma(a3, c3x);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = bx.fma(a4, c4x);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = bx.fma(a5, c5x);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + 6 * A_STRIDE]);
            c6x = bx.fma(a6, c6x);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + 7 * A_STRIDE]);
            c7x = bx.fma(a7, c7x);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ai + 8 * A_STRIDE]);
            c8x = bx.fma(a8, c8x);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ai + 9 * A_STRIDE]);
            c9x = bx.fma(a9, c9x);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 10 * A_STRIDE]);
            c10x = bx.fma(a10, c10x);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 11 * A_STRIDE]);
            c11x = bx.fma(a11, c11x);
        }
        c0x.intoArray(c, cOff);
        c1x.intoArray(c, cOff + cStep);
        c2x.intoArray(c, cOff + 2 * cStep);
        c3x.intoArray(c, cOff + 3 * cStep);
        c4x.intoArray(c, cOff + 4 * cStep);
        c5x.intoArray(c, cOff + 5 * cStep);
        c6x.intoArray(c, cOff + 6 * cStep);
        c7x.intoArray(c, cOff + 7 * cStep);
        c8x.intoArray(c, cOff + 8 * cStep);
        c9x.intoArray(c, cOff + 9 * cStep);
        c10x.intoArray(c, cOff + 10 * cStep);
        c11x.intoArray(c, cOff + 11 * cStep);
    }

    private static void tile6x2(
            int depth, float[] a, int aOff, float[] b, int bOff, int bStep, float[] c, int cOff, int cStep) {
        FloatVector c0x = FloatVector.zero(SPECIES);
        FloatVector c0y = FloatVector.zero(SPECIES);
        FloatVector c1x = FloatVector.zero(SPECIES);
        FloatVector c1y = FloatVector.zero(SPECIES);
        FloatVector c2x = FloatVector.zero(SPECIES);
        FloatVector c2y = FloatVector.zero(SPECIES);
        FloatVector c3x = FloatVector.zero(SPECIES);
        FloatVector c3y = FloatVector.zero(SPECIES);
        FloatVector c4x = FloatVector.zero(SPECIES);
        FloatVector c4y = FloatVector.zero(SPECIES);
        FloatVector c5x = FloatVector.zero(SPECIES);
        FloatVector c5y = FloatVector.zero(SPECIES);
        int bi = bOff;
        int end = aOff + depth;
        for (int ai = aOff; ai < end; ai++, bi += bStep) {
            FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
            FloatVector by = FloatVector.fromArray(SPECIES, b, bi + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            c0x = bx.fma(a0, c0x);
            c0y = by.fma(a0, c0y);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = bx.fma(a1, c1x);
            c1y = by.fma(a1, c1y);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = bx.fma(a2, c2x);
            c2y = by.fma(a2, c2y);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = bx.fma(a3, c3x);
            c3y = by.fma(a3, c3y);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = bx.fma(a4, c4x);
            c4y = by.fma(a4, c4y);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
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
            int depth, float[] a, int aOff, float[] b, int bOff, int bStep, float[] c, int cOff, int cStep) {
        FloatVector c0x = FloatVector.zero(SPECIES);
        FloatVector c1x = FloatVector.zero(SPECIES);
        FloatVector c2x = FloatVector.zero(SPECIES);
        FloatVector c3x = FloatVector.zero(SPECIES);
        FloatVector c4x = FloatVector.zero(SPECIES);
        FloatVector c5x = FloatVector.zero(SPECIES);
        int bi = bOff;
        int end = aOff + depth;
        for (int ai = aOff; ai < end; ai++, bi += bStep) {
            FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            c0x = bx.fma(a0, c0x);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = bx.fma(a1, c1x);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = bx.fma(a2, c2x);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = bx.fma(a3, c3x);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = bx.fma(a4, c4x);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
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
