package dev.retort.kernels.simd.internal.winograd;

import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.A1;
import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.A2;
import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.A3;
import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.B1;
import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.B2;
import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.B3;
import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.G_0;
import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.G_A;
import static dev.retort.kernels.simd.internal.winograd.WinogradTransforms.G_B;

/** {@link WinogradTransforms} in plain Java. {@link VectorTransforms} ends its runs with these, so both round alike. */
public final class PlainTransforms {
    public static final WinogradTransforms<float[]> TWO = new WinogradTransforms<>(
            2,
            new float[Winograd.OUTPUTS],
            PlainTransforms::input2,
            PlainTransforms::weight2,
            PlainTransforms::output2,
            PlainTransforms::outputAdjoint2,
            PlainTransforms::weightAdjoint2,
            PlainTransforms::turn,
            PlainTransforms::finite);
    public static final WinogradTransforms<float[]> FOUR = new WinogradTransforms<>(
            4,
            new float[Winograd.OUTPUTS],
            PlainTransforms::input4,
            PlainTransforms::weight4,
            PlainTransforms::output4,
            PlainTransforms::outputAdjoint4,
            PlainTransforms::weightAdjoint4,
            PlainTransforms::turn,
            PlainTransforms::finite);

    private PlainTransforms() {}

    static void input2(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float d0 = from[off + i];
            float d1 = from[off + step + i];
            float d2 = from[off + 2 * step + i];
            float d3 = from[off + 3 * step + i];
            to[toOff + i] = d0 - d2;
            to[toOff + toStep + i] = d2 + d1;
            to[toOff + 2 * toStep + i] = d2 - d1;
            to[toOff + 3 * toStep + i] = d3 - d1;
        }
    }

    static void weight2(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float w0 = from[off + i];
            float w1 = 0.5f * from[off + step + i];
            float w2 = from[off + 2 * step + i];
            float even = 0.5f * (w0 + w2);
            to[toOff + i] = w0;
            to[toOff + toStep + i] = even + w1;
            to[toOff + 2 * toStep + i] = even - w1;
            to[toOff + 3 * toStep + i] = w2;
        }
    }

    static void output2(
            float[] from, int off, int step, float[] add, int addOff, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float m1 = from[off + step + i];
            float m2 = from[off + 2 * step + i];
            float plus = add[addOff + i];
            to[toOff + i] = from[off + i] + (m1 + m2) + plus;
            to[toOff + toStep + i] = m1 - m2 + from[off + 3 * step + i] + plus;
        }
    }

    static void input4(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float d0 = from[off + i];
            float d1 = from[off + step + i];
            float d2 = from[off + 2 * step + i];
            float d3 = from[off + 3 * step + i];
            float d4 = from[off + 4 * step + i];
            float d5 = from[off + 5 * step + i];
            float evenB = d4 - A2 * d2;
            float oddB = d3 - A2 * d1;
            float evenA = d4 - B2 * d2;
            float oddA = A1 * (d3 - B2 * d1);
            to[toOff + i] = evenB - B2 * (d2 - A2 * d0);
            to[toOff + toStep + i] = evenA + oddA;
            to[toOff + 2 * toStep + i] = evenA - oddA;
            to[toOff + 3 * toStep + i] = evenB + B1 * oddB;
            to[toOff + 4 * toStep + i] = evenB - B1 * oddB;
            to[toOff + 5 * toStep + i] = d5 - A2 * d3 - B2 * oddB;
        }
    }

    static void weight4(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float w0 = from[off + i];
            float w1 = from[off + step + i];
            float w2 = from[off + 2 * step + i];
            float evenA = G_A * (w0 + A2 * w2);
            float oddA = G_A * A1 * w1;
            float evenB = G_B * (w0 + B2 * w2);
            float oddB = G_B * B1 * w1;
            to[toOff + i] = G_0 * w0;
            to[toOff + toStep + i] = evenA + oddA;
            to[toOff + 2 * toStep + i] = evenA - oddA;
            to[toOff + 3 * toStep + i] = evenB + oddB;
            to[toOff + 4 * toStep + i] = evenB - oddB;
            to[toOff + 5 * toStep + i] = w2;
        }
    }

    static void output4(
            float[] from, int off, int step, float[] add, int addOff, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float m1 = from[off + step + i];
            float m2 = from[off + 2 * step + i];
            float m3 = from[off + 3 * step + i];
            float m4 = from[off + 4 * step + i];
            float plus = add[addOff + i];
            float evenA = m1 + m2;
            float oddA = m1 - m2;
            float evenB = m3 + m4;
            float oddB = m3 - m4;
            to[toOff + i] = from[off + i] + evenA + evenB + plus;
            to[toOff + toStep + i] = A1 * oddA + B1 * oddB + plus;
            to[toOff + 2 * toStep + i] = A2 * evenA + B2 * evenB + plus;
            to[toOff + 3 * toStep + i] = A3 * oddA + B3 * oddB + from[off + 5 * step + i] + plus;
        }
    }

    static void outputAdjoint2(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float y0 = from[off + i];
            float y1 = from[off + step + i];
            to[toOff + i] = y0;
            to[toOff + toStep + i] = y0 + y1;
            to[toOff + 2 * toStep + i] = y0 - y1;
            to[toOff + 3 * toStep + i] = y1;
        }
    }

    static void weightAdjoint2(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float u1 = from[off + step + i];
            float u2 = from[off + 2 * step + i];
            float even = 0.5f * (u1 + u2);
            to[toOff + i] = from[off + i] + even;
            to[toOff + toStep + i] = 0.5f * (u1 - u2);
            to[toOff + 2 * toStep + i] = from[off + 3 * step + i] + even;
        }
    }

    static void outputAdjoint4(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float y0 = from[off + i];
            float y1 = from[off + step + i];
            float y2 = from[off + 2 * step + i];
            float y3 = from[off + 3 * step + i];
            float evenA = y0 + A2 * y2;
            float oddA = A1 * (y1 + A2 * y3);
            float evenB = y0 + B2 * y2;
            float oddB = B1 * (y1 + B2 * y3);
            to[toOff + i] = y0;
            to[toOff + toStep + i] = evenA + oddA;
            to[toOff + 2 * toStep + i] = evenA - oddA;
            to[toOff + 3 * toStep + i] = evenB + oddB;
            to[toOff + 4 * toStep + i] = evenB - oddB;
            to[toOff + 5 * toStep + i] = y3;
        }
    }

    static void weightAdjoint4(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            float u1 = from[off + step + i];
            float u2 = from[off + 2 * step + i];
            float u3 = from[off + 3 * step + i];
            float u4 = from[off + 4 * step + i];
            float evenA = G_A * (u1 + u2);
            float oddA = G_A * (u1 - u2);
            float evenB = G_B * (u3 + u4);
            float oddB = G_B * (u3 - u4);
            to[toOff + i] = G_0 * from[off + i] + (evenA + evenB);
            to[toOff + toStep + i] = A1 * oddA + B1 * oddB;
            to[toOff + 2 * toStep + i] = from[off + 5 * step + i] + (A2 * evenA + B2 * evenB);
        }
    }

    static void turn(float[] from, int off, int step, int rows, int columns, float[] to, int toOff) {
        for (int i = 0; i < rows; i++) {
            int source = off + i * step;
            int target = toOff + i;
            for (int j = 0; j < columns; j++) {
                to[target + j * WinogradTransforms.LANE_STEP] = from[source + j];
            }
        }
    }

    /** x - x is 0, or NaN where x is not finite. */
    static boolean finite(float[] x, int off, int n) {
        float sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[off + i] - x[off + i];
        }
        return sum == 0;
    }
}
