// Softmax and layer norm over the last axis: a group of work-items does a row. Every work-item adds up its own elements, then the group
// adds these up in a tree: one order, whatever the device.
#define ITEMS 64

// Combines what each work-item has in `value`; all of them get the result. The expression is of a and b.
#define COMBINE(value, expression)                           \
    scratch[me] = value;                                     \
    BARRIER();                                               \
    for (int reach = ITEMS / 2; reach > 0; reach /= 2) {        \
        if (me < reach) {                                     \
            T a = scratch[me];                               \
            T b = scratch[me + reach];                        \
            scratch[me] = expression;                        \
        }                                                    \
        BARRIER();                                           \
    }                                                        \
    value = scratch[0];                                      \
    BARRIER();

#define FOR_OWN(i) for (int i = me; i < columns; i += ITEMS)

KERNEL softmax(int columns, GLOBAL const T* x, int x0, GLOBAL T* y, int y0) {
    LOCAL T scratch[ITEMS];
    int me = LOCAL_ITEM(0);
    GLOBAL const T* row = x + x0 + GROUP(0) * columns;
    GLOBAL T* out = y + y0 + GROUP(0) * columns;
    T most = -INFINITY;
    FOR_OWN(i) {
        most = most != most || most > row[i] ? most : row[i];
    }
    COMBINE(most, a != a || a > b ? a : b)
    T sum = 0;
    FOR_OWN(i) {
        T e = exp(row[i] - most);
        out[i] = e;
        sum += e;
    }
    COMBINE(sum, a + b)
    FOR_OWN(i) {
        out[i] /= sum;
    }
}

KERNEL log_softmax(int columns, GLOBAL const T* x, int x0, GLOBAL T* y, int y0) {
    LOCAL T scratch[ITEMS];
    int me = LOCAL_ITEM(0);
    GLOBAL const T* row = x + x0 + GROUP(0) * columns;
    GLOBAL T* out = y + y0 + GROUP(0) * columns;
    T most = -INFINITY;
    FOR_OWN(i) {
        most = most != most || most > row[i] ? most : row[i];
    }
    COMBINE(most, a != a || a > b ? a : b)
    T sum = 0;
    FOR_OWN(i) {
        sum += exp(row[i] - most);
    }
    COMBINE(sum, a + b)
    sum = log(sum);
    FOR_OWN(i) {
        out[i] = row[i] - most - sum;
    }
}

// dx = y*(g - sum(g*y)).
KERNEL softmax_gradient(
        int columns, GLOBAL const T* y, int y0, GLOBAL const T* g, int g0, GLOBAL T* dx, int dx0) {
    LOCAL T scratch[ITEMS];
    int me = LOCAL_ITEM(0);
    GLOBAL const T* row = y + y0 + GROUP(0) * columns;
    GLOBAL const T* gradient = g + g0 + GROUP(0) * columns;
    T sum = 0;
    FOR_OWN(i) {
        sum += gradient[i] * row[i];
    }
    COMBINE(sum, a + b)
    FOR_OWN(i) {
        dx[dx0 + GROUP(0) * columns + i] = row[i] * (gradient[i] - sum);
    }
}

// Mean and 1/sqrt(variance + eps) of a row, as all its work-items know them.
#define STATISTICS                                           \
    T mean = 0;                                              \
    FOR_OWN(i) {                                             \
        mean += row[i];                                      \
    }                                                        \
    COMBINE(mean, a + b)                                     \
    mean /= columns;                                         \
    T inverse = 0;                                           \
    FOR_OWN(i) {                                             \
        inverse += (row[i] - mean) * (row[i] - mean);        \
    }                                                        \
    COMBINE(inverse, a + b)                                  \
    inverse = 1 / sqrt(inverse / columns + eps);

// (x - mean)*inverse*gamma + beta; the flags say which vectors there are.
KERNEL layer_norm(
        int columns,
        T eps,
        int has_gamma,
        int has_beta,
        GLOBAL const T* x,
        int x0,
        GLOBAL const T* gamma,
        int gamma0,
        GLOBAL const T* beta,
        int beta0,
        GLOBAL T* y,
        int y0) {
    LOCAL T scratch[ITEMS];
    int me = LOCAL_ITEM(0);
    GLOBAL const T* row = x + x0 + GROUP(0) * columns;
    STATISTICS
    FOR_OWN(i) {
        T v = (row[i] - mean) * inverse;
        if (has_gamma) {
            v *= gamma[gamma0 + i];
        }
        if (has_beta) {
            v += beta[beta0 + i];
        }
        y[y0 + GROUP(0) * columns + i] = v;
    }
}

// With n the normalised row and s = g*gamma: dx = inverse*(s - mean(s) - n*mean(s*n)), and g*n, whose columns add up to gamma's gradient.
KERNEL layer_norm_gradient(
        int columns,
        T eps,
        int has_gamma,
        GLOBAL const T* x,
        int x0,
        GLOBAL const T* gamma,
        int gamma0,
        GLOBAL const T* g,
        int g0,
        GLOBAL T* dx,
        int dx0,
        GLOBAL T* gn,
        int gn0) {
    LOCAL T scratch[ITEMS];
    int me = LOCAL_ITEM(0);
    int first = GROUP(0) * columns;
    GLOBAL const T* row = x + x0 + first;
    GLOBAL const T* gradient = g + g0 + first;
    STATISTICS
    T sum = 0;
    T along = 0;
    FOR_OWN(i) {
        T s = has_gamma ? gradient[i] * gamma[gamma0 + i] : gradient[i];
        sum += s;
        along += s * ((row[i] - mean) * inverse);
    }
    COMBINE(sum, a + b)
    COMBINE(along, a + b)
    sum /= columns;
    along /= columns;
    FOR_OWN(i) {
        T s = has_gamma ? gradient[i] * gamma[gamma0 + i] : gradient[i];
        T n = (row[i] - mean) * inverse;
        dx[dx0 + first + i] = inverse * (s - sum - n * along);
        gn[gn0 + first + i] = gradient[i] * n;
    }
}
