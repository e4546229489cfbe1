package dev.retort.acceptance.golden;

import dev.retort.acceptance.golden.FormulaCheck.Operands;
import dev.retort.tensor.ArrayOperations.Ordered;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The golden cases of group {@code ops} that are elementwise operations, reductions and losses, forward and backward. */
final class OpChecks {
    private OpChecks() {}

    static Map<String, GoldenCheck> checks() {
        Map<String, GoldenCheck> checks = new HashMap<>();
        elementwise(checks);
        reductions(checks);
        losses(checks);
        MovementChecks.add(checks);
        LayerChecks.add(checks);
        return checks;
    }

    private static void elementwise(Map<String, GoldenCheck> checks) {
        for (UnaryOp op : UnaryOp.values()) {
            // The set has no case of these two.
            if (op != UnaryOp.ERF && op != UnaryOp.ROUND) {
                checks.put(op.name().toLowerCase(Locale.ROOT), FormulaCheck.one(in -> in.get("x")
                        .unary(op)));
            }
        }
        Map<String, BinaryOp> pairs = Map.of(
                "add", BinaryOp.ADD,
                "sub", BinaryOp.SUB,
                "mul", BinaryOp.MUL,
                "div", BinaryOp.DIV,
                "maximum", BinaryOp.MAX,
                "minimum", BinaryOp.MIN);
        pairs.forEach((name, op) ->
                checks.put(name, FormulaCheck.one(in -> in.get("a").binary(op, in.get("b")))));
        checks.put("pow", FormulaCheck.one(in -> in.get("x").pow(in.number("exponent"))));
        checks.put("scalar_pow", FormulaCheck.one(in -> {
            Tensor x = in.get("x");
            return in.ops().binary(BinaryOp.POW, in.ops().full(Shape.SCALAR, x.dtype(), in.number("base")), x);
        }));
        checks.put(
                "floor_div",
                FormulaCheck.one(in -> in.get("x").div(in.number("divisor")).floor()));
        checks.put("clamp", FormulaCheck.one(in -> in.get("x")
                .clamp(
                        bound(in.attr("min"), Double.NEGATIVE_INFINITY),
                        bound(in.attr("max"), Double.POSITIVE_INFINITY))));
        checks.put("compare", new FormulaCheck(OpChecks::compare));
        checks.put("fan_out", FormulaCheck.one(in -> {
            Tensor x = in.get("x");
            return x.mul(x).add(x.mul(x.sum()));
        }));
    }

    private static double bound(JsonNode bound, double open) {
        return bound.isNull() ? open : bound.doubleValue();
    }

    private static Map<String, Tensor> compare(Operands in) throws IOException {
        Tensor a = in.get("a");
        Tensor b = in.get("b");
        Map<String, Tensor> outputs = new HashMap<>();
        for (CompareOp op : CompareOp.values()) {
            outputs.put(op.name().toLowerCase(Locale.ROOT), a.compare(op, b));
        }
        Tensor greater = a.compare(CompareOp.GT, b);
        Tensor positive = a.compare(CompareOp.GT, 0);
        outputs.put("and", greater.and(positive));
        outputs.put("or", greater.or(positive));
        outputs.put("not", greater.not());
        return outputs;
    }

    private static void reductions(Map<String, GoldenCheck> checks) {
        checks.put("sum", new FormulaCheck(OpChecks::sum));
        checks.put("mean", reduction(ReduceOp.MEAN));
        checks.put("max", reduction(ReduceOp.MAX));
        checks.put("min", reduction(ReduceOp.MIN));
        checks.put("var", new FormulaCheck(in -> {
            int[] last = {-1};
            return Map.of(
                    "biased", in.ops().variance(in.get("x"), last, 0, false),
                    "unbiased", in.get("x").variance(last));
        }));
        checks.put("norm", FormulaCheck.one(in -> in.get("x").norm()));
        checks.put("max_index", new FormulaCheck(in -> {
            Ordered best = in.ops().extreme(true, in.get("x"), in.integer("dim"));
            return Map.of("values", best.values(), "index", best.indices());
        }));
        checks.put("argmax", new FormulaCheck(in -> {
            Tensor x = in.get("x");
            return Map.of(
                    "argmax",
                    x.argMax(-1),
                    "argmin",
                    x.argMin(0),
                    "flat",
                    x.reshape(-1).argMax(0));
        }));
        checks.put("cumsum", new FormulaCheck(OpChecks::cumsum));
    }

    private static FormulaCheck reduction(ReduceOp op) {
        return FormulaCheck.one(in -> reduce(op, in));
    }

    private static Tensor reduce(ReduceOp op, Operands in) throws IOException {
        int[] axes = in.attr("axes").isNull() ? new int[0] : in.integers("axes");
        return in.get("x").reduce(op, in.attr("keepdim").booleanValue(), axes);
    }

    private static Map<String, Tensor> sum(Operands in) throws IOException {
        Tensor x = in.get("x");
        if (in.wants("all")) {
            return Map.of("y", x.sum(0), "all", x.sum());
        }
        return in.wants("m") ? Map.of("y", x.sum(), "m", x.mean()) : Map.of("y", reduce(ReduceOp.SUM, in));
    }

    private static Map<String, Tensor> cumsum(Operands in) throws IOException {
        if (in.has("x")) {
            return Map.of("y", in.get("x").cumsum(in.integer("dim")));
        }
        Tensor mask = in.floating(in.get("m"));
        return Map.of("y", mask.cumsum(1), "x", mask.cumsum(2));
    }

    private static void losses(Map<String, GoldenCheck> checks) {
        checks.put("bce_with_logits", loss(in -> in.ops().bceWithLogits(in.get("x"), in.get("t"))));
        checks.put("sigmoid_focal_loss", loss(in -> in.ops()
                .sigmoidFocalLoss(in.get("x"), in.get("t"), in.number("alpha"), in.number("gamma"))));
        checks.put("smooth_l1", loss(in -> in.ops().smoothL1(in.get("x"), in.get("t"), in.number("beta"))));
        checks.put("l1", loss(in -> in.ops().l1(in.get("x"), in.get("t"))));
        checks.put("empty_losses", new FormulaCheck(in -> {
            Tensor x = in.get("x");
            Tensor t = in.get("t");
            return Map.of(
                    "focal", in.ops().sigmoidFocalLoss(x, t, 0.25, 2).sum(),
                    "giou", in.ops().giou(x, t).sum(),
                    "smooth_l1", in.ops().smoothL1(x, t, 0.1).sum());
        }));
        checks.put("mse", loss(in -> in.ops().mse(in.get("x"), in.get("t"))));
    }

    private static FormulaCheck loss(FormulaCheck.One elementwise) {
        return FormulaCheck.one(in -> {
            Tensor loss = elementwise.apply(in);
            String reduction = in.attr("reduction").stringValue();
            return switch (reduction) {
                case "none" -> loss;
                case "sum" -> loss.sum();
                case "mean" -> loss.mean();
                default -> throw new AssertionError("reduction " + reduction);
            };
        });
    }
}
