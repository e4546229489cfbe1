package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.LayerNorm;
import dev.retort.nn.Linear;
import dev.retort.nn.Module;
import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * A decoder layer (DETR's, arXiv 2005.12872, without self-attention): q1 = LN(q + MHA(q, k, v)), q2 = LN(q1 + FFN(q1)),
 * FFN C -> 4C -> C with ReLU.
 */
final class DecoderLayer extends Module {
    private static final int EXPANSION = 4;

    private final ConditionalAttention attention;
    private final Linear widen;
    private final Linear narrow;
    private final LayerNorm attendedNorm;
    private final LayerNorm outputNorm;

    DecoderLayer(BuildContext context, IcdConfig.Decoder config) {
        super(context);
        int channels = config.channels();
        attention = child("", at -> new ConditionalAttention(at, config));
        widen = child("linear_in", at -> new Linear(at, channels, EXPANSION * channels));
        narrow = child("linear_out", at -> new Linear(at, EXPANSION * channels, channels));
        attendedNorm = child("norm1", at -> new LayerNorm(at, channels));
        outputNorm = child("norm2", at -> new LayerNorm(at, channels));
    }

    ConditionalAttention attention() {
        return attention;
    }

    DecoderOutput forward(Tensor queries, Tensor features, PyramidContext pyramid, Extra extra) {
        try (Scope scope = Scope.open()) {
            DecoderOutput attended = attention.forward(queries, features, pyramid, extra);
            scope.keep(attended.values());
            scope.keep(extra == Extra.LOGITS ? attended.logits() : attended.weights());
            Tensor hidden = attendedNorm.forward(queries.add(attended.queries()));
            Tensor fed = narrow.forward(widen.forward(hidden).relu());
            Tensor output = scope.keep(outputNorm.forward(hidden.add(fed)));
            return new DecoderOutput(output, attended.logits(), attended.weights(), attended.values());
        }
    }
}
