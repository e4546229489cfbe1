package dev.retort.kernels.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorTiles} for 16 registers: 4 x 2 vectors, several depths in one turn of the loop. Eight sums are as many as two
 * multiply-adds a cycle of four cycles each need.
 *
 * <p>More sums would need fewer loads, but the schedulers of JDK 17 and 25 like to load all operands of a turn first, and then spill sums
 * to make room, which costs the time of a store and a load in every turn: with 6 x 2, which needs all 16 registers, 36 GF/s in place
 * of 90, in most runs. The two vectors and four numbers of one depth fit beside eight sums. Those of the next are kept from being loaded
 * with them by a store between the two, to where it does no harm: a load cannot pass a store to an array that may be the same.
 *
 * <p>Where B is packed, a turn is four depths: 79 instructions on JDK 17 and 72 on JDK 25, of which 32 multiply. Two turns of two depths
 * are 98 and 82, as many as a core can begin in the cycles that the multiply-adds take; numbers of A are named by depth and row.
 */
final class NarrowTiles extends VectorTiles {
    private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
    private static final int LANES = SPECIES.length();
    /** One constant: range checks leave the loop only if an index is the loop variable times that, plus something fixed. */
    private static final int WIDTH = 2 * LANES;

    private static final int ROWS = 4;

    NarrowTiles(KernelParameters parameters) {
        super(parameters);
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
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            int bStep,
            float[] c,
            int cOff,
            int cStep) {
        if (half) {
            strided4x1(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
        } else {
            full(depth, a, aOff, b, bOff, bStep, null, 0, 0, c, cOff, c, cOff, cStep);
        }
    }

    @Override
    public void multiplyAdd(
            int rows,
            boolean half,
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            int bStep,
            float[] add,
            int addOff,
            int addStep,
            float[] room,
            float[] c,
            int cOff,
            int cStep) {
        if (half) {
            super.multiplyAdd(rows, true, depth, a, aOff, b, bOff, bStep, add, addOff, addStep, room, c, cOff, cStep);
        } else {
            full(depth, a, aOff, b, bOff, bStep, add, addOff, addStep, room, Scratch.START, c, cOff, cStep);
        }
    }

    private static void full(
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            int bStep,
            float[] add,
            int addOff,
            int addStep,
            float[] room,
            int roomOff,
            float[] c,
            int cOff,
            int cStep) {
        if (bStep == WIDTH) {
            packed4x2(depth, a, aOff, b, bOff, add, addOff, addStep, room, roomOff, c, cOff, cStep);
        } else {
            strided4x2(depth, a, aOff, b, bOff, bStep, add, addOff, addStep, room, roomOff, c, cOff, cStep);
        }
    }

    private static void packed4x2(
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            float[] add,
            int addOff,
            int addStep,
            float[] room,
            int roomOff,
            float[] c,
            int cOff,
            int cStep) {
        FloatVector c0x = FloatVector.zero(SPECIES);
        FloatVector c0y = FloatVector.zero(SPECIES);
        FloatVector c1x = FloatVector.zero(SPECIES);
        FloatVector c1y = FloatVector.zero(SPECIES);
        FloatVector c2x = FloatVector.zero(SPECIES);
        FloatVector c2y = FloatVector.zero(SPECIES);
        FloatVector c3x = FloatVector.zero(SPECIES);
        FloatVector c3y = FloatVector.zero(SPECIES);
        int whole = depth & -4;
        for (int p = 0; p < whole; p += 4) {
            int ai = aOff + p;
            int bi = bOff + p * WIDTH;
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
            c3y.intoArray(room, roomOff);
            FloatVector b1x = FloatVector.fromArray(SPECIES, b, bi + WIDTH);
            FloatVector b1y = FloatVector.fromArray(SPECIES, b, bi + WIDTH + LANES);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 1]);
            c0x = b1x.fma(a10, c0x);
            c0y = b1y.fma(a10, c0y);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 1 + A_STRIDE]);
            c1x = b1x.fma(a11, c1x);
            c1y = b1y.fma(a11, c1y);
            FloatVector a12 = FloatVector.broadcast(SPECIES, a[ai + 1 + 2 * A_STRIDE]);
            c2x = b1x.fma(a12, c2x);
            c2y = b1y.fma(a12, c2y);
            FloatVector a13 = FloatVector.broadcast(SPECIES, a[ai + 1 + 3 * A_STRIDE]);
            c3x = b1x.fma(a13, c3x);
            c3y = b1y.fma(a13, c3y);
            c3y.intoArray(room, roomOff);
            FloatVector b2x = FloatVector.fromArray(SPECIES, b, bi + 2 * WIDTH);
            FloatVector b2y = FloatVector.fromArray(SPECIES, b, bi + 2 * WIDTH + LANES);
            FloatVector a20 = FloatVector.broadcast(SPECIES, a[ai + 2]);
            c0x = b2x.fma(a20, c0x);
            c0y = b2y.fma(a20, c0y);
            FloatVector a21 = FloatVector.broadcast(SPECIES, a[ai + 2 + A_STRIDE]);
            c1x = b2x.fma(a21, c1x);
            c1y = b2y.fma(a21, c1y);
            FloatVector a22 = FloatVector.broadcast(SPECIES, a[ai + 2 + 2 * A_STRIDE]);
            c2x = b2x.fma(a22, c2x);
            c2y = b2y.fma(a22, c2y);
            FloatVector a23 = FloatVector.broadcast(SPECIES, a[ai + 2 + 3 * A_STRIDE]);
            c3x = b2x.fma(a23, c3x);
            c3y = b2y.fma(a23, c3y);
            c3y.intoArray(room, roomOff);
            FloatVector b3x = FloatVector.fromArray(SPECIES, b, bi + 3 * WIDTH);
            FloatVector b3y = FloatVector.fromArray(SPECIES, b, bi + 3 * WIDTH + LANES);
            FloatVector a30 = FloatVector.broadcast(SPECIES, a[ai + 3]);
            c0x = b3x.fma(a30, c0x);
            c0y = b3y.fma(a30, c0y);
            FloatVector a31 = FloatVector.broadcast(SPECIES, a[ai + 3 + A_STRIDE]);
            c1x = b3x.fma(a31, c1x);
            c1y = b3y.fma(a31, c1y);
            FloatVector a32 = FloatVector.broadcast(SPECIES, a[ai + 3 + 2 * A_STRIDE]);
            c2x = b3x.fma(a32, c2x);
            c2y = b3y.fma(a32, c2y);
            FloatVector a33 = FloatVector.broadcast(SPECIES, a[ai + 3 + 3 * A_STRIDE]);
            c3x = b3x.fma(a33, c3x);
            c3y = b3y.fma(a33, c3y);
        }
        for (int p = whole; p < depth; p++) {
            int ai = aOff + p;
            int bi = bOff + p * WIDTH;
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
        }
        if (add != null) {
            c0x = c0x.add(FloatVector.fromArray(SPECIES, add, addOff));
            c0y = c0y.add(FloatVector.fromArray(SPECIES, add, addOff + LANES));
            c1x = c1x.add(FloatVector.fromArray(SPECIES, add, addOff + addStep));
            c1y = c1y.add(FloatVector.fromArray(SPECIES, add, addOff + addStep + LANES));
            c2x = c2x.add(FloatVector.fromArray(SPECIES, add, addOff + 2 * addStep));
            c2y = c2y.add(FloatVector.fromArray(SPECIES, add, addOff + 2 * addStep + LANES));
            c3x = c3x.add(FloatVector.fromArray(SPECIES, add, addOff + 3 * addStep));
            c3y = c3y.add(FloatVector.fromArray(SPECIES, add, addOff + 3 * addStep + LANES));
        }
        c0x.intoArray(c, cOff);
        c0y.intoArray(c, cOff + LANES);
        c1x.intoArray(c, cOff + cStep);
        c1y.intoArray(c, cOff + cStep + LANES);
        c2x.intoArray(c, cOff + 2 * cStep);
        c2y.intoArray(c, cOff + 2 * cStep + LANES);
        c3x.intoArray(c, cOff + 3 * cStep);
        c3y.intoArray(c, cOff + 3 * cStep + LANES);
    }

    private static void strided4x2(
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            int bStep,
            float[] add,
            int addOff,
            int addStep,
            float[] room,
            int roomOff,
            float[] c,
            int cOff,
            int cStep) {
        FloatVector c0x = FloatVector.zero(SPECIES);
        FloatVector c0y = FloatVector.zero(SPECIES);
        FloatVector c1x = FloatVector.zero(SPECIES);
        FloatVector c1y = FloatVector.zero(SPECIES);
        FloatVector c2x = FloatVector.zero(SPECIES);
        FloatVector c2y = FloatVector.zero(SPECIES);
        FloatVector c3x = FloatVector.zero(SPECIES);
        FloatVector c3y = FloatVector.zero(SPECIES);
        int even = depth & -2;
        int bi = bOff;
        for (int p = 0; p < even; p += 2, bi += 2 * bStep) {
            int ai = aOff + p;
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
            c3y.intoArray(room, roomOff);
            FloatVector bxn = FloatVector.fromArray(SPECIES, b, bi + bStep);
            FloatVector byn = FloatVector.fromArray(SPECIES, b, bi + bStep + LANES);
            FloatVector a0n = FloatVector.broadcast(SPECIES, a[ai + 1]);
            c0x = bxn.fma(a0n, c0x);
            c0y = byn.fma(a0n, c0y);
            FloatVector a1n = FloatVector.broadcast(SPECIES, a[ai + 1 + A_STRIDE]);
            c1x = bxn.fma(a1n, c1x);
            c1y = byn.fma(a1n, c1y);
            FloatVector a2n = FloatVector.broadcast(SPECIES, a[ai + 1 + 2 * A_STRIDE]);
            c2x = bxn.fma(a2n, c2x);
            c2y = byn.fma(a2n, c2y);
            FloatVector a3n = FloatVector.broadcast(SPECIES, a[ai + 1 + 3 * A_STRIDE]);
            c3x = bxn.fma(a3n, c3x);
            c3y = byn.fma(a3n, c3y);
        }
        if (even < depth) {
            int ai = aOff + even;
            bi = bOff + even * bStep;
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
        }
        if (add != null) {
            c0x = c0x.add(FloatVector.fromArray(SPECIES, add, addOff));
            c0y = c0y.add(FloatVector.fromArray(SPECIES, add, addOff + LANES));
            c1x = c1x.add(FloatVector.fromArray(SPECIES, add, addOff + addStep));
            c1y = c1y.add(FloatVector.fromArray(SPECIES, add, addOff + addStep + LANES));
            c2x = c2x.add(FloatVector.fromArray(SPECIES, add, addOff + 2 * addStep));
            c2y = c2y.add(FloatVector.fromArray(SPECIES, add, addOff + 2 * addStep + LANES));
            c3x = c3x.add(FloatVector.fromArray(SPECIES, add, addOff + 3 * addStep));
            c3y = c3y.add(FloatVector.fromArray(SPECIES, add, addOff + 3 * addStep + LANES));
        }
        c0x.intoArray(c, cOff);
        c0y.intoArray(c, cOff + LANES);
        c1x.intoArray(c, cOff + cStep);
        c1y.intoArray(c, cOff + cStep + LANES);
        c2x.intoArray(c, cOff + 2 * cStep);
        c2y.intoArray(c, cOff + 2 * cStep + LANES);
        c3x.intoArray(c, cOff + 3 * cStep);
        c3y.intoArray(c, cOff + 3 * cStep + LANES);
    }

    private static void strided4x1(
            int depth, float[] a, int aOff, float[] b, int bOff, int bStep, float[] c, int cOff, int cStep) {
        FloatVector c0x = FloatVector.zero(SPECIES);
        FloatVector c1x = FloatVector.zero(SPECIES);
        FloatVector c2x = FloatVector.zero(SPECIES);
        FloatVector c3x = FloatVector.zero(SPECIES);
        int even = depth & -2;
        int bi = bOff;
        for (int p = 0; p < even; p += 2, bi += 2 * bStep) {
            int ai = aOff + p;
            FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            c0x = bx.fma(a0, c0x);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = bx.fma(a1, c1x);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = bx.fma(a2, c2x);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = bx.fma(a3, c3x);
            FloatVector bxn = FloatVector.fromArray(SPECIES, b, bi + bStep);
            FloatVector a0n = FloatVector.broadcast(SPECIES, a[ai + 1]);
            c0x = bxn.fma(a0n, c0x);
            FloatVector a1n = FloatVector.broadcast(SPECIES, a[ai + 1 + A_STRIDE]);
            c1x = bxn.fma(a1n, c1x);
            FloatVector a2n = FloatVector.broadcast(SPECIES, a[ai + 1 + 2 * A_STRIDE]);
            c2x = bxn.fma(a2n, c2x);
            FloatVector a3n = FloatVector.broadcast(SPECIES, a[ai + 1 + 3 * A_STRIDE]);
            c3x = bxn.fma(a3n, c3x);
        }
        if (even < depth) {
            int ai = aOff + even;
            bi = bOff + even * bStep;
            FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            c0x = bx.fma(a0, c0x);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
            c1x = bx.fma(a1, c1x);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
            c2x = bx.fma(a2, c2x);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
            c3x = bx.fma(a3, c3x);
        }
        c0x.intoArray(c, cOff);
        c1x.intoArray(c, cOff + cStep);
        c2x.intoArray(c, cOff + 2 * cStep);
        c3x.intoArray(c, cOff + 3 * cStep);
    }
}
