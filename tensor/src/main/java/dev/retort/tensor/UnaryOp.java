package dev.retort.tensor;

/** Elementwise functions of one floating tensor. The comment gives f(x); angles are radians, logarithms natural. */
public enum UnaryOp {
    /** -x */
    NEG,
    /** |x| */
    ABS,
    /** e^x */
    EXP,
    /** ln x; NaN below 0, minus infinity at 0 */
    LOG,
    /** ln(1 + x) */
    LOG1P,
    /** square root; NaN below 0 */
    SQRT,
    /** 1 / square root */
    RSQRT,
    /** x*x */
    SQUARE,
    /** 1/x */
    RECIPROCAL,
    /** sin x */
    SIN,
    /** cos x */
    COS,
    /** tanh x */
    TANH,
    /** 1/(1 + e^-x) */
    SIGMOID,
    /** max(x, 0); NaN stays NaN */
    RELU,
    /** error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x */
    ERF,
    /** x*Phi(x), Phi the standard normal distribution function (the exact form, by erf) */
    GELU,
    /** ln(1 + e^x), without overflow */
    SOFTPLUS,
    /** largest integer not above x */
    FLOOR,
    /** smallest integer not below x */
    CEIL,
    /** nearest integer, ties to even */
    ROUND,
    /** -1, 0 or 1 */
    SIGN
}
