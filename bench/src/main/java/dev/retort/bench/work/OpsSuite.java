package dev.retort.bench.work;

import dev.retort.bench.network.Scenario;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.GemmSpec.Layout;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Single operations: matrix products by arithmetic, the others by the memory they move. */
public final class OpsSuite {
    /** The suite's name. */
    public static final String NAME = "ops";

    private OpsSuite() {}

    /**
     * All rows for a step on an image: square products are of the published sizes, all else has the scenario's extents.
     */
    public static List<Work> of(Scenario scenario) {
        List<Work> works = new ArrayList<>();
        for (int size : new int[] {512, 1024, 2048}) {
            works.add(gemm("gemm-" + size, 1, size, size, size));
        }
        works.add(gemm("gemm-odd-1021x1019x1013", 1, 1021, 1019, 1013));
        int cells = scenario.cells();
        int heads = Scenario.HEADS;
        int width = scenario.channels() / heads;
        works.add(gemm("gemm-attention-logits", heads, scenario.slots(), cells, width));
        works.add(gemm("gemm-attention-mix", heads, scenario.slots(), width, cells));
        works.add(softmax(heads * scenario.slots(), cells));
        works.add(layerNorm(cells, scenario.channels()));
        int[] map = {scenario.height() / 4 * (scenario.width() / 4), 4 * scenario.stem()};
        works.add(binary(BinaryOp.ADD, map));
        for (UnaryOp op : new UnaryOp[] {UnaryOp.RELU, UnaryOp.EXP, UnaryOp.SIGMOID}) {
            works.add(unary(op, map));
        }
        works.add(sum("sum-all", map, new int[0]));
        works.add(sum("sum-pixels", map, new int[] {0}));
        works.add(permute(map));
        works.add(focalLoss(cells * Scenario.ANCHORS, scenario.classes()));
        works.add(sgd(map));
        return works;
    }

    private static Work work(
            String name, String kind, Map<String, Object> extents, double operations, Work.Setup setup) {
        Map<String, Object> task = new LinkedHashMap<>(extents);
        task.put("kind", kind);
        return new Work(NAME + "/" + name, task, operations, 1, setup);
    }

    /** C[b] = A[b] B[b], row-major, A [b, m, k] and B [b, k, n]. */
    public static Work gemm(String name, int batch, int m, int n, int k) {
        GemmSpec spec = new GemmSpec(
                m,
                n,
                k,
                false,
                false,
                batch,
                1,
                new Layout(0, k, (long) m * k, 0),
                new Layout(0, n, (long) k * n, 0),
                new Layout(0, n, (long) m * n, 0));
        return work(name, "gemm", Map.of("batch", batch, "m", m, "n", n, "k", k), 2.0 * batch * m * n * k, operands -> {
            Tensor a = operands.random(batch, m, k);
            Tensor b = operands.random(batch, k, n);
            Shape shape = Shape.of(batch, m, n);
            Backend backend = operands.backend();
            return () -> backend.gemm(a, b, spec, shape);
        });
    }

    private static Work softmax(int rows, int columns) {
        return work("softmax", "softmax", matrix(rows, columns), 0, operands -> {
            Tensor x = operands.random(rows, columns);
            return () -> x.softmax(1);
        });
    }

    private static Work layerNorm(int rows, int columns) {
        return work("layer-norm", "layer_norm", matrix(rows, columns), 0, operands -> {
            Tensor x = operands.random(rows, columns);
            Tensor gamma = operands.random(columns);
            Tensor beta = operands.random(columns);
            return () -> operands.backend().layerNorm(x, gamma, beta, 1e-5);
        });
    }

    private static Work binary(BinaryOp op, int[] map) {
        String name = op.name().toLowerCase(Locale.ROOT);
        return work(name, name, matrix(map[0], map[1]), 0, operands -> {
            Tensor a = operands.random(map);
            Tensor b = operands.random(map);
            return () -> operands.backend().binary(op, a, b);
        });
    }

    private static Work unary(UnaryOp op, int[] map) {
        String name = op.name().toLowerCase(Locale.ROOT);
        return work(name, name, matrix(map[0], map[1]), 0, operands -> {
            Tensor x = operands.random(map);
            return () -> operands.backend().unary(op, x);
        });
    }

    private static Work sum(String name, int[] map, int[] axes) {
        return work(name, name.replace('-', '_'), matrix(map[0], map[1]), 0, operands -> {
            Tensor x = operands.random(map);
            return () -> operands.backend().reduce(ReduceOp.SUM, x, axes, false);
        });
    }

    private static Work permute(int[] map) {
        return work("permute", "permute", matrix(map[0], map[1]), 0, operands -> {
            Tensor x = operands.random(map);
            return () -> operands.backend().permute(x, new int[] {1, 0});
        });
    }

    private static Work focalLoss(int anchors, int classes) {
        return work("focal-loss", "focal_loss", matrix(anchors, classes), 0, operands -> {
            Tensor x = operands.random(anchors, classes);
            Tensor targets = operands.closing(operands.backend().zeros(Shape.of(anchors, classes), DType.F32));
            return () -> operands.backend().sigmoidFocalLoss(x, targets, 0.25, 2);
        });
    }

    private static Work sgd(int[] map) {
        return work("sgd", "sgd", matrix(map[0], map[1]), 0, operands -> {
            Tensor value = operands.random(map);
            Tensor gradient = operands.random(map);
            Tensor buffer = operands.random(map);
            return () -> operands.backend().sgdStep(value, gradient, buffer, 1e-6, 0.9, 1e-4);
        });
    }

    private static Map<String, Object> matrix(int rows, int columns) {
        return Map.of("rows", rows, "columns", columns);
    }
}
