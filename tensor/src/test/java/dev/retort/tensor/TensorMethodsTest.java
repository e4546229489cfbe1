package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.reference.ReferenceBackend;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a backend offers on one leading tensor is a method of that tensor, and computes the same. */
class TensorMethodsTest {
    /** What has another form as a method, or is for engines and optimizers only. */
    private static final Set<String> OTHERWISE = Set.of(
            "download",
            "assign",
            "axpy",
            "gemm",
            "logical",
            "logicalNot",
            "argReduce",
            "convolution",
            "sgdStep",
            "adamwStep");

    private final Backend backend = new ReferenceBackend();
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void everyOperationOnALeadingTensorIsAMethod() {
        Set<String> methods =
                Arrays.stream(Tensor.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
        Set<String> missing = Arrays.stream(ComposedOperations.class.getMethods())
                .filter(m -> m.getParameterCount() > 0 && m.getParameterTypes()[0] == Tensor.class)
                .map(Method::getName)
                .filter(name -> !name.endsWith("Gradient") && !OTHERWISE.contains(name))
                .filter(name -> !methods.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(missing).isEmpty();
    }

    private Tensor ramp(int... extents) {
        int size = (int) Shape.of(extents).size();
        double[] values = new double[size];
        Arrays.setAll(values, i -> Math.sin(i + 1));
        return backend.tensor(values, extents);
    }

    private static void same(Tensor method, Tensor operation) {
        assertThat(method.shape()).isEqualTo(operation.shape());
        assertThat(method.cast(DType.F64).toDoubles())
                .isEqualTo(operation.cast(DType.F64).toDoubles());
    }

    @Test
    void layersComputeWhatTheBackendDoes() {
        Tensor x = ramp(2, 5, 5, 4);
        Tensor w = ramp(3, 3, 3, 4);
        Tensor bias = ramp(3);
        Conv2dSpec spec = Conv2dSpec.of(1, 1);
        same(x.conv2d(w, spec), backend.conv2d(x, w, spec));
        same(x.conv2d(w, bias, spec), backend.convolution(x, w, bias, null, spec, false));
        Pool2dSpec pool = Pool2dSpec.of(3, 2, 1);
        same(x.maxPool2d(pool).values(), backend.maxPool2d(x, pool).values());
        same(x.maxPool2d(pool).indices(), backend.maxPool2d(x, pool).indices());
        same(x.avgPool2d(pool, true), backend.avgPool2d(x, pool, true));
        same(x.resizeNearest(7, 3), backend.resizeNearest(x, 7, 3));
        same(x.resizeBilinear(7, 3), backend.resizeBilinear(x, 7, 3));
        Tensor dense = ramp(6, 4);
        same(x.linear(dense), backend.linear(x, dense, null));
        same(x.linear(dense, ramp(6)), backend.linear(x, dense, ramp(6)));
        same(x.silu(), backend.silu(x));
        same(x.leakyRelu(0.1), backend.leakyRelu(x, 0.1));
    }

    @Test
    void attentionAndNormsComputeWhatTheBackendDoes() {
        Tensor q = ramp(3, 4);
        Tensor k = ramp(5, 4).mul(2);
        Tensor v = ramp(5, 2);
        Tensor mask = q.matmul(k, false, true).compare(CompareOp.GT, 0);
        same(q.attention(k, v), backend.attention(q, k, v, null));
        same(q.attention(k, v, mask), backend.attention(q, k, v, mask));
        Tensor gamma = ramp(4);
        Tensor beta = ramp(4).neg();
        same(q.layerNorm(1e-5), backend.layerNorm(q, null, null, 1e-5));
        same(q.layerNorm(gamma, beta, 1e-5), backend.layerNorm(q, gamma, beta, 1e-5));
        same(q.groupNorm(2, 1e-5), backend.groupNorm(q, 2, null, null, 1e-5));
        same(q.groupNorm(2, gamma, beta, 1e-5), backend.groupNorm(q, 2, gamma, beta, 1e-5));
        same(q.batchNorm(1e-5).y(), backend.batchNorm(q, null, null, 1e-5).y());
        same(
                q.batchNorm(gamma, beta, 1e-5).variance(),
                backend.batchNorm(q, gamma, beta, 1e-5).variance());
    }

    @Test
    void lossesComputeWhatTheBackendDoes() {
        Tensor x = ramp(3, 4);
        Tensor t = ramp(3, 4).abs().mul(0.5);
        same(x.sigmoidFocalLoss(t, 0.25, 2), backend.sigmoidFocalLoss(x, t, 0.25, 2));
        same(x.bceWithLogits(t), backend.bceWithLogits(x, t));
        same(x.l1(t), backend.l1(x, t));
        same(x.smoothL1(t, 0.5), backend.smoothL1(x, t, 0.5));
        same(x.mse(t), backend.mse(x, t));
        Tensor boxes = backend.tensor(new double[] {0, 0, 2, 3, 1, 1, 4, 5}, 2, 4);
        same(boxes.giou(boxes.add(0.5)), backend.giou(boxes, boxes.add(0.5)));
        same(x.logSoftmax(-1).klDivergence(t), backend.klDivergence(x.logSoftmax(-1), t));
        Tensor labels = backend.tensor(new int[] {0, 3, 1}, 3);
        same(x.crossEntropy(labels), backend.crossEntropy(x, labels));
        same(x.crossEntropy(labels, 3, 0.1), backend.crossEntropy(x, labels, 3, 0.1));
    }

    @Test
    void arrangementsComputeWhatTheBackendDoes() {
        Tensor x = ramp(3, 4);
        Tensor y = ramp(3, 4).neg();
        same(x.concat(-1, y, x), backend.concat(1, x, y, x));
        same(x.concat(0), x);
        same(x.stack(0, y), backend.stack(0, x, y));
        same(x.stack(-1, y), backend.stack(-1, x, y));
        same(x.pad(new int[] {1, 0}, new int[] {0, 2}, 7), backend.pad(x, new int[] {1, 0}, new int[] {0, 2}, 7));
        Tensor index = backend.tensor(new int[] {2, 0, 2}, 3);
        same(x.indexAdd(0, index, y), backend.indexAdd(x, 0, index, y));
        Tensor places = backend.tensor(new int[] {0, 1, 2, 0}, 1, 4);
        same(x.scatterAdd(0, places, ramp(1, 4)), backend.scatterAdd(x, 0, places, ramp(1, 4)));
        same(x.embedding(index), backend.embedding(x, index));
        same(index.oneHot(4, DType.F32), backend.oneHot(index, 4, DType.F32));
        same(x.extreme(true, 1).values(), backend.extreme(true, x, 1).values());
    }

    @Test
    void aTensorOfAnotherBackendIsToldToMove() {
        Function<Backend, Tensor> call = other -> other.unary(UnaryOp.NEG, ramp(2));
        assertThatThrownBy(() -> call.apply(new ReferenceBackend()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("belongs to another instance of backend reference: upload its values here first");
    }
}
