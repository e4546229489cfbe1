// Functions of one floating tensor, element by element; x and y are dense.

#define UNARY(name, expression)                                                      \
    KERNEL unary_##name(int n, GLOBAL const T* x, int x0, GLOBAL T* y, int y0) {      \
        int i = ITEM(0);                                                              \
        if (i < n) {                                                                  \
            T v = x[x0 + i];                                                          \
            y[y0 + i] = expression;                                                   \
        }                                                                             \
    }

// max(v, 0) with NaN kept.
#define POSITIVE(v) ((v) <= 0 ? 0 : (v))

UNARY(NEG, -v)
UNARY(ABS, fabs(v))
UNARY(EXP, exp(v))
UNARY(LOG, log(v))
UNARY(LOG1P, log1p(v))
UNARY(SQRT, sqrt(v))
UNARY(RSQRT, 1 / sqrt(v))
UNARY(SQUARE, v * v)
UNARY(RECIPROCAL, 1 / v)
UNARY(SIN, sin(v))
UNARY(COS, cos(v))
UNARY(TANH, tanh(v))
UNARY(SIGMOID, 1 / (1 + exp(-v)))
UNARY(RELU, POSITIVE(v))
UNARY(ERF, erf(v))
UNARY(GELU, v * (T) 0.5f * erfc(-v * (T) 0.70710678118654752440))
UNARY(SOFTPLUS, POSITIVE(v) + log1p(exp(-fabs(v))))
UNARY(FLOOR, floor(v))
UNARY(CEIL, ceil(v))
UNARY(ROUND, rint(v))
UNARY(SIGN, v > 0 ? 1 : v < 0 ? -1 : v)

// Gradient of ReLU from its output: g where y > 0, else 0.
KERNEL relu_gradient(int n, GLOBAL const T* y, int y0, GLOBAL const T* g, int g0, GLOBAL T* dx, int dx0) {
    int i = ITEM(0);
    if (i < n) {
        dx[dx0 + i] = y[y0 + i] > 0 ? g[g0 + i] : 0;
    }
}
