package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The conditional decoder (ICD, arXiv 2110.12724): instances ask a pyramid where they are. Its layers follow one
 * another, each with its own projections of the same pyramid. Entries are named as in the released code: {@code matt.0},
 * {@code matt.1}, ...
 */
public final class ConditionalDecoder extends Module {
    private final List<DecoderLayer> layers = new ArrayList<>();
    private final ConditionalAttention bare;

    public ConditionalDecoder(BuildContext context, IcdConfig.Decoder config) {
        super(context);
        for (int i = 0; i < config.layers(); i++) {
            layers.add(child("matt." + i, at -> new DecoderLayer(at, config)));
        }
        bare = config.layers() == 0 ? child("", at -> new ConditionalAttention(at, config)) : null;
    }

    /**
     * Every layer's output, first to last.
     *
     * @param queries [N, K, C]
     * @param features [N, S, C], see {@link PyramidContext#flatten}
     * @param extra LOGITS or WEIGHTS: which of them a layer hands out
     */
    public List<DecoderOutput> forward(Tensor queries, Tensor features, PyramidContext pyramid, Extra extra) {
        if (extra == Extra.VALUES) {
            throw new IllegalArgumentException("Values are always handed out: ask for LOGITS or WEIGHTS");
        }
        if (bare != null) {
            return List.of(bare.forward(queries, features, pyramid, extra));
        }
        List<DecoderOutput> outputs = new ArrayList<>();
        Tensor asked = queries;
        for (DecoderLayer layer : layers) {
            DecoderOutput output = layer.forward(asked, features, pyramid, extra);
            outputs.add(output);
            asked = output.queries();
        }
        return outputs;
    }

    /** The keys of layer i: features plus (projected) positions, [N, S, C]. */
    public Tensor keys(int i, Tensor features, Tensor positions) {
        return (bare != null ? bare : layers.get(i).attention()).keys(features, positions);
    }
}
