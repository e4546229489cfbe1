package dev.retort.acceptance.golden;

import dev.retort.acceptance.golden.FormulaCheck.Operands;
import dev.retort.tensor.ArrayOperations.Ordered;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The golden cases of group {@code ops} that move, select and accumulate elements, forward and backward. */
final class MovementChecks {
    private MovementChecks() {}

    static void add(Map<String, GoldenCheck> checks) {
        indexing(checks);
        joining(checks);
        moving(checks);
        masking(checks);
        ordering(checks);
    }

    private static void indexing(Map<String, GoldenCheck> checks) {
        checks.put("embedding", FormulaCheck.one(in -> in.ops().embedding(in.get("weight"), in.get("index"))));
        checks.put("index_select", FormulaCheck.one(in -> in.get("x").indexSelect(in.integer("dim"), in.get("index"))));
        checks.put("index_add", FormulaCheck.one(in -> in.ops()
                .indexAdd(in.get("x"), in.integer("dim"), in.get("index"), in.get("src"))));
        checks.put("gather", FormulaCheck.one(in -> in.get("x").gather(in.integer("dim"), in.get("index"))));
        checks.put("scatter_add", FormulaCheck.one(in -> in.ops()
                .scatterAdd(in.get("x"), in.integer("dim"), in.get("index"), in.get("src"))));
        checks.put("one_hot", FormulaCheck.one(in -> in.ops()
                .oneHot(in.get("index"), in.integer("num_classes"), DType.I64)));
    }

    private static void joining(Map<String, GoldenCheck> checks) {
        checks.put("concat", FormulaCheck.one(in -> in.ops().concat(in.integer("dim"), parts(in))));
        checks.put("stack", FormulaCheck.one(in -> in.ops().stack(in.integer("dim"), parts(in))));
        checks.put("split", new FormulaCheck(in -> named(in.get("x").split(in.integer("dim"), in.integers("sizes")))));
        checks.put("chunk", new FormulaCheck(in -> named(in.get("x").chunk(in.integer("dim"), in.integer("chunks")))));
    }

    /** x0, x1, ... */
    private static Tensor[] parts(Operands in) throws IOException {
        List<Tensor> parts = new ArrayList<>();
        while (in.has("x" + parts.size())) {
            parts.add(in.get("x" + parts.size()));
        }
        return parts.toArray(Tensor[]::new);
    }

    /** y0, y1, ... */
    private static Map<String, Tensor> named(List<Tensor> parts) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (Tensor part : parts) {
            named.put("y" + named.size(), part);
        }
        return named;
    }

    private static void moving(Map<String, GoldenCheck> checks) {
        checks.put("permute", FormulaCheck.one(in -> in.get("x").permute(in.integers("dims"))));
        checks.put(
                "permute_reshape",
                FormulaCheck.one(in -> in.get("x").permute(in.integers("dims")).reshape(in.integers("shape"))));
        checks.put("permute_to_N_HWA_K", FormulaCheck.one(in -> {
            Tensor x = in.get("x");
            int classes = in.integer("K");
            return x.reshape(x.dim(0), -1, classes, x.dim(2), x.dim(3))
                    .permute(0, 3, 4, 1, 2)
                    .reshape(x.dim(0), -1, classes);
        }));
        checks.put("pad", FormulaCheck.one(in -> {
            // Left, right, top, bottom.
            int[] widths = in.integers("pad");
            int[] before = {0, 0, widths[2], widths[0]};
            int[] after = {0, 0, widths[3], widths[1]};
            return in.ops().pad(in.get("x"), before, after, in.number("value"));
        }));
        checks.put("slice", FormulaCheck.one(MovementChecks::slice));
        checks.put("flip", FormulaCheck.one(in -> in.get("x").flip(in.integers("dims"))));
        checks.put("expand", FormulaCheck.one(in -> in.get("x").broadcastTo(Shape.of(in.integers("shape")))));
        checks.put("repeat", FormulaCheck.one(in -> in.get("x").repeat(in.integers("repeats"))));
        checks.put("squeeze", FormulaCheck.one(in -> in.get("x").squeeze(1).unsqueeze(0)));
    }

    /** Start, stop and step of each axis in Python's manner: null is the end of the axis, a negative stop counts from it. */
    private static Tensor slice(Operands in) throws IOException {
        Tensor x = in.get("x");
        JsonNode slices = in.attr("slices");
        int[] starts = new int[slices.size()];
        int[] ends = new int[slices.size()];
        int[] steps = new int[slices.size()];
        for (int axis = 0; axis < starts.length; axis++) {
            JsonNode part = slices.get(axis);
            starts[axis] = part.get(0).isNull() ? 0 : part.get(0).intValue();
            int stop = part.get(1).isNull() ? x.dim(axis) : part.get(1).intValue();
            ends[axis] = stop < 0 ? stop + x.dim(axis) : stop;
            steps[axis] = part.get(2).intValue();
        }
        return in.ops().slice(x, starts, ends, steps);
    }

    private static void masking(Map<String, GoldenCheck> checks) {
        checks.put("where", FormulaCheck.one(in -> in.get("c").where(in.get("a"), in.get("b"))));
        checks.put("masked_fill", FormulaCheck.one(in -> in.get("x")
                .maskedFill(in.get("mask").unsqueeze(1), in.number("value"))));
        checks.put("mask_select", FormulaCheck.one(in -> in.get("x").maskSelect(in.get("mask"))));
    }

    private static void ordering(Map<String, GoldenCheck> checks) {
        checks.put(
                "sort",
                new FormulaCheck(in -> Map.of(
                        "index", in.get("x").argSort(0, in.attr("descending").booleanValue()))));
        checks.put("topk", new FormulaCheck(in -> {
            Ordered best = in.get("x").topK(in.integer("k"), 0);
            return Map.of("values", best.values(), "index", best.indices());
        }));
        checks.put("nonzero", new FormulaCheck(in -> Map.of("index", in.get("x").nonzero())));
    }
}
