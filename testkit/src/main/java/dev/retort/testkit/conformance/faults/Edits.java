package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;

/** Changes of values that several kinds of faults share. */
final class Edits {
    private Edits() {}

    static void zeroLast(Values v, Call call) {
        if (v.size() > 0) {
            v.set(v.size() - 1, 0);
        }
    }

    static void doubleFirst(Values v, Call call) {
        if (v.size() > 0 && v.dtype() != DType.BOOL) {
            v.set(0, 2 * v.get(0));
        }
    }

    /** Reads an array laid out as [.., a, b] as though it were [.., b, a] transposed. */
    static void swapStrides(Values v, Call call) {
        Shape shape = v.shape();
        if (shape.rank() < 2) {
            return;
        }
        int rows = shape.dim(-2);
        int columns = shape.dim(-1);
        Values from = v.copy();
        for (int i = 0; i < v.size(); i++) {
            int column = i % columns;
            int row = i / columns % rows;
            int block = i / (rows * columns) * rows * columns;
            v.take(i, from, block + column * rows + row);
        }
    }

    /** Through float; other types are left alone. */
    static void throughFloat(Values v, Call call) {
        for (int i = 0; v.dtype() == DType.F64 && i < v.size(); i++) {
            v.set(i, (float) v.get(i));
        }
    }

    static void throughInt(Values v, Call call) {
        for (int i = 0; v.dtype() == DType.I64 && i < v.size(); i++) {
            v.setLong(i, (int) v.getLong(i));
        }
    }

    static void throughDouble(Values v, Call call) {
        for (int i = 0; v.dtype() == DType.I64 && i < v.size(); i++) {
            v.setLong(i, (long) (double) v.getLong(i));
        }
    }

    static void intThroughFloat(Values v, Call call) {
        for (int i = 0; v.dtype() == DType.I32 && i < v.size(); i++) {
            v.setLong(i, (int) (float) v.getLong(i));
        }
    }

    /** F32 to eleven bits of mantissa, nearest; zeros, NaN and infinity stay. */
    static void elevenBits(Values v, Call call) {
        if (v.dtype() == DType.F32) {
            float[] array = (float[]) v.array();
            for (int i = 0; i < array.length; i++) {
                int bits = Float.floatToIntBits(array[i]) + 0x1000 & ~0x1FFF;
                array[i] = Float.isFinite(array[i]) ? Float.intBitsToFloat(bits) : array[i];
            }
        }
    }

    /** Larger by 32 units of roundoff. */
    static void sloppy(Values v, Call call) {
        double unit = v.dtype() == DType.F32 ? 0x1p-24 : 0x1p-53;
        for (int i = 0; v.dtype().isFloating() && i < v.size(); i++) {
            v.set(i, v.get(i) * (1 + 32 * unit));
        }
    }

    static void invert(Values v, Call call) {
        for (int i = 0; i < v.size(); i++) {
            v.set(i, v.get(i) == 0 ? 1 : 0);
        }
    }
}
