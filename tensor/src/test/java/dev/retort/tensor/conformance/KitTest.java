package dev.retort.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Storage;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.cases.OperationCase;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** The conformance kit finds the defects that it is for: each backend here has one. */
class KitTest {
    /** Names of the tests that fail, among the cases of some operations. */
    private static List<String> failures(Backend backend, String... operations) {
        BackendConformance kit = new BackendConformance() {
            @Override
            protected Backend backend() {
                return backend;
            }

            @Override
            protected List<OperationCase> cases() {
                return super.cases().stream()
                        .filter(c -> List.of(operations).contains(c.operation()))
                        .toList();
            }
        };
        kit.openBackend();
        List<DynamicTest> tests = new ArrayList<>(kit.declaredOperationsAgreeWithTheReference());
        tests.addAll(kit.undeclaredOperationsSaySo());
        tests.addAll(kit.badInputIsRefused());
        List<String> failed = new ArrayList<>();
        for (DynamicTest test : tests) {
            try {
                test.getExecutable().execute();
            } catch (Throwable e) {
                failed.add(test.getDisplayName());
            }
        }
        kit.closeBackend();
        return failed;
    }

    @Test
    void findsProductsOfLowerPrecision() {
        List<String> failed = failures(
                new ReferenceBackend() {
                    @Override
                    public Tensor gemm(Tensor a, Tensor b, GemmSpec spec, Shape shape) {
                        return super.gemm(rounded(a), rounded(b), spec, shape);
                    }

                    /** Eleven bits of mantissa, as TF32 has. */
                    private Tensor rounded(Tensor x) {
                        Tensor large = x.mul(8193);
                        return large.sub(large.sub(x));
                    }
                },
                "GEMM",
                "linear",
                "CONV2D");
        assertThat(failed)
                .contains("GEMM 33x35x31 in F32", "linear 4x6 to 13 in F32")
                .noneMatch(name -> name.startsWith("CONV2D"));
    }

    @Test
    void findsLeaks() {
        List<String> failed = failures(
                new ReferenceBackend() {
                    @Override
                    public Tensor reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims) {
                        Scope.release(full(Shape.SCALAR, DType.F32, 0));
                        return super.reduce(op, x, axes, keepDims);
                    }
                },
                "REDUCE",
                "softmax");
        assertThat(failed).anyMatch(name -> name.startsWith("REDUCE SUM")).anyMatch(name -> name.startsWith("softmax"));
    }

    @Test
    void findsReadsBesideAView() {
        List<String> failed = failures(
                new ReferenceBackend() {
                    @Override
                    public Tensor unary(UnaryOp op, Tensor x) {
                        return x.offset() == 0 || x.size() < 2
                                ? super.unary(op, x)
                                : super.unary(op, new Tensor(this, x.shape(), x.dtype(), retained(x), x.offset() - 1));
                    }

                    private Storage retained(Tensor x) {
                        x.storage().retain();
                        return x.storage();
                    }
                },
                "UNARY");
        assertThat(failed).contains("UNARY EXP 13 in F32", "UNARY EXP 13 in F64");
    }

    @Test
    void findsResultsThatDifferFromRunToRun() {
        List<String> failed = failures(
                new ReferenceBackend() {
                    private int calls;

                    @Override
                    public Tensor cumsum(Tensor x, int axis) {
                        Tensor y = super.cumsum(x, axis);
                        return x.dtype() == DType.F32 ? y.mul(1 + (calls++ % 2) * 0x1p-23) : y;
                    }
                },
                "CUMSUM");
        assertThat(failed).contains("CUMSUM 207 along 0 in F32").doesNotContain("CUMSUM 207 along 0 in F64");
    }

    @Test
    void findsPaddingThatWins() {
        List<String> failed = failures(
                new ReferenceBackend() {
                    @Override
                    public Pooled maxPool2d(Tensor x, Pool2dSpec spec) {
                        Pooled pooled = super.maxPool2d(x, spec);
                        return new Pooled(pooled.values().relu(), pooled.indices());
                    }
                },
                "MAX_POOL2D");
        assertThat(failed).contains("MAX_POOL2D all below zero, padded in F32");
    }

    @Test
    void findsSilenceAboutUndeclaredOperationsAndBadInput() {
        List<String> failed = failures(
                new ReferenceBackend() {
                    @Override
                    public boolean supports(Operation operation, DType dtype) {
                        return operation != Operation.WHERE && super.supports(operation, dtype);
                    }

                    @Override
                    public Tensor where(Tensor condition, Tensor a, Tensor b) {
                        return a;
                    }

                    @Override
                    public Tensor clamp(Tensor x, double low, double high) {
                        return super.clamp(x, low, Math.max(low, high));
                    }
                },
                "CLAMP",
                "WHERE");
        assertThat(failed)
                .containsExactlyInAnyOrder(
                        "WHERE F32", "WHERE F64", "WHERE I32", "WHERE I64", "WHERE BOOL", "CLAMP bounds crossed");
    }
}
