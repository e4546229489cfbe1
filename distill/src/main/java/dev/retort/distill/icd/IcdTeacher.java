package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The trainable side of the teacher: encoder, decoder and auxiliary task. The detector whose pyramid it reads stands
 * outside and is frozen. Entries are named as in the released code.
 */
public final class IcdTeacher extends Module {
    private final IcdConfig config;
    private final ConditionalDecoder decoder;
    private final DescriptorEncoder encoder;
    private final AuxiliaryTask auxiliary;

    public IcdTeacher(BuildContext context, IcdConfig config) {
        super(context);
        this.config = config;
        int channels = config.decoder().channels();
        decoder = child("attention_module", at -> new ConditionalDecoder(at, config.decoder()));
        encoder = child(
                "ins_encoder.encoder",
                at -> new DescriptorEncoder(at, config.descriptors().width(), channels));
        auxiliary = child("ins_encoder.predictor", at -> new AuxiliaryTask(at, channels, config.auxiliary()));
    }

    public ConditionalDecoder decoder() {
        return decoder;
    }

    public AuxiliaryTask auxiliary() {
        return auxiliary;
    }

    /** Queries [N, K, C] of descriptors. */
    public Tensor encode(InstanceDescriptors descriptors) {
        try (Scope scope = Scope.open()) {
            return scope.keep(encoder.forward(descriptors.tensor(backend(), dtype())));
        }
    }

    /**
     * Every decoder layer's output.
     *
     * @param features the teacher's pyramid, [N, S, C], a constant
     * @param extra LOGITS or WEIGHTS: which of them a layer hands out
     */
    public List<DecoderOutput> forward(
            InstanceDescriptors descriptors, Tensor features, PyramidContext pyramid, Extra extra) {
        if (features.dim(-1) != config.decoder().channels()) {
            throw new ShapeException("The teacher's pyramid has width " + features.dim(-1) + ", the decoder "
                    + config.decoder().channels() + ": set the decoder's channels to the teacher's pyramid width");
        }
        return decoder.forward(encode(descriptors), features, pyramid, extra);
    }

    /**
     * The auxiliary losses of every layer, scalars by name: {@code identification.i} and {@code localization.i}; one of
     * weight 0 is left out.
     */
    public Map<String, Tensor> losses(List<DecoderOutput> layers, InstanceTargets targets) {
        Map<String, Tensor> losses = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            try (Scope scope = Scope.open()) {
                Tensor prediction = auxiliary.predict(layers.get(i).queries());
                if (config.auxiliary().identificationWeight() > 0) {
                    losses.put("identification." + i, scope.keep(auxiliary.identification(prediction, targets)));
                }
                if (config.auxiliary().localizationWeight() > 0) {
                    losses.put("localization." + i, scope.keep(auxiliary.localization(prediction, targets)));
                }
            }
        }
        return losses;
    }
}
