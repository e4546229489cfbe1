package dev.retort.kernels.simd.internal.winograd;

/**
 * The one-dimensional transforms of Winograd's convolution F(size, 3), on runs of floats: {@code size} neighboring results of a
 * three-tap convolution are {@code A^T ((G w) * (B^T d))}, with {@code size + 2} products in place of {@code 3 size}. In two
 * dimensions each transform is applied along both axes. Lavin and Gray, "Fast algorithms for convolutional neural networks"
 * (CVPR 2016), section 4.
 *
 * <p>The matrices are Toom and Cook's for polynomials evaluated at {@code size + 1} points and at infinity. F(2, 3) takes 0, 1, -1. F(4, 3)
 * takes 0, 11/16, -11/16, 23/16, -23/16, which has less than half the error of the usual 0, 1, -1, 2, -2: powers of these stay nearer
 * to 1. They were searched for in sixteenths, for a small error of the worst pixel; the constants of A and B are exact in float32.
 *
 * <pre>
 * F(2, 3)                              F(4, 3), a = 11/16, b = 23/16
 * v0 = d0 - d2      u0 = w0            v0 = a^2 b^2 d0 - (a^2 + b^2) d2 + d4       u0 = w0 / (a^2 b^2)
 * v1 = d2 + d1      u1 = (w0+w2+w1)/2  v1, v2 = (d4 - b^2 d2) +- a (d3 - b^2 d1)   u1, u2 = (w0 + a^2 w2 +- a w1) / (2 a^2 (a^2 - b^2))
 * v2 = d2 - d1      u2 = (w0+w2-w1)/2  v3, v4 = (d4 - a^2 d2) +- b (d3 - a^2 d1)   u3, u4 = (w0 + b^2 w2 +- b w1) / (2 b^2 (b^2 - a^2))
 * v3 = d3 - d1      u3 = w2            v5 = a^2 b^2 d1 - (a^2 + b^2) d3 + d5       u5 = w2
 *
 * y0 = m0 + (m1 + m2)                  y0 = m0 + (m1 + m2) + (m3 + m4)
 * y1 = (m1 - m2) + m3                  y1 = a (m1 - m2) + b (m3 - m4)
 *                                      y2 = a^2 (m1 + m2) + b^2 (m3 + m4)
 *                                      y3 = a^3 (m1 - m2) + b^3 (m3 - m4) + m5
 * </pre>
 *
 * <p>This is linear in w, so the gradient of w, given the gradient e of the results, is {@code G^T ((A e) * (B^T d))}: the transforms
 * of weight and output transposed.
 *
 * @param <A> the type of the arrays, float[]
 * @param size results of one tile along an axis
 * @param zeros {@link Winograd#OUTPUTS} zeros, for an output transform that adds nothing
 * @param input B^T: {@code size + 2} runs from as many
 * @param weight G: {@code size + 2} runs from 3
 * @param output A^T: {@code size} runs from {@code size + 2}
 * @param outputAdjoint A: {@code size + 2} runs from {@code size}
 * @param weightAdjoint G^T: 3 runs from {@code size + 2}
 * @param turn makes columns of rows
 * @param finite whether a run has neither NaN nor infinity
 */
public record WinogradTransforms<A>(
        int size,
        A zeros,
        Transform<A> input,
        Transform<A> weight,
        Output<A> output,
        Transform<A> outputAdjoint,
        Transform<A> weightAdjoint,
        Turn<A> turn,
        Check<A> finite) {
    /** Tiles whose output gradients are transformed at once: so many floats lie side by side. */
    static final int LANES = 128;
    /** Distance between rows of {@link #LANES}, which then fall into different cache sets. A constant, so that range checks leave loops. */
    static final int LANE_STEP = LANES + 16;

    static final float A1 = 11f / 16;
    static final float B1 = 23f / 16;
    static final float A2 = A1 * A1;
    static final float B2 = B1 * B1;
    static final float A3 = A1 * A2;
    static final float B3 = B1 * B2;
    static final float G_0 = (float) (1.0 / ((double) A2 * B2));
    static final float G_A = (float) (1.0 / (2.0 * A2 * ((double) A2 - B2)));
    static final float G_B = (float) (1.0 / (2.0 * B2 * ((double) B2 - A2)));

    /** Products along one axis. */
    int points() {
        return size + 2;
    }

    /** A transform of runs of {@code n} floats: operand i begins at {@code off + i * step}, result j at {@code toOff + j * toStep}. */
    @FunctionalInterface
    interface Transform<A> {
        void run(A from, int off, int step, A to, int toOff, int toStep, int n);
    }

    /** The same with {@code add[addOff + lane]} added to every result. */
    @FunctionalInterface
    interface Output<A> {
        void run(A from, int off, int step, A add, int addOff, A to, int toOff, int toStep, int n);
    }

    /** {@code to[j, i] = from[i, j]}; rows are {@code step} and {@link #LANE_STEP} apart. */
    @FunctionalInterface
    interface Turn<A> {
        void run(A from, int off, int step, int rows, int columns, A to, int toOff);
    }

    /** A question about a run of {@code n} elements. */
    @FunctionalInterface
    interface Check<A> {
        boolean test(A x, int off, int n);
    }
}
