// Arithmetic, comparison and choice with broadcasting. The operands are those of the walk; the result is dense.

#define BINARY(name, type, expression)                                                                            \
    KERNEL name(Walk walk, GLOBAL const T* a, int a0, GLOBAL const T* b, int b0, GLOBAL type* y, int y0) {         \
        int i = ITEM(0);                                                                                           \
        int row = ITEM(1);                                                                                         \
        if (i < walk.length && row < walk.rows) {                                                                  \
            T u = a[a0 + row_of(&walk, 0, row) + i * walk.step[0]];                                                \
            T v = b[b0 + row_of(&walk, 1, row) + i * walk.step[1]];                                                \
            y[y0 + row * walk.length + i] = expression;                                                            \
        }                                                                                                          \
    }

#if IS_FLOATING
BINARY(binary_ADD, T, u + v)
BINARY(binary_SUB, T, u - v)
BINARY(binary_MUL, T, u * v)
BINARY(binary_DIV, T, u / v)
BINARY(binary_POW, T, pow(u, v))
#elif IS_INTEGER
// Overflow wraps around, which C has for unsigned types only. Quotients are rounded down; the host has refused zero divisors.
DEVICE T quotient(T a, T b) {
    if (b == -1) {
        return (T) (0 - (UNSIGNED_T) a);
    }
    T q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

BINARY(binary_ADD, T, (T) ((UNSIGNED_T) u + (UNSIGNED_T) v))
BINARY(binary_SUB, T, (T) ((UNSIGNED_T) u - (UNSIGNED_T) v))
BINARY(binary_MUL, T, (T) ((UNSIGNED_T) u * (UNSIGNED_T) v))
BINARY(binary_DIV, T, quotient(u, v))
#endif

#if IS_FLOATING || IS_INTEGER
// NaN wins, and 0 is larger than -0.
#define LARGER(u, v) (u != u || u > v || (u == v && u == 0 && 1 / (float) u > 0) ? u : v)
#define SMALLER(u, v) (u != u || u < v || (u == v && u == 0 && 1 / (float) u < 0) ? u : v)
BINARY(binary_MAX, T, LARGER(u, v))
BINARY(binary_MIN, T, SMALLER(u, v))
BINARY(compare_LT, uchar, u < v)
BINARY(compare_LE, uchar, u <= v)
BINARY(compare_GT, uchar, u > v)
BINARY(compare_GE, uchar, u >= v)

// Below `below` becomes `low`, above `above` becomes `high`: different numbers for integers between fractional bounds. Of floating types
// the larger and then the smaller one.
KERNEL clamp_to(int n, GLOBAL const T* x, int x0, GLOBAL T* y, int y0, T below, T low, T above, T high) {
    int i = ITEM(0);
    if (i < n) {
        T v = x[x0 + i];
#if IS_FLOATING
        T u = LARGER(v, low);
        y[y0 + i] = SMALLER(u, high);
#else
        y[y0 + i] = v < below ? low : v > above ? high : v;
#endif
    }
}
#else
BINARY(logical_AND, uchar, u & v)
BINARY(logical_OR, uchar, u | v)
BINARY(logical_XOR, uchar, u ^ v)
#endif

BINARY(compare_EQ, uchar, u == v)
BINARY(compare_NE, uchar, u != v)

// Operand 0 is the condition, 1 and 2 are a and b.
KERNEL choose(
        Walk walk,
        GLOBAL const uchar* condition,
        int condition0,
        GLOBAL const T* a,
        int a0,
        GLOBAL const T* b,
        int b0,
        GLOBAL T* y,
        int y0) {
    int i = ITEM(0);
    int row = ITEM(1);
    if (i < walk.length && row < walk.rows) {
        int first = condition[condition0 + row_of(&walk, 0, row) + i * walk.step[0]];
        y[y0 + row * walk.length + i] = first ? a[a0 + row_of(&walk, 1, row) + i * walk.step[1]]
                                              : b[b0 + row_of(&walk, 2, row) + i * walk.step[2]];
    }
}
