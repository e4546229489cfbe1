package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.VectorWidth;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link PackedTiles} on doubles, for {@link DoubleVectorTiles}: why its methods are as they are is said there. */
final class PackedDoubleTiles {
    /** Depths of a turn. */
    static final int TURN = 4;

    private static final VectorSpecies<Double> SPECIES = VectorWidth.DOUBLES;
    private static final int LANES = SPECIES.length();
    /** One constant: range checks leave the loop only if an index is the loop variable times that, plus something fixed. */
    private static final int WIDTH = 2 * LANES;

    private static final int ROWS = 6;
    private static final int A_STRIDE = TileKernels.A_STRIDE;

    private PackedDoubleTiles() {}

    /** {@code c[i, j] = sum + row[j]}. */
    static void multiply(
            int rows,
            int depth,
            double[] a,
            int aOff,
            double[] b,
            int bOff,
            double[] row,
            int rowOff,
            double[] c,
            int cOff,
            int cStep) {
        DoubleVector rowX = DoubleVector.fromArray(SPECIES, row, rowOff);
        DoubleVector rowY = DoubleVector.fromArray(SPECIES, row, rowOff + LANES);
        for (int i = 0; i < rows; i += ROWS) {
            int tile = aOff + i * A_STRIDE;
            int target = cOff + i * cStep;
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
            int end = tile + depth;
            int start = bOff - tile * WIDTH;
            for (int ai = tile; ai < end; ai += TURN) {
                int bi = ai * WIDTH + start;
                DoubleVector bx = DoubleVector.fromArray(SPECIES, b, bi);
                DoubleVector by = DoubleVector.fromArray(SPECIES, b, bi + LANES);
                DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[ai]);
                c0x = bx.fma(a0, c0x);
                c0y = by.fma(a0, c0y);
                VarHandle.loadLoadFence();
                DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[ai + A_STRIDE]);
                c1x = bx.fma(a1, c1x);
                c1y = by.fma(a1, c1y);
                VarHandle.loadLoadFence();
                DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
                c2x = bx.fma(a2, c2x);
                c2y = by.fma(a2, c2y);
                VarHandle.loadLoadFence();
                DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
                c3x = bx.fma(a3, c3x);
                c3y = by.fma(a3, c3y);
                VarHandle.loadLoadFence();
                DoubleVector a4 = DoubleVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
                c4x = bx.fma(a4, c4x);
                c4y = by.fma(a4, c4y);
                VarHandle.loadLoadFence();
                DoubleVector a5 = DoubleVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
                c5x = bx.fma(a5, c5x);
                c5y = by.fma(a5, c5y);
                VarHandle.loadLoadFence();
                DoubleVector b1x = DoubleVector.fromArray(SPECIES, b, bi + WIDTH);
                DoubleVector b1y = DoubleVector.fromArray(SPECIES, b, bi + WIDTH + LANES);
                DoubleVector a10 = DoubleVector.broadcast(SPECIES, a[ai + 1]);
                c0x = b1x.fma(a10, c0x);
                c0y = b1y.fma(a10, c0y);
                VarHandle.loadLoadFence();
                DoubleVector a11 = DoubleVector.broadcast(SPECIES, a[ai + 1 + A_STRIDE]);
                c1x = b1x.fma(a11, c1x);
                c1y = b1y.fma(a11, c1y);
                VarHandle.loadLoadFence();
                DoubleVector a12 = DoubleVector.broadcast(SPECIES, a[ai + 1 + 2 * A_STRIDE]);
                c2x = b1x.fma(a12, c2x);
                c2y = b1y.fma(a12, c2y);
                VarHandle.loadLoadFence();
                DoubleVector a13 = DoubleVector.broadcast(SPECIES, a[ai + 1 + 3 * A_STRIDE]);
                c3x = b1x.fma(a13, c3x);
                c3y = b1y.fma(a13, c3y);
                VarHandle.loadLoadFence();
                DoubleVector a14 = DoubleVector.broadcast(SPECIES, a[ai + 1 + 4 * A_STRIDE]);
                c4x = b1x.fma(a14, c4x);
                c4y = b1y.fma(a14, c4y);
                VarHandle.loadLoadFence();
                DoubleVector a15 = DoubleVector.broadcast(SPECIES, a[ai + 1 + 5 * A_STRIDE]);
                c5x = b1x.fma(a15, c5x);
                c5y = b1y.fma(a15, c5y);
                VarHandle.loadLoadFence();
                DoubleVector b2x = DoubleVector.fromArray(SPECIES, b, bi + 2 * WIDTH);
                DoubleVector b2y = DoubleVector.fromArray(SPECIES, b, bi + 2 * WIDTH + LANES);
                DoubleVector a20 = DoubleVector.broadcast(SPECIES, a[ai + 2]);
                c0x = b2x.fma(a20, c0x);
                c0y = b2y.fma(a20, c0y);
                VarHandle.loadLoadFence();
                DoubleVector a21 = DoubleVector.broadcast(SPECIES, a[ai + 2 + A_STRIDE]);
                c1x = b2x.fma(a21, c1x);
                c1y = b2y.fma(a21, c1y);
                VarHandle.loadLoadFence();
                DoubleVector a22 = DoubleVector.broadcast(SPECIES, a[ai + 2 + 2 * A_STRIDE]);
                c2x = b2x.fma(a22, c2x);
                c2y = b2y.fma(a22, c2y);
                VarHandle.loadLoadFence();
                DoubleVector a23 = DoubleVector.broadcast(SPECIES, a[ai + 2 + 3 * A_STRIDE]);
                c3x = b2x.fma(a23, c3x);
                c3y = b2y.fma(a23, c3y);
                VarHandle.loadLoadFence();
                DoubleVector a24 = DoubleVector.broadcast(SPECIES, a[ai + 2 + 4 * A_STRIDE]);
                c4x = b2x.fma(a24, c4x);
                c4y = b2y.fma(a24, c4y);
                VarHandle.loadLoadFence();
                DoubleVector a25 = DoubleVector.broadcast(SPECIES, a[ai + 2 + 5 * A_STRIDE]);
                c5x = b2x.fma(a25, c5x);
                c5y = b2y.fma(a25, c5y);
                VarHandle.loadLoadFence();
                DoubleVector b3x = DoubleVector.fromArray(SPECIES, b, bi + 3 * WIDTH);
                DoubleVector b3y = DoubleVector.fromArray(SPECIES, b, bi + 3 * WIDTH + LANES);
                DoubleVector a30 = DoubleVector.broadcast(SPECIES, a[ai + 3]);
                c0x = b3x.fma(a30, c0x);
                c0y = b3y.fma(a30, c0y);
                VarHandle.loadLoadFence();
                DoubleVector a31 = DoubleVector.broadcast(SPECIES, a[ai + 3 + A_STRIDE]);
                c1x = b3x.fma(a31, c1x);
                c1y = b3y.fma(a31, c1y);
                VarHandle.loadLoadFence();
                DoubleVector a32 = DoubleVector.broadcast(SPECIES, a[ai + 3 + 2 * A_STRIDE]);
                c2x = b3x.fma(a32, c2x);
                c2y = b3y.fma(a32, c2y);
                VarHandle.loadLoadFence();
                DoubleVector a33 = DoubleVector.broadcast(SPECIES, a[ai + 3 + 3 * A_STRIDE]);
                c3x = b3x.fma(a33, c3x);
                c3y = b3y.fma(a33, c3y);
                VarHandle.loadLoadFence();
                DoubleVector a34 = DoubleVector.broadcast(SPECIES, a[ai + 3 + 4 * A_STRIDE]);
                c4x = b3x.fma(a34, c4x);
                c4y = b3y.fma(a34, c4y);
                VarHandle.loadLoadFence();
                DoubleVector a35 = DoubleVector.broadcast(SPECIES, a[ai + 3 + 5 * A_STRIDE]);
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
            int rows, int depth, double[] a, int aOff, double[] b, int bOff, double[] c, int cOff, int cStep) {
        for (int i = 0; i < rows; i += ROWS) {
            int tile = aOff + i * A_STRIDE;
            int target = cOff + i * cStep;
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
            int end = tile + depth;
            int start = bOff - tile * WIDTH;
            for (int ai = tile; ai < end; ai += TURN) {
                int bi = ai * WIDTH + start;
                DoubleVector bx = DoubleVector.fromArray(SPECIES, b, bi);
                DoubleVector by = DoubleVector.fromArray(SPECIES, b, bi + LANES);
                DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[ai]);
                c0x = bx.fma(a0, c0x);
                c0y = by.fma(a0, c0y);
                VarHandle.loadLoadFence();
                DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[ai + A_STRIDE]);
                c1x = bx.fma(a1, c1x);
                c1y = by.fma(a1, c1y);
                VarHandle.loadLoadFence();
                DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[ai + 2 * A_STRIDE]);
                c2x = bx.fma(a2, c2x);
                c2y = by.fma(a2, c2y);
                VarHandle.loadLoadFence();
                DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[ai + 3 * A_STRIDE]);
                c3x = bx.fma(a3, c3x);
                c3y = by.fma(a3, c3y);
                VarHandle.loadLoadFence();
                DoubleVector a4 = DoubleVector.broadcast(SPECIES, a[ai + 4 * A_STRIDE]);
                c4x = bx.fma(a4, c4x);
                c4y = by.fma(a4, c4y);
                VarHandle.loadLoadFence();
                DoubleVector a5 = DoubleVector.broadcast(SPECIES, a[ai + 5 * A_STRIDE]);
                c5x = bx.fma(a5, c5x);
                c5y = by.fma(a5, c5y);
                VarHandle.loadLoadFence();
                DoubleVector b1x = DoubleVector.fromArray(SPECIES, b, bi + WIDTH);
                DoubleVector b1y = DoubleVector.fromArray(SPECIES, b, bi + WIDTH + LANES);
                DoubleVector a10 = DoubleVector.broadcast(SPECIES, a[ai + 1]);
                c0x = b1x.fma(a10, c0x);
                c0y = b1y.fma(a10, c0y);
                VarHandle.loadLoadFence();
                DoubleVector a11 = DoubleVector.broadcast(SPECIES, a[ai + 1 + A_STRIDE]);
                c1x = b1x.fma(a11, c1x);
                c1y = b1y.fma(a11, c1y);
                VarHandle.loadLoadFence();
                DoubleVector a12 = DoubleVector.broadcast(SPECIES, a[ai + 1 + 2 * A_STRIDE]);
                c2x = b1x.fma(a12, c2x);
                c2y = b1y.fma(a12, c2y);
                VarHandle.loadLoadFence();
                DoubleVector a13 = DoubleVector.broadcast(SPECIES, a[ai + 1 + 3 * A_STRIDE]);
                c3x = b1x.fma(a13, c3x);
                c3y = b1y.fma(a13, c3y);
                VarHandle.loadLoadFence();
                DoubleVector a14 = DoubleVector.broadcast(SPECIES, a[ai + 1 + 4 * A_STRIDE]);
                c4x = b1x.fma(a14, c4x);
                c4y = b1y.fma(a14, c4y);
                VarHandle.loadLoadFence();
                DoubleVector a15 = DoubleVector.broadcast(SPECIES, a[ai + 1 + 5 * A_STRIDE]);
                c5x = b1x.fma(a15, c5x);
                c5y = b1y.fma(a15, c5y);
                VarHandle.loadLoadFence();
                DoubleVector b2x = DoubleVector.fromArray(SPECIES, b, bi + 2 * WIDTH);
                DoubleVector b2y = DoubleVector.fromArray(SPECIES, b, bi + 2 * WIDTH + LANES);
                DoubleVector a20 = DoubleVector.broadcast(SPECIES, a[ai + 2]);
                c0x = b2x.fma(a20, c0x);
                c0y = b2y.fma(a20, c0y);
                VarHandle.loadLoadFence();
                DoubleVector a21 = DoubleVector.broadcast(SPECIES, a[ai + 2 + A_STRIDE]);
                c1x = b2x.fma(a21, c1x);
                c1y = b2y.fma(a21, c1y);
                VarHandle.loadLoadFence();
                DoubleVector a22 = DoubleVector.broadcast(SPECIES, a[ai + 2 + 2 * A_STRIDE]);
                c2x = b2x.fma(a22, c2x);
                c2y = b2y.fma(a22, c2y);
                VarHandle.loadLoadFence();
                DoubleVector a23 = DoubleVector.broadcast(SPECIES, a[ai + 2 + 3 * A_STRIDE]);
                c3x = b2x.fma(a23, c3x);
                c3y = b2y.fma(a23, c3y);
                VarHandle.loadLoadFence();
                DoubleVector a24 = DoubleVector.broadcast(SPECIES, a[ai + 2 + 4 * A_STRIDE]);
                c4x = b2x.fma(a24, c4x);
                c4y = b2y.fma(a24, c4y);
                VarHandle.loadLoadFence();
                DoubleVector a25 = DoubleVector.broadcast(SPECIES, a[ai + 2 + 5 * A_STRIDE]);
                c5x = b2x.fma(a25, c5x);
                c5y = b2y.fma(a25, c5y);
                VarHandle.loadLoadFence();
                DoubleVector b3x = DoubleVector.fromArray(SPECIES, b, bi + 3 * WIDTH);
                DoubleVector b3y = DoubleVector.fromArray(SPECIES, b, bi + 3 * WIDTH + LANES);
                DoubleVector a30 = DoubleVector.broadcast(SPECIES, a[ai + 3]);
                c0x = b3x.fma(a30, c0x);
                c0y = b3y.fma(a30, c0y);
                VarHandle.loadLoadFence();
                DoubleVector a31 = DoubleVector.broadcast(SPECIES, a[ai + 3 + A_STRIDE]);
                c1x = b3x.fma(a31, c1x);
                c1y = b3y.fma(a31, c1y);
                VarHandle.loadLoadFence();
                DoubleVector a32 = DoubleVector.broadcast(SPECIES, a[ai + 3 + 2 * A_STRIDE]);
                c2x = b3x.fma(a32, c2x);
                c2y = b3y.fma(a32, c2y);
                VarHandle.loadLoadFence();
                DoubleVector a33 = DoubleVector.broadcast(SPECIES, a[ai + 3 + 3 * A_STRIDE]);
                c3x = b3x.fma(a33, c3x);
                c3y = b3y.fma(a33, c3y);
                VarHandle.loadLoadFence();
                DoubleVector a34 = DoubleVector.broadcast(SPECIES, a[ai + 3 + 4 * A_STRIDE]);
                c4x = b3x.fma(a34, c4x);
                c4y = b3y.fma(a34, c4y);
                VarHandle.loadLoadFence();
                DoubleVector a35 = DoubleVector.broadcast(SPECIES, a[ai + 3 + 5 * A_STRIDE]);
                c5x = b3x.fma(a35, c5x);
                c5y = b3y.fma(a35, c5y);
                VarHandle.loadLoadFence();
            }
            c0x = c0x.add(DoubleVector.fromArray(SPECIES, c, target));
            c0y = c0y.add(DoubleVector.fromArray(SPECIES, c, target + LANES));
            c1x = c1x.add(DoubleVector.fromArray(SPECIES, c, target + cStep));
            c1y = c1y.add(DoubleVector.fromArray(SPECIES, c, target + cStep + LANES));
            c2x = c2x.add(DoubleVector.fromArray(SPECIES, c, target + 2 * cStep));
            c2y = c2y.add(DoubleVector.fromArray(SPECIES, c, target + 2 * cStep + LANES));
            c3x = c3x.add(DoubleVector.fromArray(SPECIES, c, target + 3 * cStep));
            c3y = c3y.add(DoubleVector.fromArray(SPECIES, c, target + 3 * cStep + LANES));
            c4x = c4x.add(DoubleVector.fromArray(SPECIES, c, target + 4 * cStep));
            c4y = c4y.add(DoubleVector.fromArray(SPECIES, c, target + 4 * cStep + LANES));
            c5x = c5x.add(DoubleVector.fromArray(SPECIES, c, target + 5 * cStep));
            c5y = c5y.add(DoubleVector.fromArray(SPECIES, c, target + 5 * cStep + LANES));
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
