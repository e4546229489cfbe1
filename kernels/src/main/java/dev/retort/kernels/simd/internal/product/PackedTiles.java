package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.VectorWidth;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of 6 x 2 vectors one below the other, for {@link NarrowTiles}: B is packed, and the depth is a multiple of {@link #TURN}. Arguments
 * are those of {@link TileKernels#multiplyAdd}.
 *
 * <p>One call does all tiles of a panel: what a call costs, some 150 cycles, is a third of a tile with a depth of 64. Such a loop around a
 * loop is only fast on JDK 17 if no branch takes a path that C2 has not profiled: C2 hoists tests that always had one outcome, as it hoists
 * range checks, and after the first deoptimization compiles the method again with all of them inside. So it has no branches: there is
 * always a row to add, if need be of zeros, and adding to C is a method of its own.
 *
 * <p>That they are two also leaves out half of the checks behind each tile: two vectors of a row are loaded once, and where C is added to, each
 * index is checked once for the sum and the store. Twelve range checks and indices are some 60 instructions.
 *
 * <p>A turn is four depths: 87 instructions on JDK 17, 89 on JDK 25, of which 48 multiply. That counts where a neighbor shares the core,
 * since then instructions run out before multipliers do; a loop variable that is the index into A saves five of them. Numbers of A are
 * named by depth and row.
 */
final class PackedTiles {
    /** Depths of a turn. */
    static final int TURN = 4;

    private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
    private static final int LANES = SPECIES.length();
    /** One constant: range checks leave the loop only if an index is the loop variable times that, plus something fixed. */
    private static final int WIDTH = 2 * LANES;

    private static final int ROWS = 6;
    private static final int A_STRIDE = TileKernels.A_STRIDE;

    private PackedTiles() {}

    /** {@code c[i, j] = sum + row[j]}. */
    static void multiply(
            int rows,
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            float[] row,
            int rowOff,
            float[] c,
            int cOff,
            int cStep) {
        FloatVector rowX = FloatVector.fromArray(SPECIES, row, rowOff);
        FloatVector rowY = FloatVector.fromArray(SPECIES, row, rowOff + LANES);
        for (int i = 0; i < rows; i += ROWS) {
            int tile = aOff + i * A_STRIDE;
            int target = cOff + i * cStep;
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
            int end = tile + depth;
            int start = bOff - tile * WIDTH;
            for (int ai = tile; ai < end; ai += TURN) {
                int bi = ai * WIDTH + start;
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
                FloatVector b1x = FloatVector.fromArray(SPECIES, b, bi + WIDTH);
                FloatVector b1y = FloatVector.fromArray(SPECIES, b, bi + WIDTH + LANES);
                FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 1]);
                c0x = b1x.fma(a10, c0x);
                c0y = b1y.fma(a10, c0y);
                VarHandle.loadLoadFence();
                FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 1 + A_STRIDE]);
                c1x = b1x.fma(a11, c1x);
                c1y = b1y.fma(a11, c1y);
                VarHandle.loadLoadFence();
                FloatVector a12 = FloatVector.broadcast(SPECIES, a[ai + 1 + 2 * A_STRIDE]);
                c2x = b1x.fma(a12, c2x);
                c2y = b1y.fma(a12, c2y);
                VarHandle.loadLoadFence();
                FloatVector a13 = FloatVector.broadcast(SPECIES, a[ai + 1 + 3 * A_STRIDE]);
                c3x = b1x.fma(a13, c3x);
                c3y = b1y.fma(a13, c3y);
                VarHandle.loadLoadFence();
                FloatVector a14 = FloatVector.broadcast(SPECIES, a[ai + 1 + 4 * A_STRIDE]);
                c4x = b1x.fma(a14, c4x);
                c4y = b1y.fma(a14, c4y);
                VarHandle.loadLoadFence();
                FloatVector a15 = FloatVector.broadcast(SPECIES, a[ai + 1 + 5 * A_STRIDE]);
                c5x = b1x.fma(a15, c5x);
                c5y = b1y.fma(a15, c5y);
                VarHandle.loadLoadFence();
                FloatVector b2x = FloatVector.fromArray(SPECIES, b, bi + 2 * WIDTH);
                FloatVector b2y = FloatVector.fromArray(SPECIES, b, bi + 2 * WIDTH + LANES);
                FloatVector a20 = FloatVector.broadcast(SPECIES, a[ai + 2]);
                c0x = b2x.fma(a20, c0x);
                c0y = b2y.fma(a20, c0y);
                VarHandle.loadLoadFence();
                FloatVector a21 = FloatVector.broadcast(SPECIES, a[ai + 2 + A_STRIDE]);
                c1x = b2x.fma(a21, c1x);
                c1y = b2y.fma(a21, c1y);
                VarHandle.loadLoadFence();
                FloatVector a22 = FloatVector.broadcast(SPECIES, a[ai + 2 + 2 * A_STRIDE]);
                c2x = b2x.fma(a22, c2x);
                c2y = b2y.fma(a22, c2y);
                VarHandle.loadLoadFence();
                FloatVector a23 = FloatVector.broadcast(SPECIES, a[ai + 2 + 3 * A_STRIDE]);
                c3x = b2x.fma(a23, c3x);
                c3y = b2y.fma(a23, c3y);
                VarHandle.loadLoadFence();
                FloatVector a24 = FloatVector.broadcast(SPECIES, a[ai + 2 + 4 * A_STRIDE]);
                c4x = b2x.fma(a24, c4x);
                c4y = b2y.fma(a24, c4y);
                VarHandle.loadLoadFence();
                FloatVector a25 = FloatVector.broadcast(SPECIES, a[ai + 2 + 5 * A_STRIDE]);
                c5x = b2x.fma(a25, c5x);
                c5y = b2y.fma(a25, c5y);
                VarHandle.loadLoadFence();
                FloatVector b3x = FloatVector.fromArray(SPECIES, b, bi + 3 * WIDTH);
                FloatVector b3y = FloatVector.fromArray(SPECIES, b, bi + 3 * WIDTH + LANES);
                FloatVector a30 = FloatVector.broadcast(SPECIES, a[ai + 3]);
                c0x = b3x.fma(a30, c0x);
                c0y = b3y.fma(a30, c0y);
                VarHandle.loadLoadFence();
                FloatVector a31 = FloatVector.broadcast(SPECIES, a[ai + 3 + A_STRIDE]);
                c1x = b3x.fma(a31, c1x);
                c1y = b3y.fma(a31, c1y);
                VarHandle.loadLoadFence();
                FloatVector a32 = FloatVector.broadcast(SPECIES, a[ai + 3 + 2 * A_STRIDE]);
                c2x = b3x.fma(a32, c2x);
                c2y = b3y.fma(a32, c2y);
                VarHandle.loadLoadFence();
                FloatVector a33 = FloatVector.broadcast(SPECIES, a[ai + 3 + 3 * A_STRIDE]);
                c3x = b3x.fma(a33, c3x);
                c3y = b3y.fma(a33, c3y);
                VarHandle.loadLoadFence();
                FloatVector a34 = FloatVector.broadcast(SPECIES, a[ai + 3 + 4 * A_STRIDE]);
                c4x = b3x.fma(a34, c4x);
                c4y = b3y.fma(a34, c4y);
                VarHandle.loadLoadFence();
                FloatVector a35 = FloatVector.broadcast(SPECIES, a[ai + 3 + 5 * A_STRIDE]);
                c5x = b3x.fma(a35, c5x);
                c5y = b3y.fma(a35, c5y);
                VarHandle.loadLoadFence();
            }
            c0x = c0x.add(rowX);
            c0y = c0y.add(rowY);
            c1x = c1x.add(rowX);
            c1y = c1y.add(rowY);
            c2x = c2x.add(rowX);
            c2y = c2y.add(rowY);
            c3x = c3x.add(rowX);
            c3y = c3y.add(rowY);
            c4x = c4x.add(rowX);
            c4y = c4y.add(rowY);
            c5x = c5x.add(rowX);
            c5y = c5y.add(rowY);
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

    /** {@code c[i, j] += sum}. */
    static void multiplyAdd(
            int rows, int depth, float[] a, int aOff, float[] b, int bOff, float[] c, int cOff, int cStep) {
        for (int i = 0; i < rows; i += ROWS) {
            int tile = aOff + i * A_STRIDE;
            int target = cOff + i * cStep;
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
            int end = tile + depth;
            int start = bOff - tile * WIDTH;
            for (int ai = tile; ai < end; ai += TURN) {
                int bi = ai * WIDTH + start;
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
                FloatVector b1x = FloatVector.fromArray(SPECIES, b, bi + WIDTH);
                FloatVector b1y = FloatVector.fromArray(SPECIES, b, bi + WIDTH + LANES);
                FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 1]);
                c0x = b1x.fma(a10, c0x);
                c0y = b1y.fma(a10, c0y);
                VarHandle.loadLoadFence();
                FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 1 + A_STRIDE]);
                c1x = b1x.fma(a11, c1x);
                c1y = b1y.fma(a11, c1y);
                VarHandle.loadLoadFence();
                FloatVector a12 = FloatVector.broadcast(SPECIES, a[ai + 1 + 2 * A_STRIDE]);
                c2x = b1x.fma(a12, c2x);
                c2y = b1y.fma(a12, c2y);
                VarHandle.loadLoadFence();
                FloatVector a13 = FloatVector.broadcast(SPECIES, a[ai + 1 + 3 * A_STRIDE]);
                c3x = b1x.fma(a13, c3x);
                c3y = b1y.fma(a13, c3y);
                VarHandle.loadLoadFence();
                FloatVector a14 = FloatVector.broadcast(SPECIES, a[ai + 1 + 4 * A_STRIDE]);
                c4x = b1x.fma(a14, c4x);
                c4y = b1y.fma(a14, c4y);
                VarHandle.loadLoadFence();
                FloatVector a15 = FloatVector.broadcast(SPECIES, a[ai + 1 + 5 * A_STRIDE]);
                c5x = b1x.fma(a15, c5x);
                c5y = b1y.fma(a15, c5y);
                VarHandle.loadLoadFence();
                FloatVector b2x = FloatVector.fromArray(SPECIES, b, bi + 2 * WIDTH);
                FloatVector b2y = FloatVector.fromArray(SPECIES, b, bi + 2 * WIDTH + LANES);
                FloatVector a20 = FloatVector.broadcast(SPECIES, a[ai + 2]);
                c0x = b2x.fma(a20, c0x);
                c0y = b2y.fma(a20, c0y);
                VarHandle.loadLoadFence();
                FloatVector a21 = FloatVector.broadcast(SPECIES, a[ai + 2 + A_STRIDE]);
                c1x = b2x.fma(a21, c1x);
                c1y = b2y.fma(a21, c1y);
                VarHandle.loadLoadFence();
                FloatVector a22 = FloatVector.broadcast(SPECIES, a[ai + 2 + 2 * A_STRIDE]);
                c2x = b2x.fma(a22, c2x);
                c2y = b2y.fma(a22, c2y);
                VarHandle.loadLoadFence();
                FloatVector a23 = FloatVector.broadcast(SPECIES, a[ai + 2 + 3 * A_STRIDE]);
                c3x = b2x.fma(a23, c3x);
                c3y = b2y.fma(a23, c3y);
                VarHandle.loadLoadFence();
                FloatVector a24 = FloatVector.broadcast(SPECIES, a[ai + 2 + 4 * A_STRIDE]);
                c4x = b2x.fma(a24, c4x);
                c4y = b2y.fma(a24, c4y);
                VarHandle.loadLoadFence();
                FloatVector a25 = FloatVector.broadcast(SPECIES, a[ai + 2 + 5 * A_STRIDE]);
                c5x = b2x.fma(a25, c5x);
                c5y = b2y.fma(a25, c5y);
                VarHandle.loadLoadFence();
                FloatVector b3x = FloatVector.fromArray(SPECIES, b, bi + 3 * WIDTH);
                FloatVector b3y = FloatVector.fromArray(SPECIES, b, bi + 3 * WIDTH + LANES);
                FloatVector a30 = FloatVector.broadcast(SPECIES, a[ai + 3]);
                c0x = b3x.fma(a30, c0x);
                c0y = b3y.fma(a30, c0y);
                VarHandle.loadLoadFence();
                FloatVector a31 = FloatVector.broadcast(SPECIES, a[ai + 3 + A_STRIDE]);
                c1x = b3x.fma(a31, c1x);
                c1y = b3y.fma(a31, c1y);
                VarHandle.loadLoadFence();
                FloatVector a32 = FloatVector.broadcast(SPECIES, a[ai + 3 + 2 * A_STRIDE]);
                c2x = b3x.fma(a32, c2x);
                c2y = b3y.fma(a32, c2y);
                VarHandle.loadLoadFence();
                FloatVector a33 = FloatVector.broadcast(SPECIES, a[ai + 3 + 3 * A_STRIDE]);
                c3x = b3x.fma(a33, c3x);
                c3y = b3y.fma(a33, c3y);
                VarHandle.loadLoadFence();
                FloatVector a34 = FloatVector.broadcast(SPECIES, a[ai + 3 + 4 * A_STRIDE]);
                c4x = b3x.fma(a34, c4x);
                c4y = b3y.fma(a34, c4y);
                VarHandle.loadLoadFence();
                FloatVector a35 = FloatVector.broadcast(SPECIES, a[ai + 3 + 5 * A_STRIDE]);
                c5x = b3x.fma(a35, c5x);
                c5y = b3y.fma(a35, c5y);
                VarHandle.loadLoadFence();
            }
            c0x = c0x.add(FloatVector.fromArray(SPECIES, c, target));
            c0y = c0y.add(FloatVector.fromArray(SPECIES, c, target + LANES));
            c1x = c1x.add(FloatVector.fromArray(SPECIES, c, target + cStep));
            c1y = c1y.add(FloatVector.fromArray(SPECIES, c, target + cStep + LANES));
            c2x = c2x.add(FloatVector.fromArray(SPECIES, c, target + 2 * cStep));
            c2y = c2y.add(FloatVector.fromArray(SPECIES, c, target + 2 * cStep + LANES));
            c3x = c3x.add(FloatVector.fromArray(SPECIES, c, target + 3 * cStep));
            c3y = c3y.add(FloatVector.fromArray(SPECIES, c, target + 3 * cStep + LANES));
            c4x = c4x.add(FloatVector.fromArray(SPECIES, c, target + 4 * cStep));
            c4y = c4y.add(FloatVector.fromArray(SPECIES, c, target + 4 * cStep + LANES));
            c5x = c5x.add(FloatVector.fromArray(SPECIES, c, target + 5 * cStep));
            c5y = c5y.add(FloatVector.fromArray(SPECIES, c, target + 5 * cStep + LANES));
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
}
