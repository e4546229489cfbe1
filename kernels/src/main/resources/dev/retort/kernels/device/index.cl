// Selection and accumulation by index. Indices are int and lie inside, which the host has checked.

// y [outer, count, inner] = the slices of x [outer, extent, inner] that the index names.
KERNEL index_select(
        int size,
        int extent,
        int count,
        int inner,
        GLOBAL const T* x,
        int x0,
        GLOBAL const int* index,
        int index0,
        GLOBAL T* y,
        int y0) {
    int i = ITEM(0);
    if (i < size) {
        int slice = i / inner;
        int from = slice / count * extent + index[index0 + slice % count];
        y[y0 + i] = x[x0 + from * inner + i % inner];
    }
}

// Index and y are dense and alike; `axes` reads x in their shape, without the axis along which it is looked up, where x has `stride`.
KERNEL gather(
        int size,
        BY_VALUE Axes axes,
        int stride,
        GLOBAL const T* x,
        int x0,
        GLOBAL const int* index,
        int index0,
        GLOBAL T* y,
        int y0) {
    int i = ITEM(0);
    if (i < size) {
        y[y0 + i] = x[x0 + place_of(&axes, i) + index[index0 + i] * stride];
    }
}

#if IS_FLOATING || IS_INTEGER
#if IS_FLOATING
#define PLUS(a, b) ((a) + (b))
#else
#define PLUS(a, b) ((T) ((UNSIGNED_T) (a) + (UNSIGNED_T) (b)))
#endif

// The first place of `order` at which the index, read `step` apart, is at least `wanted`.
DEVICE int first_of(GLOBAL const int* index, int step, GLOBAL const int* order, int count, int wanted) {
    int low = 0;
    int high = count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (index[order[middle] * step] < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// y = x [outer, extent, inner] plus the slices of source [outer, count, inner] at the places that the index names. `order` sorts the
// index, stably, so every sum has one order and no two work-items meet.
KERNEL index_add(
        int size,
        int extent,
        int count,
        int inner,
        GLOBAL const T* x,
        int x0,
        GLOBAL const int* index,
        int index0,
        GLOBAL const int* order,
        int order0,
        GLOBAL const T* source,
        int source0,
        GLOBAL T* y,
        int y0) {
    int i = ITEM(0);
    if (i < size) {
        int slice = i / inner;
        int wanted = slice % extent;
        int base = source0 + slice / extent * count * inner + i % inner;
        T sum = x[x0 + i];
        for (int k = first_of(index + index0, 1, order + order0, count, wanted); k < count; k++) {
            int from = order[order0 + k];
            if (index[index0 + from] != wanted) {
                break;
            }
            sum = PLUS(sum, source[base + from * inner]);
        }
        y[y0 + i] = sum;
    }
}

// y = x plus each element of source at the place that the index, of its shape, names along `axis`. `axes` has x's extents and the
// index's strides; `limits` are the index's extents, `inner` its stride along the axis. `order` sorts the index line by line.
KERNEL scatter_add(
        int size,
        BY_VALUE Axes axes,
        BY_VALUE Axes limits,
        int axis,
        int count,
        int inner,
        int padded,
        GLOBAL const T* x,
        int x0,
        GLOBAL const int* index,
        int index0,
        GLOBAL const int* order,
        int order0,
        GLOBAL const T* source,
        int source0,
        GLOBAL T* y,
        int y0) {
    int i = ITEM(0);
    if (i < size) {
        int rest = i;
        int wanted = 0;
        int base = 0;
        int inside = 1;
        for (int d = axes.rank - 1; d >= 0; d--) {
            int above = rest / axes.extents[d];
            int coordinate = rest - above * axes.extents[d];
            rest = above;
            if (d == axis) {
                wanted = coordinate;
            } else {
                inside = inside && coordinate < limits.extents[d];
                base += coordinate * axes.strides[d];
            }
        }
        T sum = x[x0 + i];
        if (inside) {
            GLOBAL const int* places = order + order0 + (base / (count * inner) * inner + base % inner) * padded;
            GLOBAL const int* line = index + index0 + base;
            for (int k = first_of(line, inner, places, count, wanted); k < count; k++) {
                int from = places[k] * inner;
                if (line[from] != wanted) {
                    break;
                }
                sum = PLUS(sum, source[source0 + base + from]);
            }
        }
        y[y0 + i] = sum;
    }
}
#endif
