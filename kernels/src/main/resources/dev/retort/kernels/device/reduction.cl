// Reductions. An output is named by its place among the kept axes; `reduced` are the others, `count` elements in all. A work-item does
// `chunk` of them for one output, in order, so that a result depends on nothing but the shape; y is [chunks, outputs].

#define REDUCE(name, start, step, finish)                                                                              \
    KERNEL reduce_##name(                                                                                               \
            BY_VALUE Axes kept,                                                                                         \
            BY_VALUE Axes reduced,                                                                                      \
            int outputs,                                                                                                \
            int count,                                                                                                  \
            int chunk,                                                                                                  \
            GLOBAL const T* x,                                                                                          \
            int x0,                                                                                                     \
            GLOBAL T* y,                                                                                                \
            int y0,                                                                                                     \
            T divisor) {                                                                                                \
        int output = ITEM(0);                                                                                           \
        int first = ITEM(1) * chunk;                                                                                    \
        if (output < outputs && (first < count || first == 0)) {                                                        \
            int base = x0 + place_of(&kept, output);                                                                    \
            int end = count - first < chunk ? count : first + chunk;                                                    \
            T sum = start;                                                                                              \
            if (reduced.rank == 1) {                                                                                    \
                int stride = reduced.strides[0];                                                                        \
                for (int i = first; i < end; i++) {                                                                     \
                    T v = x[base + i * stride];                                                                         \
                    sum = step;                                                                                         \
                }                                                                                                       \
            } else {                                                                                                    \
                for (int i = first; i < end; i++) {                                                                     \
                    T v = x[base + place_of(&reduced, i)];                                                              \
                    sum = step;                                                                                         \
                }                                                                                                       \
            }                                                                                                           \
            y[y0 + ITEM(1) * outputs + output] = finish;                                                                \
        }                                                                                                               \
    }

#if IS_FLOATING
REDUCE(SUM, 0, sum + v, sum)
REDUCE(MEAN, 0, sum + v, sum / divisor)
// NaN wins, and 0 is larger than -0.
REDUCE(MAX, -INFINITY, sum != sum || sum > v || (sum == v && v == 0 && 1 / sum > 0) ? sum : v, sum)
REDUCE(MIN, INFINITY, sum != sum || sum < v || (sum == v && v == 0 && 1 / sum < 0) ? sum : v, sum)
#else
REDUCE(SUM, 0, (T) ((UNSIGNED_T) sum + (UNSIGNED_T) v), sum)
REDUCE(MAX, x[base], sum > v ? sum : v, sum)
REDUCE(MIN, x[base], sum < v ? sum : v, sum)
#endif

// The first extreme along the middle axis of x [outer, extent, inner]; the first NaN beats all.
#define ARG_REDUCE(name, beats)                                                                                        \
    KERNEL arg_##name(int outputs, int extent, int inner, GLOBAL const T* x, int x0, GLOBAL int64* y, int y0) {         \
        int output = ITEM(0);                                                                                           \
        if (output < outputs) {                                                                                         \
            int base = x0 + output / inner * extent * inner + output % inner;                                           \
            T best = x[base];                                                                                           \
            int place = 0;                                                                                              \
            for (int i = 1; i < extent; i++) {                                                                          \
                T v = x[base + i * inner];                                                                              \
                if (beats || (v != v && best == best)) {                                                                \
                    best = v;                                                                                           \
                    place = i;                                                                                          \
                }                                                                                                       \
            }                                                                                                           \
            y[y0 + output] = place;                                                                                     \
        }                                                                                                               \
    }

ARG_REDUCE(max, v > best)
ARG_REDUCE(min, v < best)

// Running sums along the middle axis of x [outer, extent, inner]; a work-item does one line.
KERNEL cumsum(int lines, int extent, int inner, GLOBAL const T* x, int x0, GLOBAL T* y, int y0) {
    int line = ITEM(0);
    if (line < lines) {
        int base = line / inner * extent * inner + line % inner;
        T sum = 0;
        for (int i = 0; i < extent; i++) {
#if IS_FLOATING
            sum += x[x0 + base + i * inner];
#else
            sum = (T) ((UNSIGNED_T) sum + (UNSIGNED_T) x[x0 + base + i * inner]);
#endif
            y[y0 + base + i * inner] = sum;
        }
    }
}
