package dev.retort.kernels.gradients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.MatmulPrecision;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.Operand;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import dev.retort.testkit.cases.OperationCases;
import dev.retort.testkit.cases.Tolerance;
import dev.retort.testkit.gradients.BackendComparison;
import dev.retort.testkit.gradients.Comparison;
import dev.retort.testkit.gradients.GradientMatrix;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import dev.retort.testkit.gradients.GradientMatrix.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two backends beside each other: what agrees, what does not, where, and what the bounds know. */
class BackendComparisonTest {
    private final Backend reference = Backends.create("reference");
    private final Backend simd = Backends.create("simd");
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        assertThat(reference.memory().liveBytes()).isZero();
        assertThat(simd.memory().liveBytes()).isZero();
        reference.close();
        simd.close();
    }

    /** A case whose result is off by a factor on one backend. */
    private static OperationCase off(String backend, double factor) {
        return new OperationCase(
                "doubling 3x4",
                "doubling",
                EnumSet.of(DType.F32, DType.F64),
                Accuracy.RELATIVE,
                List.of(Operand.between(1, 2, 3, 4)),
                (ops, x) -> List.of(x.get(0).mul(ops.root().name().equals(backend) ? 2 * factor : 2)));
    }

    @Test
    void agreementIsCountedInUlps() {
        Comparison same = BackendComparison.of(simd, reference).forward(off("none", 1), DType.F32);
        assertThat(same.pass()).isTrue();
        assertThat(same.ulps().counts()).containsExactly(12L);
        assertThat(same.ulps().worst()).isZero();
    }

    @Test
    void anErrorOfAKnownSizeIsPlacedAndMeasured() {
        // Doubles of numbers in [1, 2) lie in [2, 4), where an ulp is 2^-22: and 2^-10 of them is 2^13 to 2^14 of
        // those.
        Comparison found = BackendComparison.of(simd, reference).forward(off("simd", 1 + 0x1p-10), DType.F32);
        assertThat(found.pass()).isFalse();
        assertThat(found.ulps().worst()).isBetween(0x1p13, 0x1p14);
        assertThat(found.largestRelative()).isCloseTo(0x1p-10, within(1e-6));
        assertThat(found.actual()).isCloseTo(found.expected() * (1 + 0x1p-10), within(1e-5));
        assertThat(found.share()).isCloseTo(found.error() / (8 * 0x1p-24 * found.expected()), within(1e-3));
        assertThat(found.place()).matches("\\[[0-2], [0-3]] of .*");
        Comparison gradient = BackendComparison.of(simd, reference).backward(off("simd", 1 + 0x1p-10), DType.F32);
        assertThat(gradient.pass()).isFalse();
    }

    @Test
    void float64IsHeldToFloat64() {
        // A float where a double was: half a float's ulp is 2^28 times a double's.
        OperationCase narrowed = new OperationCase(
                "narrowed",
                "narrowed",
                EnumSet.of(DType.F64),
                Accuracy.ELEMENTWISE,
                List.of(Operand.uniform(40)),
                (ops, x) -> List.of(x.get(0).cast(DType.F32).cast(DType.F64)));
        OperationCase kept = new OperationCase(
                "kept",
                "kept",
                narrowed.dtypes(),
                narrowed.accuracy(),
                narrowed.operands(),
                (ops, x) -> List.of(x.get(0).mul(1)));
        Comparison right = BackendComparison.of(reference, reference).forward(kept, DType.F64);
        assertThat(right.pass()).isTrue();
        assertThat(right.bound()).isLessThan(1e-14);
        Tolerance bound = Tolerance.forward(DType.F64, Accuracy.ELEMENTWISE);
        assertThat(bound.accepts(0.3, (float) 0.3)).isFalse();
    }

    @Test
    void integersHaveToBeEqual() {
        OperationCase integers = new OperationCase(
                "sum of integers",
                "integers",
                EnumSet.of(DType.I64),
                Accuracy.RELATIVE,
                List.of(Operand.uniform(9)),
                (ops, x) -> List.of(ops.root().name().equals("simd") ? x.get(0).add(1) : x.get(0)));
        Comparison found = BackendComparison.of(simd, reference).forward(integers, DType.I64);
        assertThat(found.pass()).isFalse();
        assertThat(found.bound()).isZero();
        assertThat(found.ulps().worst()).isEqualTo(1);
    }

    @Test
    void aModeWidensProductsByItsRoundoffAndNothingElse() {
        Accuracy sum = Accuracy.sum(64);
        double exact = Tolerance.forward(DType.F32, sum).absolute();
        double tf32 = Tolerance.forward(DType.F32, sum, MatmulPrecision.TF32).absolute();
        double bf16 = Tolerance.forward(DType.F32, sum, MatmulPrecision.BF16).absolute();
        // 2*sqrt(64)*2*v more.
        assertThat(tf32 - exact).isCloseTo(32 * 0x1p-11, within(1e-9));
        assertThat(bf16 - exact).isCloseTo(32 * 0x1p-8, within(1e-9));
        assertThat(Tolerance.forward(DType.F64, sum, MatmulPrecision.BF16))
                .isEqualTo(Tolerance.forward(DType.F64, sum));
        assertThat(Tolerance.precision("GEMM", MatmulPrecision.TF32)).isEqualTo(MatmulPrecision.TF32);
        assertThat(Tolerance.precision("softmax", MatmulPrecision.TF32)).isEqualTo(MatmulPrecision.FP32);
    }

    @Test
    void factorsRoundedToTf32PassInTheirModeOnly() {
        OperationCase c = new OperationCase(
                "GEMM with 10 bits of fraction",
                "GEMM",
                EnumSet.of(DType.F32),
                Accuracy.sum(64),
                List.of(Operand.uniform(31, 64), Operand.uniform(64, 33)),
                (ops, x) -> {
                    boolean shorter = ops.root().name().equals("simd");
                    Tensor a = shorter ? tf32(x.get(0)) : x.get(0);
                    Tensor b = shorter ? tf32(x.get(1)) : x.get(1);
                    return List.of(a.matmul(b));
                });
        BackendComparison compare = BackendComparison.of(simd, reference);
        assertThat(compare.forward(c, DType.F32).pass()).isFalse();
        assertThat(compare.precision(MatmulPrecision.TF32).forward(c, DType.F32).pass())
                .isTrue();
        // A mode is no excuse: a product that loses one of its 64 terms fails in it as well.
        OperationCase lost = new OperationCase(
                c.name(),
                c.operation(),
                c.dtypes(),
                c.accuracy(),
                c.operands(),
                (ops, x) -> List.of(
                        ops.root().name().equals("simd")
                                ? x.get(0).slice(1, 0, 63).matmul(x.get(1).narrow(0, 63))
                                : x.get(0).matmul(x.get(1))));
        assertThat(compare.precision(MatmulPrecision.TF32)
                        .forward(lost, DType.F32)
                        .pass())
                .isFalse();
    }

    private static Tensor tf32(Tensor x) {
        float[] values = x.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat((Float.floatToRawIntBits(values[i]) + 0x1000) & ~0x1fff);
        }
        return x.backend().root().upload(values, x.shape(), DType.F32);
    }

    @Test
    void aUsersFunctionIsCompared() {
        Tensor a = reference.tensor(
                IntStream.range(0, 12).mapToDouble(i -> Math.sin(i)).toArray(), 3, 4);
        Tensor index = reference.tensor(new long[] {2, 0}, 2);
        GradientCheck.Function function = x -> x.get(0).indexSelect(0, x.get(1)).softmax(-1);
        BackendComparison compare = BackendComparison.of(simd, reference).seed(3);
        assertThat(compare.forward(function, List.of(a, index), DType.F32, Accuracy.ELEMENTWISE)
                        .pass())
                .isTrue();
        Comparison gradients = compare.backward(function, List.of(a, index), DType.F32, Accuracy.ELEMENTWISE);
        assertThat(gradients.pass()).isTrue();
        assertThat(gradients.ulps().total()).isEqualTo(12);
    }

    @Test
    void theMatrixHasForwardAndBackwardCells() {
        OperationCase softmax = OperationCases.all().stream()
                .filter(c ->
                        c.operation().equals("softmax") && !c.differentiable().isEmpty())
                .findFirst()
                .orElseThrow();
        List<Cell> cells = new GradientMatrix(simd, reference, 1).check(softmax);
        assertThat(cells)
                .filteredOn(cell -> cell.dtype() == DType.F32)
                .extracting(Cell::kind)
                .containsExactly(Kind.FORWARD, Kind.BACKWARD);
        assertThat(cells).allMatch(Cell::pass);
        List<Cell> own = new GradientMatrix(reference, reference, 1).check(softmax);
        assertThat(own)
                .extracting(cell -> cell.dtype() + " " + cell.kind() + " " + cell.against())
                .containsExactly(
                        "F32 FORWARD reference",
                        "F32 BACKWARD reference",
                        "F64 FORWARD repetition",
                        "F64 BACKWARD differences");
    }

    @Test
    void aCaseThatThrowsIsAFailedCellThatSaysWhy() {
        OperationCase broken = new OperationCase(
                "broken",
                "broken",
                EnumSet.of(DType.F32),
                Accuracy.RELATIVE,
                List.of(Operand.uniform(2).constant()),
                (ops, x) -> {
                    if (ops.name().equals("simd")) {
                        throw new IllegalStateException("the device is lost");
                    }
                    return x;
                });
        List<Cell> cells = new GradientMatrix(simd, reference, 1).check(broken);
        assertThat(cells).hasSize(1);
        assertThat(cells.get(0).pass()).isFalse();
        assertThat(cells.get(0).detail().note()).contains("the device is lost");
    }
}
