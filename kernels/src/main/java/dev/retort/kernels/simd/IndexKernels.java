package dev.retort.kernels.simd;

import dev.retort.tensor.Shape;
import java.util.Arrays;

/** Selection and accumulation along one axis of an array seen as [outer, extent, inner]. */
final class IndexKernels {
    private final Parallel parallel;
    private final Runs runs;
    private final int outer;
    private final int extent;
    private final int inner;

    IndexKernels(Parallel parallel, Runs runs, Shape shape, int axis) {
        this.parallel = parallel;
        this.runs = runs;
        int along = shape.axis(axis);
        int before = 1;
        int behind = 1;
        for (int i = 0; i < shape.rank(); i++) {
            if (i < along) {
                before *= shape.dim(i);
            } else if (i > along) {
                behind *= shape.dim(i);
            }
        }
        outer = before;
        extent = shape.dim(along);
        inner = behind;
    }

    /** y[o, j] = x[o, index[j]], for arrays of any one element type. */
    void select(Object x, int xOff, int[] index, Object y, int yOff) {
        int rows = outer * index.length;
        parallel.forRange(rows, grain(inner), (from, to) -> {
            if (inner == 1 && x instanceof float[] source) {
                selectFloats(source, xOff, index, (float[]) y, yOff, from, to);
                return;
            }
            for (int row = from; row < to; row++) {
                int source = row / index.length * extent + index[row % index.length];
                System.arraycopy(x, xOff + source * inner, y, yOff + row * inner, inner);
            }
        });
    }

    private void selectFloats(float[] x, int xOff, int[] index, float[] y, int yOff, int from, int to) {
        for (int row = from; row < to; row++) {
            y[yOff + row] = x[xOff + row / index.length * extent + index[row % index.length]];
        }
    }

    /** y[o, index[j]] += source[o, j], in the order of j: repeats add up alike with any number of threads. */
    void add(float[] source, int sourceOff, int[] index, float[] y, int yOff) {
        int width = Math.max(1, Math.min(inner, Broadcast.GRAIN / 8));
        int pieces = (inner + width - 1) / width;
        parallel.forRange(outer * pieces, grain(index.length * width), (from, to) -> {
            for (int task = from; task < to; task++) {
                int o = task / pieces;
                int start = task % pieces * width;
                int n = Math.min(width, inner - start);
                for (int j = 0; j < index.length; j++) {
                    int target = yOff + (o * extent + index[j]) * inner + start;
                    int added = sourceOff + (o * index.length + j) * inner + start;
                    runs.accumulate(source, added, y, target, n);
                }
            }
        });
    }

    /** Place of the first extreme; the first NaN beats everything. */
    void argReduce(boolean largest, float[] x, int xOff, long[] y, int yOff) {
        parallel.forRange(outer, grain(extent * inner), (from, to) -> {
            for (int o = from; o < to; o++) {
                for (int i = 0; i < inner; i++) {
                    y[yOff + o * inner + i] = extreme(largest, x, xOff + o * extent * inner + i);
                }
            }
        });
    }

    private int extreme(boolean largest, float[] x, int off) {
        int best = 0;
        float held = x[off];
        for (int j = 1; j < extent && held == held; j++) {
            float value = x[off + j * inner];
            boolean better = largest ? !(value <= held) : !(value >= held);
            if (better) {
                best = j;
                held = value;
            }
        }
        return best;
    }

    /** Running sums along the axis, in double. */
    void cumsum(float[] x, int xOff, float[] y, int yOff) {
        parallel.forRange(outer, grain(extent * inner), (from, to) -> {
            double[] sums = new double[inner];
            for (int o = from; o < to; o++) {
                int start = o * extent * inner;
                if (inner == 1) {
                    runningSum(x, xOff + start, y, yOff + start, extent);
                } else {
                    runningSums(x, xOff + start, y, yOff + start, sums);
                }
            }
        });
    }

    private static void runningSum(float[] x, int xOff, float[] y, int yOff, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[xOff + i];
            y[yOff + i] = (float) sum;
        }
    }

    private void runningSums(float[] x, int xOff, float[] y, int yOff, double[] sums) {
        Arrays.fill(sums, 0);
        for (int j = 0; j < extent; j++) {
            int start = j * inner;
            for (int i = 0; i < inner; i++) {
                sums[i] += x[xOff + start + i];
                y[yOff + start + i] = (float) sums[i];
            }
        }
    }

    private static int grain(int size) {
        return Math.max(1, Broadcast.GRAIN / Math.max(1, size));
    }
}
