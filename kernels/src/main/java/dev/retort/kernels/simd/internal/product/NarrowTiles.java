package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.VectorWidth;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorTiles} for 16 registers: 6 x 2 vectors, of which twelve registers hold sums, two a depth of B, and two what is left.
 *
 * <p>The schedulers of JDK 17 and 25 like to load all operands of a turn before the first multiply-add, and then spill sums to make room,
 * which costs the time of a store and a load in every turn: 40 GF/s in place of 85. So each row ends with a fence for loads. On x86 it is no
 * instruction, but no load is moved across it.
 *
 * <p>{@link PackedTiles} does whole tiles of packed panels, this class everything else.
 */
final class NarrowTiles extends VectorTiles {
    private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;
    private static final int ROWS = 6;

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
            strided6x1(depth, a, aOff, b, bOff, bStep, c, cOff, cStep);
        } else {
            full(rows, depth, a, aOff, b, bOff, bStep, false, null, 0, c, cOff, cStep);
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
            boolean accumulate,
            float[] row,
            int rowOff,
            float[] room,
            float[] c,
            int cOff,
            int cStep) {
        if (half) {
            super.multiplyAdd(
                    rows, true, depth, a, aOff, b, bOff, bStep, accumulate, row, rowOff, room, c, cOff, cStep);
        } else {
            full(rows, depth, a, aOff, b, bOff, bStep, accumulate, row, rowOff, c, cOff, cStep);
        }
    }

    private void full(
            int rows,
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            int bStep,
            boolean accumulate,
            float[] row,
            int rowOff,
            float[] c,
            int cOff,
            int cStep) {
        float[] first = row == null ? zeros() : row;
        int firstOff = row == null ? 0 : rowOff;
        int whole = bStep == WIDTH ? depth / PackedTiles.TURN * PackedTiles.TURN : 0;
        if (whole > 0 && accumulate) {
            PackedTiles.multiplyAdd(rows, whole, a, aOff, b, bOff, c, cOff, cStep);
        } else if (whole > 0) {
            PackedTiles.multiply(rows, whole, a, aOff, b, bOff, first, firstOff, c, cOff, cStep);
        }
        if (whole == 0 && !accumulate) {
            strided6x2(rows, depth, a, aOff, b, bOff, bStep, first, firstOff, 0, c, cOff, cStep);
        } else if (whole < depth) {
            int rest = bOff + whole * bStep;
            strided6x2(rows, depth - whole, a, aOff + whole, b, rest, bStep, c, cOff, cStep, c, cOff, cStep);
        }
    }

    /** Any depth and any distance of B's rows: a turn is one depth. */
    private static void strided6x2(
            int rows,
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            int bStep,
            float[] add,
            int addOff,
            int addStep,
            float[] c,
            int cOff,
            int cStep) {
        for (int i = 0; i < rows; i += ROWS) {
            int tile = aOff + i * A_STRIDE;
            int target = cOff + i * cStep;
            int addend = addOff + i * addStep;
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
            for (int p = 0; p < depth; p++, bi += bStep) {
                int ai = tile + p;
                FloatVector bx = FloatVector.fromArray(SPECIES, b, bi);
                FloatVector by = FloatVector.fromArray(SPECIES, b, bi + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
                c0x = bx.fma(a0, c0x);
                c0y = by.fma(a0, c0y);
                VarHandle.loadLoadFence();
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + A_STRIDE]);
                c1x = bx.fma(a1, c1x);
                c1y = by.fma(a1, c1y);
                VarHandle.loadLoadFence();
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
                c2x = bx.fma(a2, c2x);
                c2y = by.fma(a2, c2y);
                VarHandle.loadLoadFence();
                FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
                c3x = bx.fma(a3, c3x);
                c3y = by.fma(a3, c3y);
                VarHandle.loadLoadFence();
                FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
                c4x = bx.fma(a4, c4x);
                c4y = by.fma(a4, c4y);
                VarHandle.loadLoadFence();
                FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
                c5x = bx.fma(a5, c5x);
                c5y = by.fma(a5, c5y);
                VarHandle.loadLoadFence();
            }
            c0x = c0x.add(FloatVector.fromArray(SPECIES, add, addend));
            c0y = c0y.add(FloatVector.fromArray(SPECIES, add, addend + LANES));
            c1x = c1x.add(FloatVector.fromArray(SPECIES, add, addend + addStep));
            c1y = c1y.add(FloatVector.fromArray(SPECIES, add, addend + addStep + LANES));
            c2x = c2x.add(FloatVector.fromArray(SPECIES, add, addend + 2 * addStep));
            c2y = c2y.add(FloatVector.fromArray(SPECIES, add, addend + 2 * addStep + LANES));
            c3x = c3x.add(FloatVector.fromArray(SPECIES, add, addend + 3 * addStep));
            c3y = c3y.add(FloatVector.fromArray(SPECIES, add, addend + 3 * addStep + LANES));
            c4x = c4x.add(FloatVector.fromArray(SPECIES, add, addend + 4 * addStep));
            c4y = c4y.add(FloatVector.fromArray(SPECIES, add, addend + 4 * addStep + LANES));
            c5x = c5x.add(FloatVector.fromArray(SPECIES, add, addend + 5 * addStep));
            c5y = c5y.add(FloatVector.fromArray(SPECIES, add, addend + 5 * addStep + LANES));
            c0x.intoArray(c, target);
            c0y.intoArray(c, target + LANES);
            c1x.intoArray(c, target + cStep);
            c1y.intoArray(c, target + cStep + LANES);
            c2x.intoArray(c, target + 2 * cStep);
            c2y.intoArray(c, target + 2 * cStep + LANES);
            c3x.intoArray(c, target + 3 * cStep);
            c3y.intoArray(c, target + 3 * cStep + LANES);
            c4x.intoArray(c, target + 4 * cStep);
            c4y.intoArray(c, target + 4 * cStep + LANES);
            c5x.intoArray(c, target + 5 * cStep);
            c5y.intoArray(c, target + 5 * cStep + LANES);
        }
    }

    private static void strided6x1(
            int depth, float[] a, int aOff, float[] b, int bOff, int bStep, float[] c, int cOff, int cStep) {
        FloatVector c0x = FloatVector.zero(SPECIES);
        FloatVector c1x = FloatVector.zero(SPECIES);
        FloatVector c2x = FloatVector.zero(SPECIES);
        FloatVector c3x = FloatVector.zero(SPECIES);
        FloatVector c4x = FloatVector.zero(SPECIES);
        FloatVector c5x = FloatVector.zero(SPECIES);
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
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = bx.fma(a4, c4x);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = bx.fma(a5, c5x);
            VarHandle.loadLoadFence();
            FloatVector b1x = FloatVector.fromArray(SPECIES, b, bi + bStep);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 1]);
            c0x = b1x.fma(a10, c0x);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 1 + A_STRIDE]);
            c1x = b1x.fma(a11, c1x);
            FloatVector a12 = FloatVector.broadcast(SPECIES, a[ai + 1 + 2 * A_STRIDE]);
            c2x = b1x.fma(a12, c2x);
            FloatVector a13 = FloatVector.broadcast(SPECIES, a[ai + 1 + 3 * A_STRIDE]);
            c3x = b1x.fma(a13, c3x);
            FloatVector a14 = FloatVector.broadcast(SPECIES, a[ai + 1 + 4 * A_STRIDE]);
            c4x = b1x.fma(a14, c4x);
            FloatVector a15 = FloatVector.broadcast(SPECIES, a[ai + 1 + 5 * A_STRIDE]);
            c5x = b1x.fma(a15, c5x);
            VarHandle.loadLoadFence();
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
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
            c4x = bx.fma(a4, c4x);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
            c5x = bx.fma(a5, c5x);
            VarHandle.loadLoadFence();
        }
        c0x.intoArray(c, cOff);
        c1x.intoArray(c, cOff + cStep);
        c2x.intoArray(c, cOff + 2 * cStep);
        c3x.intoArray(c, cOff + 3 * cStep);
        c4x.intoArray(c, cOff + 4 * cStep);
        c5x.intoArray(c, cOff + 5 * cStep);
    }
}
