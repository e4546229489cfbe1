package dev.retort.testkit.conformance.known;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.heap.Elements;
import dev.retort.tensor.reference.ReferenceBackend;
import dev.retort.testkit.conformance.Conformance;
import dev.retort.testkit.conformance.Oracle;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The known values catch a wrong formula in the reference itself, where a backend that borrows the formula would agree with it: the
 * reference with one formula replaced, in every formula that {@code simd} takes from it and in the rest.
 */
class KnownValuesTest {

    /** The names of the checks of known values that fail. */
    private static List<String> failures(Backend backend) {
        try (backend) {
            return new Conformance(backend, new Oracle())
                    .known().stream()
                            .filter(check -> {
                                try {
                                    check.run().run();
                                    return false;
                                } catch (AssertionError wrong) {
                                    return true;
                                }
                            })
                            .map(Conformance.Check::name)
                            .toList();
        }
    }

    @Test
    void theReferencePasses() {
        assertThat(failures(new ReferenceBackend())).isEmpty();
    }

    /** So that an operation of tomorrow is not forgotten: the rest sums products or windows and is checked by hand elsewhere. */
    @Test
    void everyOperationThatIsNoSumOfProductsHasAKnownValue() {
        Set<Operation> known = new TreeSet<>();
        KnownValues.all().forEach(c -> known.add(c.operation()));
        Set<Operation> rest = new TreeSet<>(List.of(Operation.values()));
        rest.removeAll(known);
        assertThat(rest)
                .containsExactly(
                        Operation.UPLOAD,
                        Operation.DOWNLOAD,
                        Operation.FULL,
                        Operation.RESHAPE,
                        Operation.GEMM,
                        Operation.CONV2D,
                        Operation.CONV2D_INPUT_GRADIENT,
                        Operation.CONV2D_WEIGHT_GRADIENT,
                        Operation.MAX_POOL2D,
                        Operation.MAX_POOL2D_GRADIENT,
                        Operation.RESIZE_NEAREST,
                        Operation.RESIZE_NEAREST_GRADIENT,
                        Operation.ASSIGN,
                        Operation.AXPY);
    }

    /** A function as a formula that looks right and is not. */
    private static DoubleUnaryOperator wrong(UnaryOp op) {
        return switch (op) {
            case NEG -> x -> x == 1 ? 1 : -x;
            case ABS -> x -> x < -1e30 ? x : Math.abs(x);
            case EXP -> x -> Math.pow(2, x * 1.4426950);
            case LOG -> x -> Math.log(x + 1e-12);
            // Loses the digits of a small argument.
            case LOG1P -> x -> Math.log(1 + x);
            case SQRT -> KnownValuesTest::roughRoot;
            case RSQRT -> x -> 1 / (Math.sqrt(x) + 1e-9);
            case SQUARE -> x -> Math.pow(Math.abs(x), 2.0000001);
            case RECIPROCAL -> x -> 1 / (x + Math.copySign(1e-12, x));
            // The angle reduced by a pi of 53 bits.
            case SIN -> x -> Math.sin(x % (2 * Math.PI));
            case COS -> x -> Math.cos(x % (2 * Math.PI));
            // Infinity over infinity.
            case TANH -> x -> (Math.exp(2 * x) - 1) / (Math.exp(2 * x) + 1);
            case SIGMOID -> x -> Math.exp(x) / (1 + Math.exp(x));
            // NaN lost.
            case RELU -> x -> x > 0 ? x : 0;
            // Abramowitz and Stegun 7.1.26, good for 7 digits.
            case ERF -> KnownValuesTest::roughErf;
            // The form by tanh, good for 3 digits.
            case GELU -> x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            // Overflows.
            case SOFTPLUS -> x -> Math.log(1 + Math.exp(x));
            case FLOOR -> x -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case CEIL -> x -> Math.floor(x) + 1;
            // Ties upwards.
            case ROUND -> x -> Math.floor(x + 0.5);
            case SIGN -> x -> x >= 0 ? 1 : -1;
        };
    }

    /** Half the exponent by a shift of the bits, and one step of Newton's method. */
    private static double roughRoot(double x) {
        double guess = Double.longBitsToDouble((Double.doubleToLongBits(x) >> 1) + (0x3FFL << 51));
        return (guess + x / guess) / 2;
    }

    private static double roughErf(double x) {
        double t = 1 / (1 + 0.3275911 * Math.abs(x));
        double p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
        return Math.copySign(1 - p * Math.exp(-x * x), x);
    }

    private static Backend withFunction(UnaryOp planted, DoubleUnaryOperator formula) {
        return new ReferenceBackend() {
            @Override
            protected void unary(UnaryOp op, Tensor x, Tensor y) {
                super.unary(op, x, y);
                for (int i = 0; op == planted && i < x.size(); i++) {
                    Elements.of(y).set(i, formula.applyAsDouble(Elements.of(x).get(i)));
                }
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void aWrongFunctionIsCaughtInBothTypes(UnaryOp op) {
        List<String> failed = failures(withFunction(op, wrong(op)));
        assertThat(failed)
                .containsExactly("UNARY " + op + ", known values in F32", "UNARY " + op + ", known values in F64");
    }

    /** A constant with its last digits wrong: every result off by 40 units in the last place of its type. */
    @ParameterizedTest
    @EnumSource
    void aFunctionOffInItsLastDigitsIsCaught(UnaryOp op) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            double factor = 1 + 40 * (dtype == DType.F32 ? 0x1p-23 : 0x1p-52);
            Backend off = new ReferenceBackend() {
                @Override
                protected void unary(UnaryOp called, Tensor x, Tensor y) {
                    super.unary(called, x, y);
                    for (int i = 0; called == op && x.dtype() == dtype && i < x.size(); i++) {
                        Elements.of(y).set(i, Elements.of(y).get(i) * factor);
                    }
                }
            };
            assertThat(failures(off)).containsExactly("UNARY " + op + ", known values in " + dtype);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongFormulaOfIntegersOrPlacesIsCaught(Planted planted) {
        assertThat(failures(planted.plant())).isNotEmpty().allMatch(name -> name.startsWith(planted.caughtBy));
    }

    /** POW as e^(b ln a): not for negative bases, and not of 0. */
    @Test
    void aPowerByLogarithmIsCaught() {
        Backend off = new ReferenceBackend() {
            @Override
            protected void binary(BinaryOp op, Tensor a, Tensor b, Tensor y) {
                super.binary(op, a, b, y);
                for (int i = 0; op == BinaryOp.POW && i < y.size(); i++) {
                    double power = Math.exp(
                            Elements.of(b).get(i) * Math.log(Elements.of(a).get(i)));
                    Elements.of(y).set(i, power);
                }
            }
        };
        assertThat(failures(off))
                .containsExactlyInAnyOrder(
                        "BINARY POW, known values in F64",
                        "BINARY POW of special values, known values in F32",
                        "BINARY POW of special values, known values in F64");
    }
}
