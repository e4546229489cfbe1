package dev.retort.tensor.reference;

/**
 * erf and erfc in float64. Below |x| = 1 by the series erf x = 2/sqrt(pi) e^(-x^2) sum_n 2^n x^(2n+1)/(2n+1)!! (Abramowitz
 * and Stegun 7.1.6, all terms positive); above by Laplace's continued fraction sqrt(pi) e^(x^2) erfc x =
 * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))) (7.1.14). The relative error of erf is a few units in the last place;
 * that of erfc is the error of e^(-x^2), about x^2 units.
 */
final class ErrorFunction {
    private ErrorFunction() {}

    /** 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
    static double erf(double x) {
        if (Math.abs(x) < 1) {
            return series(x);
        }
        return x > 0 ? 1 - fraction(x) : fraction(-x) - 1;
    }

    /** 1 - erf x, without cancellation for large x. */
    static double erfc(double x) {
        if (Math.abs(x) < 1) {
            return 1 - series(x);
        }
        return x > 0 ? fraction(x) : 2 - fraction(-x);
    }

    private static double series(double x) {
        double sum = 0;
        double term = x;
        for (int n = 0; sum + term != sum; n++) {
            sum += term;
            term *= 2 * x * x / (2 * n + 3);
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** erfc of x >= 1; the deeper the fraction is begun, the closer: 200/x^2 + 20 terms are enough for float64. */
    private static double fraction(double x) {
        if (x > 27) {
            return 0;
        }
        int terms = (int) (200 / (x * x)) + 20;
        double tail = x;
        for (int n = terms; n >= 1; n--) {
            tail = x + 0.5 * n / tail;
        }
        return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
    }
}
