package dev.retort.kernels.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link TileKernels} on the Vector API. One method per tile shape, one loop per method, accumulators in local variables:
 * the JIT keeps these in registers, and nothing else has been seen to do so on every JDK. The packed row index is the loop
 * variable, because then range checks leave the loop.
 *
 * <p>The methods only multiply and store. With additions to C among them they outgrow the first compiler's limit on virtual
 * registers, and on JDK 17 such a method can stay in profiled code for good, a hundred times slower (seen).
 *
 * <p>14 x 2 vectors of 512 bits use 31 of 32 registers, 6 x 2 vectors of 256 bits 15 of 16.
 */
final class VectorTiles implements TileKernels {
    private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
    private static final int LANES = SPECIES.length();
    private static final int LARGE = 14;
    private static final int SMALL = 6;
    private static final boolean MANY_REGISTERS = SPECIES.vectorBitSize() == 512;

    @Override
    public int rows() {
        return MANY_REGISTERS ? LARGE : SMALL;
    }

    @Override
    public int smallRows() {
        return SMALL;
    }

    @Override
    public int columns() {
        return 2 * LANES;
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
                tile14x1(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
            } else {
                tile14x2(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
            }
        } else if (half) {
            tile6x1(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
        } else {
            tile6x2(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
        }
    }

    @Override
    public void finish(
            int rows,
            int columns,
            float[] tile,
            float[] add,
            int addOff,
            int addStep,
            boolean relu,
            float[] c,
            int cOff,
            int cStep) {
        int bound = SPECIES.loopBound(columns);
        for (int i = 0; i < rows; i++) {
            int from = i * 2 * LANES;
            int addRow = addOff + i * addStep;
            int cRow = cOff + i * cStep;
            for (int j = 0; j < bound; j += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, tile, from + j)
                        .add(FloatVector.fromArray(SPECIES, add, addRow + j));
                (relu ? sum.blend(0f, sum.compare(VectorOperators.LT, 0f)) : sum).intoArray(c, cRow + j);
            }
            PlainTiles.finishRow(bound, columns, tile, from, add, addRow, relu, c, cRow);
        }
    }

    @Override
    public void packPanelRows(
            float[] from, int off, int step, int rows, int columns, float[] to, int toOff, int depth, int first) {
        int whole = columns - columns % (2 * LANES);
        int panel = depth * 2 * LANES;
        for (int p = 0; p < rows; p++) {
            int source = off + p * step;
            int target = toOff + (first + p) * 2 * LANES;
            for (int j = 0; j < whole; j += 2 * LANES, target += panel) {
                FloatVector.fromArray(SPECIES, from, source + j).intoArray(to, target);
                FloatVector.fromArray(SPECIES, from, source + j + LANES).intoArray(to, target + LANES);
            }
        }
        PlainTiles.packColumns(whole, 2 * LANES, from, off, step, rows, columns, to, toOff, depth, first);
    }

    private static void tile14x2(
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
        FloatVector c12x = FloatVector.zero(SPECIES);
        FloatVector c12y = FloatVector.zero(SPECIES);
        FloatVector c13x = FloatVector.zero(SPECIES);
        FloatVector c13y = FloatVector.zero(SPECIES);
        int bi = bOff;
        int end = aOff + depth;
        for (int ai = aOff; ai < end; ai++, bi += bStep) {
            FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
            FloatVector by = FloatVector.fromArray(SPECIES, b, bi + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            c0x = a0.fma(bx, c0x);
            c0y = a0.fma(by, c0y);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = a1.fma(bx, c1x);
            c1y = a1.fma(by, c1y);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = a2.fma(bx, c2x);
            c2y = a2.fma(by, c2y);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = a3.fma(bx, c3x);
            c3y = a3.fma(by, c3y);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = a4.fma(bx, c4x);
            c4y = a4.fma(by, c4y);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = a5.fma(bx, c5x);
            c5y = a5.fma(by, c5y);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + 6 * A_STRIDE]);
            c6x = a6.fma(bx, c6x);
            c6y = a6.fma(by, c6y);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + 7 * A_STRIDE]);
            c7x = a7.fma(bx, c7x);
            c7y = a7.fma(by, c7y);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ai + 8 * A_STRIDE]);
            c8x = a8.fma(bx, c8x);
            c8y = a8.fma(by, c8y);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ai + 9 * A_STRIDE]);
            c9x = a9.fma(bx, c9x);
            c9y = a9.fma(by, c9y);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 10 * A_STRIDE]);
            c10x = a10.fma(bx, c10x);
            c10y = a10.fma(by, c10y);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 11 * A_STRIDE]);
            c11x = a11.fma(bx, c11x);
            c11y = a11.fma(by, c11y);
            FloatVector a12 = FloatVector.broadcast(SPECIES, a[ai + 12 * A_STRIDE]);
            c12x = a12.fma(bx, c12x);
            c12y = a12.fma(by, c12y);
            FloatVector a13 = FloatVector.broadcast(SPECIES, a[ai + 13 * A_STRIDE]);
            c13x = a13.fma(bx, c13x);
            c13y = a13.fma(by, c13y);
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
        c12x.intoArray(c, cOff + 12 * cStep);
        c12y.intoArray(c, cOff + 12 * cStep + LANES);
        c13x.intoArray(c, cOff + 13 * cStep);
        c13y.intoArray(c, cOff + 13 * cStep + LANES);
    }

    private static void tile14x1(
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
        FloatVector c12x = FloatVector.zero(SPECIES);
        FloatVector c13x = FloatVector.zero(SPECIES);
        int bi = bOff;
        int end = aOff + depth;
        for (int ai = aOff; ai < end; ai++, bi += bStep) {
            FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            c0x = a0.fma(bx, c0x);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = a1.fma(bx, c1x);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = a2.fma(bx, c2x);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = a3.fma(bx, c3x);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = a4.fma(bx, c4x);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = a5.fma(bx, c5x);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + 6 * A_STRIDE]);
            c6x = a6.fma(bx, c6x);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + 7 * A_STRIDE]);
            c7x = a7.fma(bx, c7x);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ai + 8 * A_STRIDE]);
            c8x = a8.fma(bx, c8x);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ai + 9 * A_STRIDE]);
            c9x = a9.fma(bx, c9x);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 10 * A_STRIDE]);
            c10x = a10.fma(bx, c10x);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 11 * A_STRIDE]);
            c11x = a11.fma(bx, c11x);
            FloatVector a12 = FloatVector.broadcast(SPECIES, a[ai + 12 * A_STRIDE]);
            c12x = a12.fma(bx, c12x);
            FloatVector a13 = FloatVector.broadcast(SPECIES, a[ai + 13 * A_STRIDE]);
            c13x = a13.fma(bx, c13x);
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
        c12x.intoArray(c, cOff + 12 * cStep);
        c13x.intoArray(c, cOff + 13 * cStep);
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
            c0x = a0.fma(bx, c0x);
            c0y = a0.fma(by, c0y);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = a1.fma(bx, c1x);
            c1y = a1.fma(by, c1y);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = a2.fma(bx, c2x);
            c2y = a2.fma(by, c2y);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = a3.fma(bx, c3x);
            c3y = a3.fma(by, c3y);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = a4.fma(bx, c4x);
            c4y = a4.fma(by, c4y);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = a5.fma(bx, c5x);
            c5y = a5.fma(by, c5y);
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
            c0x = a0.fma(bx, c0x);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = a1.fma(bx, c1x);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = a2.fma(bx, c2x);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = a3.fma(bx, c3x);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = a4.fma(bx, c4x);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = a5.fma(bx, c5x);
        }
        c0x.intoArray(c, cOff);
        c1x.intoArray(c, cOff + cStep);
        c2x.intoArray(c, cOff + 2 * cStep);
        c3x.intoArray(c, cOff + 3 * cStep);
        c4x.intoArray(c, cOff + 4 * cStep);
        c5x.intoArray(c, cOff + 5 * cStep);
    }
}
