package dev.retort.testkit.conformance.known;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that backends are held against, against printed tables and identities. */
class ExactMathTest {
    private static final MathContext DIGITS = new MathContext(60);
    private static final BigDecimal ONE = BigDecimal.ONE;
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    /** From the tables of Abramowitz and Stegun, and OEIS's A001113, A002162, A049469, A049470, A099286, A073333. */
    @ParameterizedTest
    @CsvSource({
        "exp, 1, 2.7182818284590452353602874713526624977572470936999",
        "log, 2, 0.69314718055994530941723212145817656807550013436025",
        "log, 10, 2.3025850929940456840179914546843642076011014886287",
        "sin, 1, 0.84147098480789650665250232163029899962256306079837",
        "cos, 1, 0.54030230586813971740093660744297660373231042061792",
        "tanh, 1, 0.76159415595576488811945828260479359041276859725793",
        "erf, 1, 0.84270079294971486934122063508260925929606699796630",
    })
    void hasPublishedDigits(String function, BigDecimal x, BigDecimal expected) {
        assertThat(function(function).apply(x).subtract(expected).abs()).isLessThan(new BigDecimal("1e-48"));
    }

    private static UnaryOperator<BigDecimal> function(String name) {
        return switch (name) {
            case "exp" -> ExactMath::exp;
            case "log" -> ExactMath::log;
            case "sin" -> ExactMath::sin;
            case "cos" -> ExactMath::cos;
            case "tanh" -> ExactMath::tanh;
            case "erf" -> ExactMath::erf;
            default -> throw new AssertionError(name);
        };
    }

    /** The classical trap of argument reduction: -0.8522 of 10^22, which a pi of 53 bits makes 0.46. */
    @Test
    void reducesLargeAngles() {
        BigDecimal x = new BigDecimal(1e22);
        BigDecimal difference = new BigDecimal("-0.8522008497671888017727").subtract(ExactMath.sin(x));
        assertThat(difference.abs()).isLessThan(new BigDecimal("1e-22"));
        same(ExactMath.sin(x).pow(2).add(ExactMath.cos(x).pow(2)), ONE);
    }

    @Test
    void hasTheTailOfTheErrorFunction() {
        assertThat(ExactMath.erfc(BigDecimal.TEN).doubleValue()).isEqualTo(2.088487583762545e-45);
        assertThat(ExactMath.erfc(new BigDecimal(26)).doubleValue()).isEqualTo(5.663192408856143e-296);
        assertThat(ExactMath.gelu(new BigDecimal(-10)).doubleValue()).isEqualTo(-7.619853024160526e-23);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-200, 1e-13, 1e-11, 1e-5, 0.3, 0.999999, 1, 2, 5.7, 20, 700})
    void keepsIdentities(double argument) {
        BigDecimal x = new BigDecimal(argument);
        same(ExactMath.exp(ExactMath.log(x)), x);
        same(ExactMath.exp(x).multiply(ExactMath.exp(x.negate())), ONE);
        same(ExactMath.sin(x).pow(2).add(ExactMath.cos(x).pow(2)), ONE);
        same(ExactMath.sigmoid(x).add(ExactMath.sigmoid(x.negate())), ONE);
        near(ExactMath.softplus(x).subtract(ExactMath.softplus(x.negate())), x);
        same(ExactMath.exp(ExactMath.log1p(x)), ONE.add(x));
        same(ExactMath.tanh(x).negate(), ExactMath.tanh(x.negate()));
        same(ExactMath.sqrt(x).pow(2), x);
        same(ExactMath.pow(x, new BigDecimal("2.5")).pow(2), x.pow(5));
        // sin 2x = 2 sin x cos x, tanh x = 2s - 1 with s the sigmoid of 2x.
        same(
                ExactMath.sin(x.add(x)),
                ExactMath.sin(x).multiply(ExactMath.cos(x)).multiply(TWO));
        near(ExactMath.sigmoid(x.add(x)).multiply(TWO).subtract(ONE), ExactMath.tanh(x));
    }

    /** The derivative of erf is 2/sqrt(pi) e^(-x^2): a difference over 10^-22 shows 38 digits of it. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.25, 1, 3, 9})
    void erfHasItsSlope(double argument) {
        BigDecimal x = new BigDecimal(argument);
        BigDecimal step = new BigDecimal("1e-22");
        BigDecimal slope = ExactMath.erf(x.add(step))
                .subtract(ExactMath.erf(x.subtract(step)))
                .divide(step.add(step), DIGITS);
        BigDecimal pi = new BigDecimal("3.14159265358979323846264338327950288419716939937510");
        BigDecimal expected = ExactMath.exp(x.pow(2).negate()).multiply(TWO).divide(pi.sqrt(DIGITS), DIGITS);
        assertThat(slope.divide(expected, DIGITS).subtract(ONE).abs()).isLessThan(new BigDecimal("1e-38"));
    }

    private static void near(BigDecimal actual, BigDecimal expected) {
        assertThat(actual.subtract(expected).abs()).isLessThan(new BigDecimal("1e-45"));
    }

    private static void same(BigDecimal actual, BigDecimal expected) {
        assertThat(actual.divide(expected, DIGITS).subtract(ONE).abs()).isLessThan(new BigDecimal("1e-40"));
    }
}
