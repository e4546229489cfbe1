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

import dev.retort.kernels.simd.internal.run.VectorWidth;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link WinogradTransforms} on the Vector API: the operations of {@link PlainTransforms}, lane by lane and without fused
 * multiply-adds, so that a channel has the same bits whether it falls into a vector or into the rest.
 */
public final class VectorTransforms {
    private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
    private static final int LANES = SPECIES.length();

    public static final WinogradTransforms<float[]> TWO = new WinogradTransforms<>(
            2,
            new float[Winograd.OUTPUTS],
            VectorTransforms::input2,
            VectorTransforms::weight2,
            VectorTransforms::output2,
            VectorTransforms::outputAdjoint2,
            VectorTransforms::weightAdjoint2,
            PlainTransforms::turn,
            VectorTransforms::finite);
    public static final WinogradTransforms<float[]> FOUR = new WinogradTransforms<>(
            4,
            new float[Winograd.OUTPUTS],
            VectorTransforms::input4,
            VectorTransforms::weight4,
            VectorTransforms::output4,
            VectorTransforms::outputAdjoint4,
            VectorTransforms::weightAdjoint4,
            PlainTransforms::turn,
            VectorTransforms::finite);

    private VectorTransforms() {}

    private static void input2(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d0 = FloatVector.fromArray(SPECIES, from, off + i);
            FloatVector d1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            FloatVector d2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector d3 = FloatVector.fromArray(SPECIES, from, off + 3 * step + i);
            d0.sub(d2).intoArray(to, toOff + i);
            d2.add(d1).intoArray(to, toOff + toStep + i);
            d2.sub(d1).intoArray(to, toOff + 2 * toStep + i);
            d3.sub(d1).intoArray(to, toOff + 3 * toStep + i);
        }
        PlainTransforms.input2(from, off + bound, step, to, toOff + bound, toStep, n - bound);
    }

    private static void weight2(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector w0 = FloatVector.fromArray(SPECIES, from, off + i);
            FloatVector w1 =
                    FloatVector.fromArray(SPECIES, from, off + step + i).mul(0.5f);
            FloatVector w2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector even = w0.add(w2).mul(0.5f);
            w0.intoArray(to, toOff + i);
            even.add(w1).intoArray(to, toOff + toStep + i);
            even.sub(w1).intoArray(to, toOff + 2 * toStep + i);
            w2.intoArray(to, toOff + 3 * toStep + i);
        }
        PlainTransforms.weight2(from, off + bound, step, to, toOff + bound, toStep, n - bound);
    }

    private static void output2(
            float[] from, int off, int step, float[] add, int addOff, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector m1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            FloatVector m2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector plus = FloatVector.fromArray(SPECIES, add, addOff + i);
            FloatVector.fromArray(SPECIES, from, off + i)
                    .add(m1.add(m2))
                    .add(plus)
                    .intoArray(to, toOff + i);
            m1.sub(m2)
                    .add(FloatVector.fromArray(SPECIES, from, off + 3 * step + i))
                    .add(plus)
                    .intoArray(to, toOff + toStep + i);
        }
        PlainTransforms.output2(from, off + bound, step, add, addOff + bound, to, toOff + bound, toStep, n - bound);
    }

    private static void input4(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector a = FloatVector.broadcast(SPECIES, A1);
        FloatVector b = FloatVector.broadcast(SPECIES, B1);
        FloatVector a2 = FloatVector.broadcast(SPECIES, A2);
        FloatVector b2 = FloatVector.broadcast(SPECIES, B2);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            FloatVector d2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector d3 = FloatVector.fromArray(SPECIES, from, off + 3 * step + i);
            FloatVector d4 = FloatVector.fromArray(SPECIES, from, off + 4 * step + i);
            FloatVector evenA = d4.sub(b2.mul(d2));
            FloatVector oddA = a.mul(d3.sub(b2.mul(d1)));
            evenA.add(oddA).intoArray(to, toOff + toStep + i);
            evenA.sub(oddA).intoArray(to, toOff + 2 * toStep + i);
            FloatVector evenB = d4.sub(a2.mul(d2));
            FloatVector d0 = FloatVector.fromArray(SPECIES, from, off + i);
            evenB.sub(b2.mul(d2.sub(a2.mul(d0)))).intoArray(to, toOff + i);
            FloatVector rest = d3.sub(a2.mul(d1));
            FloatVector oddB = b.mul(rest);
            evenB.add(oddB).intoArray(to, toOff + 3 * toStep + i);
            evenB.sub(oddB).intoArray(to, toOff + 4 * toStep + i);
            FloatVector d5 = FloatVector.fromArray(SPECIES, from, off + 5 * step + i);
            d5.sub(a2.mul(d3)).sub(b2.mul(rest)).intoArray(to, toOff + 5 * toStep + i);
        }
        PlainTransforms.input4(from, off + bound, step, to, toOff + bound, toStep, n - bound);
    }

    private static void weight4(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector w0 = FloatVector.fromArray(SPECIES, from, off + i);
            FloatVector w1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            FloatVector w2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector evenA = w0.add(w2.mul(A2)).mul(G_A);
            FloatVector oddA = w1.mul(G_A * A1);
            FloatVector evenB = w0.add(w2.mul(B2)).mul(G_B);
            FloatVector oddB = w1.mul(G_B * B1);
            w0.mul(G_0).intoArray(to, toOff + i);
            evenA.add(oddA).intoArray(to, toOff + toStep + i);
            evenA.sub(oddA).intoArray(to, toOff + 2 * toStep + i);
            evenB.add(oddB).intoArray(to, toOff + 3 * toStep + i);
            evenB.sub(oddB).intoArray(to, toOff + 4 * toStep + i);
            w2.intoArray(to, toOff + 5 * toStep + i);
        }
        PlainTransforms.weight4(from, off + bound, step, to, toOff + bound, toStep, n - bound);
    }

    private static void output4(
            float[] from, int off, int step, float[] add, int addOff, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector m1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            FloatVector m2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector m3 = FloatVector.fromArray(SPECIES, from, off + 3 * step + i);
            FloatVector m4 = FloatVector.fromArray(SPECIES, from, off + 4 * step + i);
            FloatVector plus = FloatVector.fromArray(SPECIES, add, addOff + i);
            FloatVector evenA = m1.add(m2);
            FloatVector oddA = m1.sub(m2);
            FloatVector evenB = m3.add(m4);
            FloatVector oddB = m3.sub(m4);
            FloatVector.fromArray(SPECIES, from, off + i)
                    .add(evenA)
                    .add(evenB)
                    .add(plus)
                    .intoArray(to, toOff + i);
            oddA.mul(A1).add(oddB.mul(B1)).add(plus).intoArray(to, toOff + toStep + i);
            evenA.mul(A2).add(evenB.mul(B2)).add(plus).intoArray(to, toOff + 2 * toStep + i);
            oddA.mul(A3)
                    .add(oddB.mul(B3))
                    .add(FloatVector.fromArray(SPECIES, from, off + 5 * step + i))
                    .add(plus)
                    .intoArray(to, toOff + 3 * toStep + i);
        }
        PlainTransforms.output4(from, off + bound, step, add, addOff + bound, to, toOff + bound, toStep, n - bound);
    }

    private static void outputAdjoint2(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, from, off + i);
            FloatVector y1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            y0.intoArray(to, toOff + i);
            y0.add(y1).intoArray(to, toOff + toStep + i);
            y0.sub(y1).intoArray(to, toOff + 2 * toStep + i);
            y1.intoArray(to, toOff + 3 * toStep + i);
        }
        PlainTransforms.outputAdjoint2(from, off + bound, step, to, toOff + bound, toStep, n - bound);
    }

    private static void weightAdjoint2(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            FloatVector u2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector even = u1.add(u2).mul(0.5f);
            FloatVector.fromArray(SPECIES, from, off + i).add(even).intoArray(to, toOff + i);
            u1.sub(u2).mul(0.5f).intoArray(to, toOff + toStep + i);
            FloatVector.fromArray(SPECIES, from, off + 3 * step + i).add(even).intoArray(to, toOff + 2 * toStep + i);
        }
        PlainTransforms.weightAdjoint2(from, off + bound, step, to, toOff + bound, toStep, n - bound);
    }

    private static void outputAdjoint4(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector a2 = FloatVector.broadcast(SPECIES, A2);
        FloatVector b2 = FloatVector.broadcast(SPECIES, B2);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, from, off + i);
            FloatVector y1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            FloatVector y2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector y3 = FloatVector.fromArray(SPECIES, from, off + 3 * step + i);
            FloatVector evenA = y0.add(a2.mul(y2));
            FloatVector oddA = y1.add(a2.mul(y3)).mul(A1);
            FloatVector evenB = y0.add(b2.mul(y2));
            FloatVector oddB = y1.add(b2.mul(y3)).mul(B1);
            y0.intoArray(to, toOff + i);
            evenA.add(oddA).intoArray(to, toOff + toStep + i);
            evenA.sub(oddA).intoArray(to, toOff + 2 * toStep + i);
            evenB.add(oddB).intoArray(to, toOff + 3 * toStep + i);
            evenB.sub(oddB).intoArray(to, toOff + 4 * toStep + i);
            y3.intoArray(to, toOff + 5 * toStep + i);
        }
        PlainTransforms.outputAdjoint4(from, off + bound, step, to, toOff + bound, toStep, n - bound);
    }

    private static void weightAdjoint4(float[] from, int off, int step, float[] to, int toOff, int toStep, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u1 = FloatVector.fromArray(SPECIES, from, off + step + i);
            FloatVector u2 = FloatVector.fromArray(SPECIES, from, off + 2 * step + i);
            FloatVector u3 = FloatVector.fromArray(SPECIES, from, off + 3 * step + i);
            FloatVector u4 = FloatVector.fromArray(SPECIES, from, off + 4 * step + i);
            FloatVector evenA = u1.add(u2).mul(G_A);
            FloatVector oddA = u1.sub(u2).mul(G_A);
            FloatVector evenB = u3.add(u4).mul(G_B);
            FloatVector oddB = u3.sub(u4).mul(G_B);
            FloatVector u0 = FloatVector.fromArray(SPECIES, from, off + i);
            u0.mul(G_0).add(evenA.add(evenB)).intoArray(to, toOff + i);
            oddA.mul(A1).add(oddB.mul(B1)).intoArray(to, toOff + toStep + i);
            FloatVector u5 = FloatVector.fromArray(SPECIES, from, off + 5 * step + i);
            u5.add(evenA.mul(A2).add(evenB.mul(B2))).intoArray(to, toOff + 2 * toStep + i);
        }
        PlainTransforms.weightAdjoint4(from, off + bound, step, to, toOff + bound, toStep, n - bound);
    }

    private static boolean finite(float[] x, int off, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, x, off + i);
            sum = sum.add(value.sub(value));
        }
        return sum.compare(VectorOperators.EQ, 0f).allTrue() && PlainTransforms.finite(x, off + bound, n - bound);
    }
}
