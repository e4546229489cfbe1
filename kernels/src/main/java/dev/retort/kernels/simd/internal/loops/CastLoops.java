package dev.retort.kernels.simd.internal.loops;

import dev.retort.tensor.DType;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.HeapStorage;

/** The conversions that hot paths ask for: floats from and to integers and truth values. */
public final class CastLoops {
    private CastLoops() {}

    /** Whether there is a loop for this conversion. */
    public static boolean has(DType from, DType to) {
        return (from == DType.F32) != (to == DType.F32) && from != DType.F64 && to != DType.F64;
    }

    /** Converts elements [from, to). */
    public static void cast(Tensor x, Tensor y, int from, int to) {
        int in = HeapStorage.offset(x) + from;
        int out = HeapStorage.offset(y) + from;
        int n = to - from;
        Object source = HeapStorage.array(x);
        Object target = HeapStorage.array(y);
        if (source instanceof float[] floats) {
            if (target instanceof int[] ints) {
                toInts(floats, in, ints, out, n);
            } else if (target instanceof long[] longs) {
                toLongs(floats, in, longs, out, n);
            } else {
                toTruth(floats, in, (byte[]) target, out, n);
            }
        } else if (source instanceof int[] ints) {
            fromInts(ints, in, (float[]) target, out, n);
        } else if (source instanceof long[] longs) {
            fromLongs(longs, in, (float[]) target, out, n);
        } else {
            fromTruth((byte[]) source, in, (float[]) target, out, n);
        }
    }

    private static void toInts(float[] x, int xOff, int[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (int) x[xOff + i];
        }
    }

    private static void toLongs(float[] x, int xOff, long[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (long) x[xOff + i];
        }
    }

    private static void toTruth(float[] x, int xOff, byte[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (byte) (x[xOff + i] != 0f ? 1 : 0);
        }
    }

    private static void fromInts(int[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = x[xOff + i];
        }
    }

    private static void fromLongs(long[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = x[xOff + i];
        }
    }

    private static void fromTruth(byte[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = x[xOff + i];
        }
    }
}
