package dev.retort.tensor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Elementwise operations of the reference at points whose values are known. */
class ReferenceElementwiseTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private final ReferenceBackend backend = new ReferenceBackend();

    @AfterEach
    void close() {
        backend.close();
    }

    private Tensor of(double... values) {
        return backend.tensor(values, values.length);
    }

    /** Values to 16 digits, from tables of the functions. */
    @ParameterizedTest
    @CsvSource({
        "NEG, 2.5, -2.5",
        "ABS, -2.5, 2.5",
        "EXP, 1, 2.718281828459045",
        "LOG, 10, 2.302585092994046",
        "LOG1P, 1e-10, 9.9999999995e-11",
        "SQRT, 2, 1.4142135623730951",
        "RSQRT, 4, 0.5",
        "SQUARE, -3, 9",
        "RECIPROCAL, -4, -0.25",
        "SIN, 1, 0.8414709848078965",
        "COS, 1, 0.5403023058681398",
        "TANH, 1, 0.7615941559557649",
        "SIGMOID, 1, 0.7310585786300049",
        "SIGMOID, -30, 9.357622968839299e-14",
        "RELU, -1, 0",
        "RELU, 2, 2",
        "ERF, 0.5, 0.5204998778130465",
        "ERF, -1, -0.8427007929497149",
        "ERF, 1.5, 0.9661051464753108",
        "ERF, 3, 0.9999779095030014",
        "ERF, 1e-9, 1.1283791670955126e-9",
        "GELU, 1, 0.8413447460685429",
        "GELU, -3, -0.004049694094890284",
        "SOFTPLUS, 0, 0.6931471805599453",
        "SOFTPLUS, -40, 4.248354255291589e-18",
        "SOFTPLUS, 1000, 1000",
        "FLOOR, -1.5, -2",
        "CEIL, -1.5, -1",
        "ROUND, 2.5, 2",
        "ROUND, 3.5, 4",
        "ROUND, -0.5, 0",
        "SIGN, -7, -1",
        "SIGN, 0, 0",
    })
    void hasKnownValues(UnaryOp op, double x, double expected) {
        assertThat(of(x).unary(op).item()).isCloseTo(expected, within(Math.abs(expected) * 2e-15));
    }

    @Test
    void treatsTheEndsOfTheLineAsDocumented() {
        Tensor x = of(NAN, INF, -INF, 0, -1);
        assertThat(x.relu().toDoubles()).containsExactly(NAN, INF, 0, 0, 0);
        assertThat(x.log().toDoubles()).containsExactly(NAN, INF, NAN, -INF, NAN);
        assertThat(x.sqrt().toDoubles()).containsExactly(NAN, INF, NAN, 0, NAN);
        assertThat(x.sigmoid().toDoubles()[2]).isZero();
        assertThat(x.unary(UnaryOp.SOFTPLUS).toDoubles()).startsWith(NAN, INF, 0);
        assertThat(x.unary(UnaryOp.ERF).toDoubles()).startsWith(NAN, 1, -1, 0);
        assertThat(x.clamp(-0.5, 2).toDoubles()).containsExactly(NAN, 2, -0.5, 0, -0.5);
        assertThat(x.clamp(-INF, 2).toDoubles()).containsExactly(NAN, 2, -INF, 0, -1);
    }

    @Test
    void computesPairs() {
        Tensor a = of(7, -7, 2, NAN);
        Tensor b = of(2, 2, 3, 1);
        assertThat(a.add(b).toDoubles()).containsExactly(9, -5, 5, NAN);
        assertThat(a.sub(b).toDoubles()).containsExactly(5, -9, -1, NAN);
        assertThat(a.mul(b).toDoubles()).containsExactly(14, -14, 6, NAN);
        assertThat(a.div(b).toDoubles()).containsExactly(3.5, -3.5, 2.0 / 3, NAN);
        assertThat(a.binary(BinaryOp.POW, b).toDoubles()).containsExactly(49, 49, 8, NAN);
        assertThat(a.maximum(b).toDoubles()).containsExactly(7, 2, 3, NAN);
        assertThat(b.minimum(a).toDoubles()).containsExactly(2, -7, 2, NAN);
    }

    @Test
    void computesIntegers() {
        Tensor a = backend.tensor(new long[] {7, -7, 7, -7}, 4);
        Tensor b = backend.tensor(new long[] {2, 2, -2, -2}, 4);
        assertThat(a.div(b).toLongs()).containsExactly(3, -4, -4, 3);
        assertThat(a.maximum(b).toLongs()).containsExactly(7, 2, 7, -2);
        assertThat(a.clamp(-3, 5).toLongs()).containsExactly(5, -3, 5, -3);
        assertThatThrownBy(() -> a.binary(BinaryOp.POW, b)).isInstanceOf(ShapeException.class);
    }

    @Test
    void broadcastsBothOperands() {
        Tensor column = backend.tensor(new double[] {1, 2}, 2, 1);
        Tensor row = backend.tensor(new double[] {10, 20, 30}, 3);
        assertThat(column.add(row).toDoubles()).containsExactly(11, 21, 31, 12, 22, 32);
        assertThat(row.sub(column).toDoubles()).containsExactly(9, 19, 29, 8, 18, 28);
    }

    @Test
    void comparesAndChooses() {
        Tensor a = of(1, 2, 3, NAN);
        Tensor b = of(2, 2, 2, NAN);
        assertThat(a.compare(CompareOp.LT, b).toBooleans()).containsExactly(true, false, false, false);
        assertThat(a.compare(CompareOp.LE, b).toBooleans()).containsExactly(true, true, false, false);
        assertThat(a.compare(CompareOp.GT, b).toBooleans()).containsExactly(false, false, true, false);
        assertThat(a.compare(CompareOp.GE, b).toBooleans()).containsExactly(false, true, true, false);
        assertThat(a.compare(CompareOp.EQ, b).toBooleans()).containsExactly(false, true, false, false);
        assertThat(a.compare(CompareOp.NE, b).toBooleans()).containsExactly(true, false, true, true);
        Tensor mask = a.compare(CompareOp.GE, b);
        assertThat(mask.where(a, b).toDoubles()).containsExactly(2, 2, 3, NAN);
        assertThat(mask.where(of(5), b).toDoubles()).containsExactly(2, 5, 5, NAN);
    }

    @Test
    void combinesTruthValues() {
        Tensor a = backend.tensor(new boolean[] {true, true, false, false}, 4);
        Tensor b = backend.tensor(new boolean[] {true, false, true, false}, 4);
        assertThat(backend.logical(LogicalOp.AND, a, b).toBooleans()).containsExactly(true, false, false, false);
        assertThat(backend.logical(LogicalOp.OR, a, b).toBooleans()).containsExactly(true, true, true, false);
        assertThat(backend.logical(LogicalOp.XOR, a, b).toBooleans()).containsExactly(false, true, true, false);
    }

    @Test
    void errorFunctionsAreAccurateBothWays() {
        assertThat(ErrorFunction.erfc(0.5)).isCloseTo(0.4795001221869535, within(2e-16));
        assertThat(ErrorFunction.erfc(2)).isCloseTo(0.004677734981047266, within(1e-17));
        assertThat(ErrorFunction.erfc(5)).isCloseTo(1.5374597944280349e-12, within(1e-26));
        assertThat(ErrorFunction.erfc(10)).isCloseTo(2.088487583762545e-45, within(1e-58));
        assertThat(ErrorFunction.erfc(-1)).isCloseTo(1.842700792949715, within(5e-16));
        assertThat(of(-10).unary(UnaryOp.GELU).item()).isCloseTo(-7.619853024160526e-23, within(1e-36));
        double below = Math.nextDown(1.0);
        assertThat(ErrorFunction.erf(below)).isCloseTo(ErrorFunction.erf(1), within(4e-16));
        assertThat(ErrorFunction.erfc(30)).isZero();
    }
}
