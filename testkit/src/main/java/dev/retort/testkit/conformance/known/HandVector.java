package dev.retort.testkit.conformance.known;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Operands and a result that were worked out by hand. Whole numbers are longs, exact in every type but BOOL, where 0 is false; a
 * floating type takes them as they are.
 */
final class HandVector {
    /** A dense tensor, row-major. */
    record Numbers(long[] values, int... extents) {
        Tensor upload(Backend ops, DType dtype) {
            Object array =
                    switch (dtype) {
                        case F32 -> {
                            float[] floats = new float[values.length];
                            for (int i = 0; i < floats.length; i++) {
                                floats[i] = values[i];
                            }
                            yield floats;
                        }
                        case F64 -> Arrays.stream(values).asDoubleStream().toArray();
                        case I32 -> Arrays.stream(values).mapToInt(v -> (int) v).toArray();
                        case I64 -> values;
                        case BOOL -> {
                            byte[] bytes = new byte[values.length];
                            for (int i = 0; i < bytes.length; i++) {
                                bytes[i] = (byte) (values[i] != 0 ? 1 : 0);
                            }
                            yield bytes;
                        }
                    };
            return ops.upload(array, Shape.of(extents), dtype);
        }

        private Exactly expected(DType dtype) {
            Object wanted =
                    switch (dtype) {
                        case F32, F64 -> Arrays.stream(values).asDoubleStream().toArray();
                        case I32, I64 -> values;
                        case BOOL ->
                            Arrays.stream(values).map(v -> v != 0 ? 1 : 0).toArray();
                    };
            return new Exactly(dtype, Shape.of(extents), wanted);
        }
    }

    private HandVector() {}

    static Numbers row(long... values) {
        return new Numbers(values, values.length);
    }

    /** The values, row-major, in a shape. */
    static Numbers shaped(int[] extents, long... values) {
        return new Numbers(values, extents);
    }

    /**
     * A case of each dtype.
     *
     * @param result the result's type, or null for that of the case
     * @param call makes the result out of a backend and the case's type
     */
    static void add(
            List<KnownCase> cases,
            Operation operation,
            String variant,
            List<DType> dtypes,
            DType result,
            Numbers expected,
            BiFunction<Backend, DType, Tensor> call) {
        for (DType dtype : dtypes) {
            cases.add(new KnownCase(
                    operation,
                    variant,
                    dtype,
                    ops -> call.apply(ops, dtype),
                    expected.expected(result == null ? dtype : result)));
        }
    }
}
