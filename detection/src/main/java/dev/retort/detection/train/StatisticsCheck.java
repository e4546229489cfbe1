package dev.retort.detection.train;

import dev.retort.detection.Detector;
import dev.retort.detection.model.ModelSettings.BackboneNorm;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Refuses what cannot be trained: a frozen norm keeps the statistics that it has, and those of a new network normalize nothing. The
 * signal of drawn weights then grows with every block, and the first losses are in the thousands or no numbers at all.
 */
final class StatisticsCheck {
    private static final String VARIANCE = ".norm.running_var";

    private StatisticsCheck() {}

    /** @throws TrainingException if the backbone's norms are frozen and all as a new network has them */
    static void requireFrozenOnesKnown(Detector detector) {
        if (detector.recipe().model().norm() != BackboneNorm.FROZEN) {
            return;
        }
        Map<String, Tensor> variances = new LinkedHashMap<>(detector.network().state());
        variances.keySet().removeIf(name -> !name.endsWith(VARIANCE));
        if (!variances.isEmpty() && variances.values().stream().allMatch(StatisticsCheck::isNew)) {
            throw new TrainingException(
                    "model.norm is frozen, but the norms of the backbone have no statistics: the network is new. Start from"
                            + " trained weights (model.weights: FILE), or train with model.norm: batch");
        }
    }

    private static boolean isNew(Tensor variance) {
        for (float value : variance.toFloats()) {
            if (value != 1) {
                return false;
            }
        }
        return true;
    }
}
