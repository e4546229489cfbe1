package dev.retort.golden;

import dev.retort.detection.box.Nms;
import dev.retort.golden.FormulaCheck.Operands;
import dev.retort.tensor.Backend;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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
        checks.put("embedding", FormulaCheck.one(in -> {
            Tensor weight = in.get("weight");
            Tensor index = in.get("index");
            Tensor rows = weight.indexSelect(0, index.reshape(-1));
            return rows.reshape(index.dim(0), index.dim(1), weight.dim(1));
        }));
        checks.put("index_select", FormulaCheck.one(in -> in.get("x").indexSelect(in.integer("dim"), in.get("index"))));
        checks.put("index_add", FormulaCheck.one(in -> in.ops()
                .indexAdd(in.get("x"), in.integer("dim"), in.get("index"), in.get("src"))));
        checks.put("gather", FormulaCheck.one(in -> in.ops().gather(in.get("x"), in.integer("dim"), in.get("index"))));
        checks.put("scatter_add", FormulaCheck.one(in -> in.ops()
                .scatterAdd(in.get("x"), in.integer("dim"), in.get("index"), in.get("src"))));
        checks.put("one_hot", FormulaCheck.one(in -> {
            Tensor index = in.get("index");
            long[] classes =
                    IntStream.range(0, in.integer("num_classes")).asLongStream().toArray();
            return FormulaCheck.unsqueeze(index, -1)
                    .compare(CompareOp.EQ, in.ops().tensor(classes, classes.length))
                    .cast(DType.I64);
        }));
    }

    private static void joining(Map<String, GoldenCheck> checks) {
        checks.put("concat", FormulaCheck.one(in -> in.ops().concat(in.integer("dim"), parts(in))));
        checks.put("stack", FormulaCheck.one(in -> {
            int axis = in.integer("dim");
            Tensor[] parts = parts(in);
            for (int i = 0; i < parts.length; i++) {
                parts[i] = FormulaCheck.unsqueeze(parts[i], axis);
            }
            return in.ops().concat(axis, parts);
        }));
        checks.put("split", new FormulaCheck(in -> split(in.get("x"), in.integer("dim"), in.integers("sizes"))));
        checks.put("chunk", new FormulaCheck(in -> {
            Tensor x = in.get("x");
            int[] sizes = new int[in.integer("chunks")];
            Arrays.fill(sizes, x.dim(in.integer("dim")) / sizes.length);
            return split(x, in.integer("dim"), sizes);
        }));
    }

    /** x0, x1, ... */
    private static Tensor[] parts(Operands in) throws IOException {
        List<Tensor> parts = new ArrayList<>();
        while (in.has("x" + parts.size())) {
            parts.add(in.get("x" + parts.size()));
        }
        return parts.toArray(Tensor[]::new);
    }

    private static Map<String, Tensor> split(Tensor x, int axis, int[] sizes) {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        int start = 0;
        for (int size : sizes) {
            parts.put("y" + parts.size(), x.slice(axis, start, start + size));
            start += size;
        }
        return parts;
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
        checks.put("flip", FormulaCheck.one(in -> {
            Tensor x = in.get("x");
            int axis = in.integers("dims")[0];
            long[] reversed = IntStream.range(0, x.dim(axis))
                    .mapToLong(i -> x.dim(axis) - 1 - i)
                    .toArray();
            return x.indexSelect(axis, in.ops().tensor(reversed, reversed.length));
        }));
        checks.put("expand", FormulaCheck.one(in -> in.get("x").broadcastTo(Shape.of(in.integers("shape")))));
        checks.put("repeat", FormulaCheck.one(in -> {
            Tensor y = in.get("x");
            int[] repeats = in.integers("repeats");
            for (int axis = 0; axis < repeats.length; axis++) {
                Tensor[] copies = new Tensor[repeats[axis]];
                Arrays.fill(copies, y);
                y = in.ops().concat(axis, copies);
            }
            return y;
        }));
        checks.put("squeeze", FormulaCheck.one(in -> {
            Tensor x = in.get("x");
            return x.reshape(1, x.dim(0), x.dim(2));
        }));
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
        checks.put("masked_fill", FormulaCheck.one(in -> {
            Tensor x = in.get("x");
            Tensor mask = in.get("mask");
            Tensor value = in.ops().full(Shape.SCALAR, x.dtype(), in.number("value"));
            return mask.reshape(mask.dim(0), 1, mask.dim(1)).where(value, x);
        }));
        checks.put("mask_select", FormulaCheck.one(in -> {
            Tensor x = in.get("x");
            boolean[] mask = in.get("mask").toBooleans();
            long[] rows = IntStream.range(0, mask.length)
                    .filter(i -> mask[i])
                    .asLongStream()
                    .toArray();
            return x.reshape(mask.length, x.dim(-1)).indexSelect(0, in.ops().tensor(rows, rows.length));
        }));
    }

    private static void ordering(Map<String, GoldenCheck> checks) {
        checks.put("sort", golden -> {
            int sign = golden.attrs().required("descending").booleanValue() ? 1 : -1;
            golden.expectExact("out.index", descending(golden.doubles("in.x"), sign));
        });
        checks.put("topk", new FormulaCheck(in -> {
            Tensor x = in.get("x");
            int[] best = Arrays.copyOf(descending(x.toDoubles(), 1), in.integer("k"));
            Tensor index = in.ops().tensor(best, best.length);
            return Map.of("values", x.indexSelect(0, index), "index", index);
        }));
        checks.put("nonzero", new FormulaCheck(in -> Map.of("index", nonzero(in.ops(), in.get("x")))));
    }

    /** The order of suppression, when no two boxes overlap: descending, ties in the order in which they stand. */
    private static int[] descending(double[] values, int sign) {
        double[] scores = Arrays.stream(values).map(value -> sign * value).toArray();
        return Nms.nms(new double[4 * values.length], scores, 1);
    }

    /** Coordinates [count, 2] of what is not zero in x [rows, columns]: each element's place among them is a running sum. */
    private static Tensor nonzero(Backend ops, Tensor x) {
        int size = (int) x.size();
        Tensor chosen = x.reshape(size).compare(CompareOp.NE, 0);
        Tensor running = ops.cumsum(chosen.cast(DType.I64), 0);
        int count = (int) running.max().item();
        // What is zero goes to one more place, which is cut off.
        Tensor places = chosen.where(running.sub(1), ops.full(Shape.SCALAR, DType.I64, count));
        Tensor all = ops.tensor(LongStream.range(0, size).toArray(), size);
        Tensor found = ops.scatterAdd(ops.zeros(Shape.of(count + 1), DType.I64), 0, places, all)
                .narrow(0, count);
        Tensor rows = found.div(x.dim(1));
        return ops.concat(1, FormulaCheck.unsqueeze(rows, 1), FormulaCheck.unsqueeze(found.sub(rows.mul(x.dim(1))), 1));
    }
}
