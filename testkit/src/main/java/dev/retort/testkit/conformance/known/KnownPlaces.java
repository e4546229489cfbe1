package dev.retort.testkit.conformance.known;

import static dev.retort.testkit.conformance.known.HandVector.row;
import static dev.retort.testkit.conformance.known.HandVector.shaped;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.testkit.conformance.known.HandVector.Numbers;
import java.util.List;

/** Selection and accumulation by indices of both types: along each axis, in any order, repeated, with fewer and with more places. */
final class KnownPlaces {
    private static final List<DType> ALL = List.of(DType.values());
    private static final List<DType> NUMBERS = List.of(DType.F32, DType.F64, DType.I32, DType.I64);
    private static final List<DType> I64 = List.of(DType.I64);
    private static final long BEYOND_DOUBLE = 9007199254740993L;
    /** 2 x 3 x 2: element [i, j, k] is 1 + 6i + 2j + k. */
    private static final Numbers CUBE = shaped(new int[] {2, 3, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    /** 2 x 2 x 2, places along the axis of extent 3. */
    private static final Numbers MIDDLE = shaped(new int[] {2, 2, 2}, 2, 0, 0, 1, 1, 1, 2, 0);

    private KnownPlaces() {}

    static void add(List<KnownCase> cases) {
        for (DType index : List.of(DType.I32, DType.I64)) {
            gather(cases, index, ALL, CUBE, 1, MIDDLE, shaped(new int[] {2, 2, 2}, 5, 2, 1, 4, 9, 10, 11, 8));
            gather(
                    cases,
                    index,
                    ALL,
                    CUBE,
                    0,
                    shaped(new int[] {1, 3, 2}, 1, 0, 0, 1, 1, 1),
                    shaped(new int[] {1, 3, 2}, 7, 2, 3, 10, 11, 12));
            gather(
                    cases,
                    index,
                    ALL,
                    CUBE,
                    -1,
                    shaped(new int[] {2, 2, 3}, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1),
                    shaped(new int[] {2, 2, 3}, 2, 2, 1, 3, 4, 3, 8, 7, 8, 9, 9, 10));
            gather(cases, index, ALL, row(1, 0, 0, 1), 0, row(3, 1, 1), row(1, 0, 0));
            gather(cases, index, I64, row(1, BEYOND_DOUBLE), 0, row(1, 0), row(BEYOND_DOUBLE, 1));

            scatterAdd(
                    cases,
                    index,
                    NUMBERS,
                    CUBE,
                    1,
                    MIDDLE,
                    shaped(new int[] {2, 2, 2}, 100, 200, 300, 400, 500, 600, 700, 800),
                    shaped(new int[] {2, 3, 2}, 301, 202, 3, 404, 105, 6, 7, 808, 509, 610, 711, 12));
            scatterAdd(cases, index, NUMBERS, row(1, 2, 3), 0, row(2, 2, 0, 2), row(10, 20, 30, 40), row(31, 2, 73));
            scatterAdd(
                    cases,
                    index,
                    I64,
                    row(BEYOND_DOUBLE - 1, 0),
                    0,
                    row(0, 0, 1),
                    row(1, 1, BEYOND_DOUBLE),
                    row(BEYOND_DOUBLE + 1, BEYOND_DOUBLE));

            Numbers slices = row(2, 0, 2);
            select(cases, index, CUBE, 1, slices, shaped(new int[] {2, 3, 2}, 5, 6, 1, 2, 5, 6, 11, 12, 7, 8, 11, 12));
            select(cases, index, CUBE, 0, row(1), shaped(new int[] {1, 3, 2}, 7, 8, 9, 10, 11, 12));
            indexAdd(
                    cases,
                    index,
                    NUMBERS,
                    CUBE,
                    1,
                    slices,
                    shaped(new int[] {2, 3, 2}, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120),
                    shaped(new int[] {2, 3, 2}, 31, 42, 3, 4, 65, 86, 97, 108, 9, 10, 191, 212));
            indexAdd(
                    cases,
                    index,
                    I64,
                    row(BEYOND_DOUBLE - 1, 0),
                    0,
                    row(0, 0, 1),
                    row(1, 1, BEYOND_DOUBLE),
                    row(BEYOND_DOUBLE + 1, BEYOND_DOUBLE));
        }
    }

    private static String variant(Numbers x, int axis, Numbers places, DType index) {
        return places.values().length + " of " + x.values().length + " along " + axis + " by " + index;
    }

    private static void gather(
            List<KnownCase> cases, DType index, List<DType> dtypes, Numbers x, int axis, Numbers places, Numbers y) {
        HandVector.add(
                cases,
                Operation.GATHER,
                variant(x, axis, places, index),
                dtypes,
                null,
                y,
                (ops, dtype) -> ops.gather(x.upload(ops, dtype), axis, places.upload(ops, index)));
    }

    private static void scatterAdd(
            List<KnownCase> cases,
            DType index,
            List<DType> dtypes,
            Numbers x,
            int axis,
            Numbers places,
            Numbers source,
            Numbers y) {
        HandVector.add(
                cases,
                Operation.SCATTER_ADD,
                variant(x, axis, places, index),
                dtypes,
                null,
                y,
                (ops, dtype) -> ops.scatterAdd(
                        x.upload(ops, dtype), axis, places.upload(ops, index), source.upload(ops, dtype)));
    }

    private static void select(List<KnownCase> cases, DType index, Numbers x, int axis, Numbers places, Numbers y) {
        HandVector.add(
                cases,
                Operation.INDEX_SELECT,
                variant(x, axis, places, index),
                ALL,
                null,
                y,
                (ops, dtype) -> ops.indexSelect(x.upload(ops, dtype), axis, places.upload(ops, index)));
    }

    private static void indexAdd(
            List<KnownCase> cases,
            DType index,
            List<DType> dtypes,
            Numbers x,
            int axis,
            Numbers places,
            Numbers source,
            Numbers y) {
        HandVector.add(
                cases,
                Operation.INDEX_ADD,
                variant(x, axis, places, index),
                dtypes,
                null,
                y,
                (ops, dtype) ->
                        ops.indexAdd(x.upload(ops, dtype), axis, places.upload(ops, index), source.upload(ops, dtype)));
    }
}
