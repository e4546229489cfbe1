package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.VectorWidth;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FloatTiles} on the Vector API. What multiplies depends on the number of vector registers: {@link WideTiles} has 32 of
 * 512 bits, {@link NarrowTiles} 16 of 256 or 128.
 *
 * <p>Their rule: one method per tile shape, one innermost loop per method, accumulators in local variables; the JIT keeps these in registers,
 * and nothing else has been seen to do so on every JDK. On JDK 17 a method with many vector calls outgrows the first compiler's limit on
 * virtual registers, and may then stay in profiled code for good, a hundred times slower (seen): so these methods do no more than
 * a tile needs.
 */
public abstract class VectorTiles extends FloatTiles {
    private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;

    VectorTiles(KernelParameters parameters) {
        super(WIDTH, parameters);
    }

    /** The tiles for {@link VectorWidth}. */
    public static VectorTiles create(KernelParameters parameters) {
        return SPECIES.vectorBitSize() == 512 ? new WideTiles(parameters) : new NarrowTiles(parameters);
    }

    @Override
    public void finish(
            int rows,
            int columns,
            float[] tile,
            int tileOff,
            float[] add,
            int addOff,
            int addStep,
            float[] c,
            int cOff,
            int cStep) {
        int bound = SPECIES.loopBound(columns);
        for (int j = 0; j < bound; j += LANES) {
            addColumn(rows, tile, tileOff + j, add, addOff + j, addStep, c, cOff + j, cStep);
        }
        if (bound < columns) {
            addColumns(bound, columns, rows, tile, tileOff, add, addOff, addStep, c, cOff, cStep);
        }
    }

    /** One vector of columns. */
    private static void addColumn(
            int rows, float[] tile, int tileOff, float[] add, int addOff, int addStep, float[] c, int cOff, int cStep) {
        for (int i = 0; i < rows; i++) {
            FloatVector.fromArray(SPECIES, tile, tileOff + i * WIDTH)
                    .add(FloatVector.fromArray(SPECIES, add, addOff + i * addStep))
                    .intoArray(c, cOff + i * cStep);
        }
    }

    @Override
    public void relu(float[] c, int off, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, c, off + i).max(0f).intoArray(c, off + i);
        }
        super.relu(c, off + bound, n - bound);
    }

    @Override
    public void add(float[] from, int off, float[] to, int toOff, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, to, toOff + i)
                    .add(FloatVector.fromArray(SPECIES, from, off + i))
                    .intoArray(to, toOff + i);
        }
        super.add(from, off + bound, to, toOff + bound, n - bound);
    }

    @Override
    public void packPanelRows(
            float[] from, int off, int step, int rows, int columns, float[] to, int toOff, int depth, int first) {
        int whole = columns - columns % WIDTH;
        int panel = depth * WIDTH;
        for (int p = 0; p < rows; p++) {
            int source = off + p * step;
            int target = toOff + (first + p) * WIDTH;
            for (int j = 0; j < whole; j += WIDTH, target += panel) {
                FloatVector.fromArray(SPECIES, from, source + j).intoArray(to, target);
                FloatVector.fromArray(SPECIES, from, source + j + LANES).intoArray(to, target + LANES);
            }
        }
        packPanelRowsFrom(whole, from, off, step, rows, columns, to, toOff, depth, first);
    }

    /** Range checks leave the loop because the distance is a constant. */
    @Override
    final void spread(float[] from, int off, int n, float[] to, int toOff) {
        for (int q = 0; q < n; q++) {
            to[toOff + q * WIDTH] = from[off + q];
        }
    }
}
