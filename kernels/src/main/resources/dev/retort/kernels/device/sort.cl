// Stable order of the elements along the middle axis of x [outer, extent, inner]: a bitonic sort of places, in lines that are padded to a
// power of two with places that come last. Equal elements are ordered by place, so no two ever tie.

KERNEL sort_start(int padded, int lines, GLOBAL int* order, int order0) {
    int i = ITEM(0);
    int line = ITEM(1);
    if (i < padded && line < lines) {
        order[order0 + line * padded + i] = i;
    }
}

// Whether element i of a line comes before element j. NaN counts as the largest.
DEVICE int before(GLOBAL const T* line, int extent, int inner, int descending, int i, int j) {
    if (i >= extent || j >= extent) {
        return i < j;
    }
    T u = line[i * inner];
    T v = line[j * inner];
    int less = u < v || (u == u && v != v);
    int greater = u > v || (u != u && v == v);
    return less ? !descending : greater ? descending : i < j;
}

// One exchange of a merge of runs of `stage` elements, at distance `distance`.
KERNEL sort_step(
        int extent,
        int inner,
        int padded,
        int lines,
        int descending,
        int stage,
        int distance,
        GLOBAL const T* x,
        int x0,
        GLOBAL int* order,
        int order0) {
    int pair = ITEM(0);
    int line = ITEM(1);
    if (pair < padded / 2 && line < lines) {
        int low = 2 * pair - (pair & (distance - 1));
        GLOBAL int* places = order + order0 + line * padded + low;
        GLOBAL const T* values = x + x0 + line / inner * extent * inner + line % inner;
        int first = places[0];
        int second = places[distance];
        int rising = (low & stage) == 0;
        if (before(values, extent, inner, descending, second, first) == rising) {
            places[0] = second;
            places[distance] = first;
        }
    }
}

KERNEL sort_finish(
        int extent,
        int inner,
        int padded,
        int lines,
        GLOBAL const int* order,
        int order0,
        GLOBAL int64* y,
        int y0) {
    int i = ITEM(0);
    int line = ITEM(1);
    if (i < extent && line < lines) {
        y[y0 + (line / inner * extent + i) * inner + line % inner] = order[order0 + line * padded + i];
    }
}
