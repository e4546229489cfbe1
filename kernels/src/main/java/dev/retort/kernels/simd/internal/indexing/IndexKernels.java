package dev.retort.kernels.simd.internal.indexing;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.loops.PixelRuns;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.Shape;
import java.util.Arrays;

/** Selection and accumulation along one axis of an array seen as [outer, extent, inner]. */
public final class IndexKernels {
    private final Parallel parallel;
    private final int outer;
    private final int extent;
    private final int inner;

    public IndexKernels(Parallel parallel, Shape shape, int axis) {
        this.parallel = parallel;
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
    public void select(Object x, int xOff, int[] index, Object y, int yOff) {
        int rows = outer * index.length;
        parallel.forRange(rows, Broadcast.grain(inner), (from, to) -> {
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
    public <A> void add(PixelRuns<A> runs, A source, int sourceOff, int[] index, A y, int yOff) {
        if (inner == 0) {
            return;
        }
        int width = Math.min(inner, Broadcast.GRAIN / 8);
        int pieces = (inner + width - 1) / width;
        parallel.forRange(outer * pieces, Broadcast.grain((long) index.length * width), (from, to) -> {
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

    /** The place of an extreme along the axis, counted from an element of the array. */
    private interface Extreme {
        int from(int element);
    }

    /** Place of the first extreme; the first NaN beats everything. */
    public void argReduce(boolean largest, float[] x, int xOff, long[] y, int yOff) {
        argReduce(element -> extreme(largest, x, xOff + element), y, yOff);
    }

    /** The same of doubles. */
    public void argReduce(boolean largest, double[] x, int xOff, long[] y, int yOff) {
        argReduce(element -> extreme(largest, x, xOff + element), y, yOff);
    }

    private void argReduce(Extreme extreme, long[] y, int yOff) {
        parallel.forRange(outer, Broadcast.grain((long) extent * inner), (from, to) -> {
            for (int o = from; o < to; o++) {
                for (int i = 0; i < inner; i++) {
                    y[yOff + o * inner + i] = extreme.from(o * extent * inner + i);
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

    private int extreme(boolean largest, double[] x, int off) {
        int best = 0;
        double held = x[off];
        for (int j = 1; j < extent && held == held; j++) {
            double value = x[off + j * inner];
            boolean better = largest ? !(value <= held) : !(value >= held);
            if (better) {
                best = j;
                held = value;
            }
        }
        return best;
    }

    /** Running sums along the axis. */
    public void cumsum(double[] x, int xOff, double[] y, int yOff) {
        int block = extent * inner;
        parallel.forRange(outer, Broadcast.grain(block), (from, to) -> {
            for (int start = from * block; start < to * block; start += block) {
                System.arraycopy(x, xOff + start, y, yOff + start, inner);
                for (int i = start + inner; i < start + block; i++) {
                    y[yOff + i] = y[yOff + i - inner] + x[xOff + i];
                }
            }
        });
    }

    /** Running sums along the axis, in double. */
    public void cumsum(float[] x, int xOff, float[] y, int yOff) {
        parallel.forRange(outer, Broadcast.grain((long) extent * inner), (from, to) -> {
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
}
