package dev.retort.testkit.conformance.known;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Elementary functions to 40 digits and more, out of +, -, *, / and square roots of {@link BigDecimal}: values that owe nothing to any
 * backend, nor to the formulas and libraries that backends use. Arguments are any numbers of a floating type.
 */
final class ExactMath {
    /** Digits to work with; what the steps below lose leaves more than 40. */
    private static final int DIGITS = 60;

    private static final MathContext WORK = new MathContext(DIGITS, RoundingMode.HALF_EVEN);
    private static final BigDecimal ONE = BigDecimal.ONE;
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    /** Beyond, e^x and e^-x are outside every floating type. */
    private static final BigDecimal EXP_LIMIT = BigDecimal.valueOf(5000);
    /** Below, the terms written down are enough for 40 digits; above, subtracting from 1 loses no more than 12. */
    private static final BigDecimal TINY = new BigDecimal("1e-12");
    /** Beyond, erf is 1 and erfc 0 in every floating type. */
    private static final int ERF_LIMIT = 30;
    /** Digits of pi: as many as the largest double has before its point, and those to work with. */
    private static final int PI_DIGITS = 320 + DIGITS;

    private static final MathContext WIDE = new MathContext(PI_DIGITS);
    private static final BigDecimal PI = pi();
    private static final BigDecimal QUARTER_TURN = PI.divide(TWO);
    private static final BigDecimal ROOT_PI = PI.sqrt(WIDE);
    private static final BigDecimal ROOT_TWO = TWO.sqrt(WIDE);

    private ExactMath() {}

    /** e^x, as the 2^k-th power of the Taylor series at x/2^k. */
    static BigDecimal exp(BigDecimal x) {
        BigDecimal bounded = x.min(EXP_LIMIT).max(EXP_LIMIT.negate());
        int halvings = 0;
        BigDecimal small = bounded;
        while (small.abs().compareTo(new BigDecimal("0.001")) > 0) {
            small = small.divide(TWO, WORK);
            halvings++;
        }
        BigDecimal term = ONE;
        BigDecimal sum = ONE;
        for (int n = 1; matters(term, sum, DIGITS); n++) {
            term = term.multiply(small, WORK).divide(BigDecimal.valueOf(n), WORK);
            sum = sum.add(term, WORK);
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum, WORK);
        }
        return sum;
    }

    /** ln x of x > 0: three steps of Halley's method on e^y = x, each of which triples the digits, from a double. */
    static BigDecimal log(BigDecimal x) {
        if (x.compareTo(ONE) == 0) {
            return BigDecimal.ZERO;
        }
        // x = m 10^k, so that x may lie outside the doubles.
        int k = x.precision() - x.scale();
        double guess = Math.log(x.movePointLeft(k).doubleValue()) + k * Math.log(10);
        BigDecimal y = new BigDecimal(guess);
        for (int step = 0; step < 3; step++) {
            BigDecimal e = exp(y);
            BigDecimal correction = x.subtract(e, WORK).divide(x.add(e, WORK), WORK);
            y = y.add(correction.multiply(TWO), WORK);
        }
        return y;
    }

    /** ln(1 + x) of x > -1. */
    static BigDecimal log1p(BigDecimal x) {
        if (x.abs().compareTo(TINY) < 0) {
            return series(
                    x, ONE, new BigDecimal("-0.5"), ONE.divide(BigDecimal.valueOf(3), WORK), new BigDecimal("-0.25"));
        }
        return log(x.add(ONE, WORK));
    }

    /** sin x, by the Taylor series of x less a multiple of pi/2. */
    static BigDecimal sin(BigDecimal x) {
        return sinOfQuarters(x, 0);
    }

    /** cos x = sin(x + pi/2). */
    static BigDecimal cos(BigDecimal x) {
        return sinOfQuarters(x, 1);
    }

    private static BigDecimal sinOfQuarters(BigDecimal x, int more) {
        BigInteger turns =
                x.divide(QUARTER_TURN, WIDE).setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
        BigDecimal rest =
                x.subtract(new BigDecimal(turns).multiply(QUARTER_TURN)).round(WORK);
        int quadrant =
                turns.add(BigInteger.valueOf(more)).mod(BigInteger.valueOf(4)).intValue();
        BigDecimal value = taylor(rest, quadrant % 2 == 0 ? 1 : 0);
        return quadrant < 2 ? value : value.negate();
    }

    /** The alternating series sum of r^n/n! over n = first, first + 2, ...: sin r from 1, cos r from 0. */
    private static BigDecimal taylor(BigDecimal r, int first) {
        BigDecimal square = r.multiply(r, WORK);
        BigDecimal term = first == 1 ? r : ONE;
        BigDecimal sum = term;
        for (int n = first + 1; matters(term, sum, DIGITS); n += 2) {
            term = term.multiply(square, WORK)
                    .divide(BigDecimal.valueOf((long) n * (n + 1)), WORK)
                    .negate();
            sum = sum.add(term, WORK);
        }
        return sum;
    }

    /** (e^2x - 1)/(e^2x + 1). */
    static BigDecimal tanh(BigDecimal x) {
        if (x.abs().compareTo(TINY) < 0) {
            return series(x, ONE, BigDecimal.ZERO, BigDecimal.valueOf(-1).divide(BigDecimal.valueOf(3), WORK));
        }
        BigDecimal e = exp(x.multiply(TWO));
        return e.subtract(ONE, WORK).divide(e.add(ONE, WORK), WORK);
    }

    /** 1/(1 + e^-x). */
    static BigDecimal sigmoid(BigDecimal x) {
        return ONE.divide(ONE.add(exp(x.negate()), WORK), WORK);
    }

    /** ln(1 + e^x). */
    static BigDecimal softplus(BigDecimal x) {
        return x.max(BigDecimal.ZERO).add(log1p(exp(x.abs().negate())), WORK);
    }

    /**
     * 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x, by the integral of the exponential's series term by term; in whole multiples
     * of 2^-bits, since there are many terms.
     */
    static BigDecimal erf(BigDecimal x) {
        if (x.abs().compareTo(TINY) < 0) {
            BigDecimal third = BigDecimal.valueOf(-1).divide(BigDecimal.valueOf(3), WORK);
            return series(x, ONE, BigDecimal.ZERO, third).multiply(TWO).divide(ROOT_PI, WORK);
        }
        if (x.abs().compareTo(BigDecimal.valueOf(ERF_LIMIT)) > 0) {
            return BigDecimal.valueOf(x.signum());
        }
        // The terms alternate and grow to e^(x^2) before they fall, and 1 - erf x is near e^(-x^2): as many bits more,
        // twice.
        int bits = 200 + (int) (2 / Math.log(2) * x.doubleValue() * x.doubleValue());
        BigDecimal unit = new BigDecimal(BigInteger.ONE.shiftLeft(bits));
        BigInteger term = x.multiply(unit).toBigInteger();
        BigInteger square = term.multiply(term).shiftRight(bits);
        BigInteger sum = term;
        for (int n = 1; term.bitLength() > 1; n++) {
            term = term.multiply(square).shiftRight(bits).divide(BigInteger.valueOf(-n));
            sum = sum.add(term.divide(BigInteger.valueOf(2L * n + 1)));
        }
        return new BigDecimal(sum).divide(unit, WIDE).multiply(TWO).divide(ROOT_PI, WIDE);
    }

    /** 1 - erf x; {@link #erf} has the digits that this loses. */
    static BigDecimal erfc(BigDecimal x) {
        return ONE.subtract(erf(x));
    }

    /** x/2 erfc(-x/sqrt 2). */
    static BigDecimal gelu(BigDecimal x) {
        BigDecimal t = x.negate().divide(ROOT_TWO, WIDE);
        return x.divide(TWO).multiply(erfc(t), WORK);
    }

    /** Square root of x >= 0. */
    static BigDecimal sqrt(BigDecimal x) {
        return x.sqrt(WORK);
    }

    /** 1/x. */
    static BigDecimal reciprocal(BigDecimal x) {
        return ONE.divide(x, WORK);
    }

    /** a^b of a > 0, or of a whole b. */
    static BigDecimal pow(BigDecimal a, BigDecimal b) {
        BigDecimal size = exp(b.multiply(log(a.abs()), WORK));
        boolean odd = b.remainder(TWO).abs().compareTo(ONE) == 0;
        return a.signum() < 0 && odd ? size.negate() : size;
    }

    /** The polynomial of these coefficients of x, x^2, ... */
    private static BigDecimal series(BigDecimal x, BigDecimal... coefficients) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sum = sum.add(coefficients[i], WORK).multiply(x, WORK);
        }
        return sum;
    }

    /** Whether the next terms can still change the sum's digits. */
    private static boolean matters(BigDecimal term, BigDecimal sum, int digits) {
        return term.signum() != 0 && magnitude(term) > magnitude(sum) - digits - 5;
    }

    private static int magnitude(BigDecimal x) {
        return x.precision() - x.scale();
    }

    /** Machin's formula, 16 arctan(1/5) - 4 arctan(1/239). */
    private static BigDecimal pi() {
        return arctan(5).multiply(BigDecimal.valueOf(16)).subtract(arctan(239).multiply(BigDecimal.valueOf(4)));
    }

    /** arctan(1/n). */
    private static BigDecimal arctan(long n) {
        MathContext work = new MathContext(PI_DIGITS + 10);
        BigDecimal square = BigDecimal.valueOf(-n * n);
        BigDecimal power = ONE.divide(BigDecimal.valueOf(n), work);
        BigDecimal sum = power;
        for (int i = 1; matters(power, sum, PI_DIGITS + 5); i++) {
            power = power.divide(square, work);
            sum = sum.add(power.divide(BigDecimal.valueOf(2L * i + 1), work), work);
        }
        return sum;
    }
}
