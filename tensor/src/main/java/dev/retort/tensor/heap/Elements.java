package dev.retort.tensor.heap;

import dev.retort.tensor.Tensor;

/**
 * The elements of a heap tensor one by one, whatever the dtype: for code that is to be read rather than to be fast. A value
 * is rounded to the dtype when it is set. Integers pass through {@link #getLong} and {@link #setLong} unharmed.
 */
public interface Elements {
    /** Element i in row-major order; BOOL as 0 or 1. */
    double get(int i);

    /** Floating to integer towards zero; BOOL by value != 0. */
    void set(int i, double value);

    default long getLong(int i) {
        return (long) get(i);
    }

    default void setLong(int i, long value) {
        set(i, value);
    }

    /** The elements of a tensor of a heap backend. */
    static Elements of(Tensor x) {
        int offset = HeapStorage.offset(x);
        Object array = HeapStorage.array(x);
        return switch (x.dtype()) {
            case F32 -> new Floats((float[]) array, offset);
            case F64 -> new Doubles((double[]) array, offset);
            case I32 -> new Ints((int[]) array, offset);
            case I64 -> new Longs((long[]) array, offset);
            case BOOL -> new Bools((byte[]) array, offset);
        };
    }

    /** F32 elements. */
    record Floats(float[] array, int offset) implements Elements {
        @Override
        public double get(int i) {
            return array[offset + i];
        }

        @Override
        public void set(int i, double value) {
            array[offset + i] = (float) value;
        }
    }

    /** F64 elements. */
    record Doubles(double[] array, int offset) implements Elements {
        @Override
        public double get(int i) {
            return array[offset + i];
        }

        @Override
        public void set(int i, double value) {
            array[offset + i] = value;
        }
    }

    /** I32 elements. */
    record Ints(int[] array, int offset) implements Elements {
        @Override
        public double get(int i) {
            return array[offset + i];
        }

        @Override
        public void set(int i, double value) {
            array[offset + i] = (int) value;
        }

        /** Keeps the low 32 bits, as integer arithmetic does. */
        @Override
        public void setLong(int i, long value) {
            array[offset + i] = (int) value;
        }
    }

    /** I64 elements; get and set lose bits beyond 2^53, getLong and setLong do not. */
    record Longs(long[] array, int offset) implements Elements {
        @Override
        public double get(int i) {
            return array[offset + i];
        }

        @Override
        public void set(int i, double value) {
            array[offset + i] = (long) value;
        }

        @Override
        public long getLong(int i) {
            return array[offset + i];
        }

        @Override
        public void setLong(int i, long value) {
            array[offset + i] = value;
        }
    }

    /** BOOL elements. */
    record Bools(byte[] array, int offset) implements Elements {
        @Override
        public double get(int i) {
            return array[offset + i];
        }

        @Override
        public void set(int i, double value) {
            array[offset + i] = (byte) (value != 0 ? 1 : 0);
        }
    }
}
