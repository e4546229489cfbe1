package dev.retort.distill.icd;

import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.GemmSpec.Layout;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * Where a student should listen (ICD, arXiv 2110.12724): the attention of the instances that count, summed. w = sum
 * over instances of softmax over S of (logits / T), [N, h, 1, S]; a constant, since the teacher's side is detached.
 */
public final class ConditionalWeighting {
    private ConditionalWeighting() {}

    /** What to ask the decoder for: at T = 1 its own softmax serves. */
    public static Extra wanted(Temperature temperature) {
        return temperature.isOne() ? Extra.WEIGHTS : Extra.LOGITS;
    }

    /**
     * w, [N, h, 1, S].
     *
     * @param layer with logits, or with weights if T is 1
     * @param negatives whether sampled instances count as well as real ones
     */
    public static Tensor weights(DecoderOutput layer, InstanceTargets targets, boolean negatives, double temperature) {
        double[] indicator = targets.indicator(negatives);
        int rows = rows(indicator, targets.slots());
        try (Scope scope = Scope.open()) {
            Tensor attention;
            if (layer.weights() != null) {
                if (temperature != 1) {
                    throw new IllegalArgumentException("Attention weights are softened by temperature 1, not "
                            + temperature + ": ask the decoder for logits");
                }
                attention = Constants.of(layer.weights());
            } else {
                Tensor logits = Constants.of(layer.logits()).slice(2, 0, rows);
                attention = (temperature == 1 ? logits : logits.div(temperature)).softmax(-1);
            }
            return scope.keep(sum(attention, indicator, targets, rows));
        }
    }

    /** Rows of each image that count, at least 1: real instances come first, so the rest is never touched. */
    private static int rows(double[] indicator, int slots) {
        int rows = 1;
        for (int i = 0; i < indicator.length; i++) {
            if (indicator[i] > 0) {
                rows = Math.max(rows, i % slots + 1);
            }
        }
        return rows;
    }

    /** The indicator [N, 1, rows] times the attention of each head, [rows, S], read in place. */
    private static Tensor sum(Tensor attention, double[] indicator, InstanceTargets targets, int rows) {
        int images = attention.dim(0);
        int heads = attention.dim(1);
        int slots = attention.dim(2);
        int cells = attention.dim(3);
        DType dtype = attention.dtype();
        try (Scope scope = Scope.open()) {
            Tensor counted = attention.backend().tensor(indicator, Shape.of(images, targets.slots()), dtype);
            GemmSpec spec = new GemmSpec(
                    1,
                    cells,
                    rows,
                    false,
                    false,
                    images,
                    heads,
                    new Layout(0, targets.slots(), targets.slots(), 0),
                    new Layout(0, cells, (long) heads * slots * cells, (long) slots * cells),
                    new Layout(0, cells, (long) heads * cells, cells));
            return scope.keep(attention.backend().gemm(counted, attention, spec, Shape.of(images, heads, 1, cells)));
        }
    }
}
