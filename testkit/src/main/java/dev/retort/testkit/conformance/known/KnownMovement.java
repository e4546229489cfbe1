package dev.retort.testkit.conformance.known;

import static dev.retort.testkit.conformance.known.HandVector.row;
import static dev.retort.testkit.conformance.known.HandVector.shaped;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.conformance.known.HandVector.Numbers;
import java.util.List;
import java.util.function.BiFunction;

/** Movement in every type, and conversion between types. */
final class KnownMovement {
    private static final List<DType> ALL = List.of(DType.values());
    private static final long BEYOND_FLOAT = 16777217;
    private static final long BEYOND_DOUBLE = 9007199254740993L;
    /** 2 x 3 x 2: element [i, j, k] is 1 + 6i + 2j + k. */
    private static final Numbers CUBE = shaped(new int[] {2, 3, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);

    private KnownMovement() {}

    static void add(List<KnownCase> cases) {
        move(
                cases,
                Operation.PERMUTE,
                shaped(new int[] {2, 2, 3}, 1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12),
                (ops, dtype) -> ops.permute(CUBE.upload(ops, dtype), new int[] {2, 0, 1}));
        move(
                cases,
                Operation.NARROW,
                shaped(new int[] {1, 3, 2}, 7, 8, 9, 10, 11, 12),
                (ops, dtype) -> ops.narrow(CUBE.upload(ops, dtype), 1, 1));
        move(
                cases,
                Operation.PAD,
                shaped(new int[] {3, 5}, 9, 1, 0, 9, 9, 9, 0, 4, 9, 9, 9, 9, 9, 9, 9),
                (ops, dtype) -> ops.pad(
                        shaped(new int[] {2, 2}, 1, 0, 0, 4).upload(ops, dtype),
                        new int[] {0, 1},
                        new int[] {1, 2},
                        9));
        int[] starts = {0, 0, 1};
        int[] steps = {1, 2, 1};
        move(
                cases,
                Operation.SLICE,
                shaped(new int[] {2, 2, 1}, 2, 6, 8, 12),
                (ops, dtype) -> ops.slice(CUBE.upload(ops, dtype), starts, new int[] {2, 3, 2}, steps));
        move(
                cases,
                Operation.SLICE_GRADIENT,
                shaped(new int[] {2, 3, 2}, 0, 1, 0, 0, 0, 2, 0, 3, 0, 0, 0, 4),
                (ops, dtype) -> ops.sliceGradient(
                        shaped(new int[] {2, 2, 1}, 1, 2, 3, 4).upload(ops, dtype), Shape.of(2, 3, 2), starts, steps));
        move(
                cases,
                Operation.CONCAT,
                shaped(new int[] {2, 3}, 1, 3, 0, 0, 5, 6),
                (ops, dtype) -> ops.concat(
                        1,
                        shaped(new int[] {2, 1}, 1, 0).upload(ops, dtype),
                        shaped(new int[] {2, 2}, 3, 0, 5, 6).upload(ops, dtype)));
        move(
                cases,
                Operation.BROADCAST_TO,
                shaped(new int[] {2, 2, 3}, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0),
                (ops, dtype) -> ops.broadcastTo(shaped(new int[] {2, 1}, 1, 0).upload(ops, dtype), Shape.of(2, 2, 3)));
        conversions(cases);
    }

    private static void move(
            List<KnownCase> cases, Operation operation, Numbers expected, BiFunction<Backend, DType, Tensor> call) {
        HandVector.add(cases, operation, "of " + expected.values().length, ALL, null, expected, call);
    }

    /** Each case runs in the type that is converted. */
    private static void conversions(List<KnownCase> cases) {
        for (DType floating : List.of(DType.F32, DType.F64)) {
            for (DType integer : List.of(DType.I32, DType.I64)) {
                // Towards zero.
                HandVector.add(
                        cases,
                        Operation.CAST,
                        "to " + integer,
                        List.of(floating),
                        integer,
                        row(2, -2, 0, 0, 1048577),
                        (ops, dtype) -> ops.cast(
                                ops.tensor(new double[] {2.75, -2.75, 0.5, -0.5, 1048577.5}, Shape.of(5), dtype),
                                integer));
            }
            cast(cases, floating, DType.I64, row(3000000000L, -3000000000L), row(3000000000L, -3000000000L));
        }
        cast(cases, DType.I32, DType.F32, row(BEYOND_FLOAT, -5), row(BEYOND_FLOAT - 1, -5));
        cast(cases, DType.I32, DType.F64, row(BEYOND_FLOAT, -2147483648L), row(BEYOND_FLOAT, -2147483648L));
        cast(cases, DType.I32, DType.I64, row(2147483647L, -2147483648L), row(2147483647L, -2147483648L));
        cast(cases, DType.I64, DType.F64, row(BEYOND_DOUBLE, -7), row(BEYOND_DOUBLE - 1, -7));
        cast(cases, DType.I64, DType.I32, row(BEYOND_FLOAT, -2147483648L), row(BEYOND_FLOAT, -2147483648L));
        for (DType dtype : List.of(DType.F32, DType.F64, DType.I32, DType.I64)) {
            cast(cases, dtype, DType.BOOL, row(0, 1, -3, 256), row(0, 1, 1, 1));
            cast(cases, DType.BOOL, dtype, row(0, 1, 1), row(0, 1, 1));
        }
    }

    private static void cast(List<KnownCase> cases, DType from, DType to, Numbers x, Numbers expected) {
        HandVector.add(
                cases,
                Operation.CAST,
                x.values().length + " to " + to,
                List.of(from),
                to,
                expected,
                (ops, dtype) -> ops.cast(x.upload(ops, dtype), to));
    }
}
