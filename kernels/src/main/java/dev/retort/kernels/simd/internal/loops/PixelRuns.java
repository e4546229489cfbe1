package dev.retort.kernels.simd.internal.loops;

/**
 * What resampling and accumulation by index do along a run, a pixel's channels for example.
 *
 * @param <A> float[] or double[]
 */
public interface PixelRuns<A> {
    /** to += x. */
    void accumulate(A x, int xOff, A to, int toOff, int n);

    /** Element i of x is added to element i of the pixel that it names: pixels are runs of {@code n} elements after {@code toOff}. */
    void accumulateAt(A x, int xOff, int[] pixels, int pixelsOff, A to, int toOff, int n);

    /** Where x beats best (it is larger, or the first NaN): best = x and where = place. */
    void takeLarger(A x, int xOff, int place, A best, int bestOff, int[] where, int whereOff, int n);

    /** Elements [from, end) become 0. */
    void clear(A to, int from, int end);
}
