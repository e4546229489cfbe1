package dev.retort.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtEngine;
import ai.djl.pytorch.jni.JniUtils;
import dev.retort.bench.work.Operands;
import dev.retort.bench.work.Scenarios;
import dev.retort.bench.work.Suite;
import dev.retort.bench.work.Work;
import dev.retort.kernels.simd.SimdBackend;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.CoreOperations.Pooled;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** LibTorch does the same work as the simd backend: the same operands give the same results and gradients. */
class LibtorchAgreementTest {
    /** Of the largest result: sums in another order and Winograd's transforms round differently in float32. */
    private static final double TOLERANCE = 5e-6;

    private static LibtorchPeer peer;
    private static Backend backend;

    @BeforeAll
    static void start() {
        peer = LibtorchPeer.start(1);
        backend = SimdBackend.create(1);
    }

    @AfterAll
    static void stop() {
        backend.close();
        peer.close();
    }

    /** The rows of two suites, and a convolution large enough for Winograd's algorithm. */
    static Stream<Map<String, Object>> tasks() {
        Map<String, Object> forward = new LinkedHashMap<>(Map.of(
                "kind", "convolution", "height", 50, "width", 76, "in", 64, "out", 48, "kernel", 3, "stride", 1));
        forward.put("input_gradient", true);
        forward.put("backward", false);
        Map<String, Object> backward = new LinkedHashMap<>(forward);
        backward.put("backward", true);
        Stream<Map<String, Object>> rows = Stream.of(Suite.OPS, Suite.LAYERS)
                .flatMap(suite -> suite.works(Scenarios.TINY).stream())
                .map(Work::task)
                .filter(task -> LibtorchWork.of(task) != null);
        return Stream.concat(rows, Stream.of(forward, backward));
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void sameOperandsGiveTheSameResults(Map<String, Object> task) {
        try (Operands operands = new Operands(backend);
                Scope scope = Scope.open()) {
            List<Tensor> expected = ours(operands, task);
            for (boolean channelsLast : new boolean[] {false, true}) {
                List<float[]> results = theirs(task, channelsLast);
                assertThat(results).hasSameSizeAs(expected);
                for (int i = 0; i < results.size(); i++) {
                    assertClose(results.get(i), expected.get(i).toFloats());
                }
            }
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        double error = 0;
        for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Math.abs((double) actual[i] - expected[i]));
        }
        assertThat(error / largest).isLessThan(TOLERANCE);
    }

    private static List<float[]> theirs(Map<String, Object> task, boolean channelsLast) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), PtEngine.ENGINE_NAME)) {
            Supplier<NDList> call = LibtorchWork.of(task).with(new LibtorchOperands(manager, task, channelsLast));
            int operands = manager.getManagedArrays().size();
            List<float[]> results;
            try (NDScope scope = new NDScope()) {
                results = call.get().stream()
                        .map(result -> channelsLast(result).toFloatArray())
                        .toList();
            }
            assertThat(manager.getManagedArrays()).hasSize(operands);
            return results;
        }
    }

    private static NDArray channelsLast(NDArray result) {
        return result.getShape().dimension() == 4 ? result.transpose(0, 2, 3, 1) : result;
    }

    private static List<Tensor> ours(Operands operands, Map<String, Object> task) {
        String kind = (String) task.get("kind");
        boolean backward = Boolean.TRUE.equals(task.get("backward"));
        return switch (kind) {
            case "gemm" -> {
                Tensor a = operands.random(of(task, "batch"), of(task, "m"), of(task, "k"));
                Tensor b = operands.random(of(task, "batch"), of(task, "k"), of(task, "n"));
                yield List.of(a.matmul(b));
            }
            case "softmax" -> List.of(matrix(operands, task).softmax(1));
            case "layer_norm" -> {
                Tensor x = matrix(operands, task);
                Tensor gamma = operands.random(of(task, "columns"));
                Tensor beta = operands.random(of(task, "columns"));
                yield List.of(backend.layerNorm(x, gamma, beta, 1e-5));
            }
            case "add" -> List.of(backend.binary(BinaryOp.ADD, matrix(operands, task), matrix(operands, task)));
            case "relu", "exp", "sigmoid" ->
                List.of(backend.unary(UnaryOp.valueOf(kind.toUpperCase(Locale.ROOT)), matrix(operands, task)));
            case "sum_all" -> List.of(backend.reduce(ReduceOp.SUM, matrix(operands, task), new int[] {0, 1}, false));
            case "sum_pixels" -> List.of(backend.reduce(ReduceOp.SUM, matrix(operands, task), new int[] {0}, false));
            case "permute" -> List.of(backend.permute(matrix(operands, task), new int[] {1, 0}));
            case "convolution" -> convolution(operands, task, backward);
            default -> List.of(onMaps(operands, task, kind, backward));
        };
    }

    private static List<Tensor> convolution(Operands operands, Map<String, Object> task, boolean backward) {
        int kernel = of(task, "kernel");
        Tensor x = image(operands, task);
        Tensor w = operands.random(of(task, "out"), kernel, kernel, of(task, "in"));
        Conv2dSpec spec = Conv2dSpec.of(of(task, "stride"), kernel / 2);
        Tensor y = backend.conv2d(x, w, spec);
        if (!backward) {
            return List.of(y);
        }
        Tensor g = like(operands, y);
        Tensor weight = backend.conv2dWeightGradient(x, g, w.shape(), spec);
        return Boolean.TRUE.equals(task.get("input_gradient"))
                ? List.of(weight, backend.conv2dInputGradient(g, w, x.shape(), spec))
                : List.of(weight);
    }

    private static Tensor onMaps(Operands operands, Map<String, Object> task, String kind, boolean backward) {
        Tensor x = image(operands, task);
        return switch (kind) {
            case "max_pool" -> {
                int kernel = of(task, "kernel");
                Pooled pooled = backend.maxPool2d(x, Pool2dSpec.of(kernel, of(task, "stride"), kernel / 2));
                Tensor y = pooled.values();
                yield backward ? backend.maxPool2dGradient(like(operands, y), pooled.indices(), x.shape()) : y;
            }
            case "relu_map" -> {
                Tensor y = x.relu();
                yield backward ? backend.reluGradient(y, like(operands, y)) : y;
            }
            case "residual" -> {
                Tensor y = x.add(image(operands, task)).relu();
                yield backward ? backend.reluGradient(y, like(operands, y)) : y;
            }
            case "frozen_norm" -> {
                Tensor scale = operands.random(of(task, "in"));
                Tensor y = x.mul(scale).add(operands.random(of(task, "in")));
                yield backward ? like(operands, y).mul(scale) : y;
            }
            case "upsample" -> {
                Tensor y = backend.resizeNearest(x, 2 * of(task, "height"), 2 * of(task, "width"));
                yield backward ? backend.resizeNearestGradient(like(operands, y), x.shape()) : y;
            }
            default -> throw new AssertionError("No expectation for " + kind);
        };
    }

    private static int of(Map<String, Object> task, String key) {
        return (Integer) task.get(key);
    }

    private static Tensor matrix(Operands operands, Map<String, Object> task) {
        return operands.random(of(task, "rows"), of(task, "columns"));
    }

    private static Tensor image(Operands operands, Map<String, Object> task) {
        return operands.random(1, of(task, "height"), of(task, "width"), of(task, "in"));
    }

    private static Tensor like(Operands operands, Tensor y) {
        return operands.random(y.shape().toArray());
    }

    @Test
    void onlyRowsThatLibtorchHasNoWordForAreLeftOut() {
        assertThat(Stream.of(Suite.values()).flatMap(suite -> suite.works(Scenarios.TINY).stream()))
                .filteredOn(work -> LibtorchWork.of(work.task()) == null)
                .extracting(work -> work.task().get("kind"))
                .containsExactly("focal_loss", "sgd", "inference", "step");
    }

    @Test
    void knownWorkIsPreparedAndTimed() {
        Peer started = PeerProvider.start("libtorch", 2);
        try (started) {
            assertThat(started.name()).startsWith("libtorch 2.");
            assertThat(JniUtils.getNumThreads()).isEqualTo(2);
            assertThat(started.prepare("infer/any", Map.of("kind", "inference")))
                    .isFalse();
            Map<String, Object> task =
                    new LinkedHashMap<>(Map.of("kind", "relu_map", "height", 20, "width", 30, "in", 8));
            task.put("backward", true);
            assertThat(started.prepare("layers/relu-map", task)).isTrue();
            assertThat(started.seconds()).isBetween(1e-9, 1.0);
            assertThat(started.peakBytes()).isNull();
        }
    }
}
