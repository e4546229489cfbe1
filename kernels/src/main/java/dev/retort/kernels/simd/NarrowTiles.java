package dev.retort.kernels.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorTiles} for 16 registers: 4 x 2 vectors, two depths in one turn of the loop. Eight sums are as many as two multiply-adds a
 * cycle of four cycles each need.
 *
 * <p>More sums would need fewer loads, but the schedulers of JDK 17 and 25 like to load all operands of a turn first, and then spill sums
 * to make room, which costs the time of a store and a load in every turn: with 6 x 2, which needs all 16 registers, 36 GF/s in place
 * of 90, in most runs. The two vectors and four numbers of one depth fit beside eight sums. Those of the second are kept from being loaded
 * with them by a store between the two, to where it does no harm: a load cannot pass a store to an array that may be the same.
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
        int even = depth & -2;
        for (int p = 0; p < even; p += 2) {
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
            FloatVector bxn = FloatVector.fromArray(SPECIES, b, bi + WIDTH);
            FloatVector byn = FloatVector.fromArray(SPECIES, b, bi + WIDTH + LANES);
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
            int bi = bOff + even * WIDTH;
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
