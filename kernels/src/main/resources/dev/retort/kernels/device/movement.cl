// Movement of elements of any type, and conversion between types.

KERNEL fill(int n, GLOBAL T* y, int y0, T value) {
    int i = ITEM(0);
    if (i < n) {
        y[y0 + i] = value;
    }
}

// Operand 0 is x, operand 1 is y.
KERNEL copy(Walk walk, GLOBAL const T* x, int x0, GLOBAL T* y, int y0) {
    int i = ITEM(0);
    int row = ITEM(1);
    if (i < walk.length && row < walk.rows) {
        y[y0 + row_of(&walk, 1, row) + i * walk.step[1]] = x[x0 + row_of(&walk, 0, row) + i * walk.step[0]];
    }
}

// To an integer type towards zero; what lies outside becomes its nearest bound, NaN becomes 0.
#define TRUNCATE(type, v, low, high) ((v) != (v) ? 0 : (v) >= (high) ? ~(low) : (v) <= -(high) ? (low) : (type) (v))

#define CONVERT(name, type, expression)                                                         \
    KERNEL convert_##name(int n, GLOBAL const T* x, int x0, GLOBAL type* y, int y0) {            \
        int i = ITEM(0);                                                                         \
        if (i < n) {                                                                             \
            T v = x[x0 + i];                                                                     \
            y[y0 + i] = expression;                                                              \
        }                                                                                        \
    }

CONVERT(F32, float, (float) v)
#ifdef HAS_DOUBLE
CONVERT(F64, double, (double) v)
#endif
#if IS_FLOATING
CONVERT(I32, int, TRUNCATE(int, v, (int) 0x80000000, (T) 2147483648.0f))
CONVERT(I64, int64, TRUNCATE(int64, v, (int64) 0x8000000000000000, (T) 9223372036854775808.0f))
#else
CONVERT(I32, int, (int) v)
CONVERT(I64, int64, (int64) v)
#endif
CONVERT(BOOL, uchar, v != 0)
