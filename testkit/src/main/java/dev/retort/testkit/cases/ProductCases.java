package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.GemmSpec.Layout;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.OperationCase.Accuracy;

/** gemm in all its layouts, matmul, linear. */
final class ProductCases {
    private ProductCases() {}

    static void add(CaseList cases) {
        int[][] sizes = {
            {1, 1, 1}, {4, 6, 13}, {13, 1, 31}, {1, 13, 4}, {6, 31, 1}, {31, 13, 6}, {33, 35, 31}, {0, 3, 4}, {3, 4, 0}
        };
        for (int[] size : sizes) {
            for (int flags = 0; flags < 4; flags++) {
                gemm(cases, size[0], size[1], size[2], (flags & 1) != 0, (flags & 2) != 0);
            }
        }
        large(cases, 207, 65, 300, false, true);
        large(cases, 65, 207, 31, true, false);
        heads(cases);
        gaps(cases);
        sharedOperand(cases);
        matmuls(cases);
        linear(cases, true, 13, 4, 6);
        linear(cases, false, 31, 6, 2, 5, 13);
        linear(cases, true, 1, 1, 1);
        linear(cases, true, 31, 207);
        linear(cases, true, 3, 0, 4);
        linear(cases, true, 3, 4, 0);
        linear(cases, true, 35, 33, 300);
    }

    private static void gemm(CaseList cases, int m, int n, int k, boolean transposeA, boolean transposeB) {
        cases.one(
                Operation.GEMM,
                m + "x" + n + "x" + k + flags(transposeA, transposeB),
                FLOATING,
                Accuracy.sum(k),
                (ops, x) -> ops.gemm(x[0], x[1], GemmSpec.dense(m, n, k, transposeA, transposeB), Shape.of(m, n)),
                transposeA ? Operand.uniform(k, m) : Operand.uniform(m, k),
                transposeB ? Operand.uniform(n, k) : Operand.uniform(k, n));
    }

    /** Large enough for tiled kernels; too large for a gradient check of every element. */
    private static void large(CaseList cases, int m, int n, int k, boolean transposeA, boolean transposeB) {
        cases.one(
                Operation.GEMM,
                m + "x" + n + "x" + k + flags(transposeA, transposeB),
                FLOATING,
                Accuracy.sum(k),
                (ops, x) -> ops.gemm(x[0], x[1], GemmSpec.dense(m, n, k, transposeA, transposeB), Shape.of(m, n)),
                (transposeA ? Operand.uniform(k, m) : Operand.uniform(m, k)).constant(),
                (transposeB ? Operand.uniform(n, k) : Operand.uniform(k, n)).constant());
    }

    private static String flags(boolean transposeA, boolean transposeB) {
        return (transposeA ? ", A transposed" : "") + (transposeB ? ", B transposed" : "");
    }

    /** Attention read in place: scores = q k^T per image and head of [N, S, heads*d], then scores*v back into [N, S, heads*d]. */
    private static void heads(CaseList cases) {
        int n = 2;
        int s = 5;
        int t = 6;
        int heads = 3;
        int d = 4;
        int c = heads * d;
        Layout q = new Layout(0, c, (long) s * c, d);
        Layout k = new Layout(0, c, (long) t * c, d);
        Layout scores = new Layout(0, t, (long) heads * s * t, (long) s * t);
        cases.one(
                Operation.GEMM,
                "attention scores",
                FLOATING,
                Accuracy.sum(d),
                (ops, x) -> ops.gemm(
                        x[0],
                        x[1],
                        new GemmSpec(s, t, d, false, true, n, heads, q, k, scores),
                        Shape.of(n, heads, s, t)),
                Operand.uniform(n, s, c),
                Operand.uniform(n, t, c));
        cases.one(
                Operation.GEMM,
                "attention values",
                FLOATING,
                Accuracy.sum(t),
                (ops, x) -> ops.gemm(
                        x[0], x[1], new GemmSpec(s, d, t, false, false, n, heads, scores, k, q), Shape.of(n, s, c)),
                Operand.uniform(n, heads, s, t),
                Operand.uniform(n, t, c));
    }

    /** Operands inside larger rows, and a result that the products do not fill: the rest is zero. */
    private static void gaps(CaseList cases) {
        Layout a = new Layout(3, 7, 28, 0);
        Layout b = new Layout(1, 9, 45, 0);
        Layout c = new Layout(2, 8, 40, 0);
        for (boolean transpose : new boolean[] {false, true}) {
            cases.one(
                    Operation.GEMM,
                    "inside larger rows" + flags(transpose, transpose),
                    FLOATING,
                    Accuracy.sum(4),
                    (ops, x) -> ops.gemm(
                            x[0], x[1], new GemmSpec(4, 4, 4, transpose, transpose, 2, 1, a, b, c), Shape.of(2, 5, 8)),
                    Operand.uniform(2, 5, 7),
                    Operand.uniform(2, 5, 9));
        }
    }

    /** One matrix for a whole batch: stride 0. Its gradient is a sum over the batch, which gemm alone does not make. */
    private static void sharedOperand(CaseList cases) {
        cases.one(
                Operation.GEMM,
                "one B for the batch",
                FLOATING,
                Accuracy.sum(6),
                (ops, x) -> ops.gemm(
                        x[0],
                        x[1],
                        new GemmSpec(
                                5,
                                13,
                                6,
                                false,
                                false,
                                3,
                                1,
                                new Layout(0, 6, 30, 0),
                                new Layout(0, 13, 0, 0),
                                new Layout(0, 13, 65, 0)),
                        Shape.of(3, 5, 13)),
                Operand.uniform(3, 5, 6),
                Operand.uniform(6, 13).constant());
    }

    private static void matmuls(CaseList cases) {
        int[][][] pairs = {
            {{4, 6}, {6, 13}},
            {{2, 3, 4, 6}, {2, 3, 6, 5}},
            {{2, 1, 4, 6}, {3, 6, 5}},
            {{4, 6}, {3, 6, 5}},
            {{3, 4, 6}, {6, 13}},
            {{2, 0, 6}, {2, 6, 3}},
            {{6, 6}, {6, 6}},
            {{33, 300}, {300, 35}},
            {{0, 4, 6}, {6, 3}},
        };
        for (int[][] pair : pairs) {
            for (int flags = 0; flags < 4; flags++) {
                boolean transposeA = (flags & 1) != 0;
                boolean transposeB = (flags & 2) != 0;
                int[] a = transposeA ? swapped(pair[0]) : pair[0];
                int[] b = transposeB ? swapped(pair[1]) : pair[1];
                cases.one(
                        "matmul",
                        text(a) + " " + text(b) + flags(transposeA, transposeB),
                        FLOATING,
                        Accuracy.sum(pair[0][pair[0].length - 1]),
                        (ops, x) -> ops.matmul(x[0], x[1], transposeA, transposeB),
                        CaseList.block(Operand.uniform(a)),
                        CaseList.block(Operand.uniform(b)));
            }
        }
    }

    private static int[] swapped(int[] extents) {
        int[] swapped = extents.clone();
        swapped[extents.length - 1] = extents[extents.length - 2];
        swapped[extents.length - 2] = extents[extents.length - 1];
        return swapped;
    }

    private static void linear(CaseList cases, boolean bias, int out, int... x) {
        Operand input = CaseList.block(Operand.uniform(x));
        int in = x[x.length - 1];
        Operand weight = CaseList.block(Operand.uniform(out, in));
        String variant = text(x) + " to " + out + (bias ? "" : ", no bias");
        if (bias) {
            cases.one(
                    "linear",
                    variant,
                    FLOATING,
                    Accuracy.sum(in),
                    (ops, t) -> ops.linear(t[0], t[1], t[2]),
                    input,
                    weight,
                    Operand.uniform(out));
        } else {
            cases.one(
                    "linear",
                    variant,
                    FLOATING,
                    Accuracy.sum(in),
                    (ops, t) -> ops.linear(t[0], t[1], null),
                    input,
                    weight);
        }
    }
}
