package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Linear;
import dev.retort.nn.Module;
import dev.retort.nn.MultiheadAttention;
import dev.retort.nn.MultiheadAttention.Attention;
import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.Set;

/**
 * Attention of instances to a pyramid: keys are features plus (projected) positions, values features alone unless
 * positions are wanted there too. As a decoder of 0 layers it stands alone.
 */
final class ConditionalAttention extends Module {
    private final MultiheadAttention attention;
    private final Linear positionProjector;
    private final boolean positionsOnValues;

    ConditionalAttention(BuildContext context, IcdConfig.Decoder config) {
        super(context);
        int channels = config.channels();
        attention = child("matt", at -> new MultiheadAttention(at, channels, config.heads()));
        positionProjector =
                config.projectPositions() ? child("pos_projector", at -> new Linear(at, channels, channels)) : null;
        positionsOnValues = config.positionsOnValues();
    }

    /** Features plus positions, projected where that is asked for: [N, S, C]. */
    Tensor keys(Tensor features, Tensor positions) {
        try (Scope scope = Scope.open()) {
            return scope.keep(
                    features.add(positionProjector == null ? positions : positionProjector.forward(positions)));
        }
    }

    /** @param extra LOGITS or WEIGHTS: what to hand out */
    DecoderOutput forward(Tensor queries, Tensor features, PyramidContext pyramid, Extra extra) {
        try (Scope scope = Scope.open()) {
            Tensor keys = keys(features, pyramid.positions());
            Attention attended = attention.attend(
                    queries, keys, positionsOnValues ? keys : features, pyramid.padding(), Set.of(extra, Extra.VALUES));
            scope.keep(attended.values());
            scope.keep(extra == Extra.LOGITS ? attended.logits() : attended.weights());
            return new DecoderOutput(
                    scope.keep(attended.output()), attended.logits(), attended.weights(), attended.values());
        }
    }
}
