package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.lang.reflect.Array;
import java.util.Arrays;

/**
 * The elements of a tensor brought home, to be edited.
 *
 * @param array float[], double[], int[], long[] or byte[], as the dtype has it; nobody else's
 */
record Values(Shape shape, DType dtype, Object array) {
    static Values of(Backend backend, Tensor x) {
        Values values = zeros(x.shape(), x.dtype());
        backend.download(x, values.array);
        return values;
    }

    static Values zeros(Shape shape, DType dtype) {
        int size = Math.toIntExact(shape.size());
        Object array =
                switch (dtype) {
                    case F32 -> new float[size];
                    case F64 -> new double[size];
                    case I32 -> new int[size];
                    case I64 -> new long[size];
                    case BOOL -> new byte[size];
                };
        return new Values(shape, dtype, array);
    }

    int size() {
        return Array.getLength(array);
    }

    double get(int i) {
        return ((Number) Array.get(array, i)).doubleValue();
    }

    long getLong(int i) {
        return ((Number) Array.get(array, i)).longValue();
    }

    /** Rounded to the dtype; truth values by value != 0. */
    void set(int i, double value) {
        switch (dtype) {
            case F32 -> ((float[]) array)[i] = (float) value;
            case F64 -> ((double[]) array)[i] = value;
            case I32 -> ((int[]) array)[i] = (int) value;
            case I64 -> ((long[]) array)[i] = (long) value;
            case BOOL -> ((byte[]) array)[i] = (byte) (value != 0 ? 1 : 0);
        }
    }

    void setLong(int i, long value) {
        Array.set(array, i, dtype == DType.I32 ? (Object) (int) value : (Object) value);
    }

    /** Element i becomes element j of {@code from}, of the same dtype. */
    void take(int i, Values from, int j) {
        Array.set(array, i, Array.get(from.array, j));
    }

    Values copy() {
        Values copy = zeros(shape, dtype);
        System.arraycopy(array, 0, copy.array, 0, size());
        return copy;
    }

    /** A new tensor of these elements. */
    Tensor upload(Backend backend) {
        return backend.upload(array, shape, dtype);
    }

    boolean sameBits(Values other) {
        return shape.equals(other.shape)
                && dtype == other.dtype
                && Arrays.deepEquals(new Object[] {array}, new Object[] {other.array});
    }
}
