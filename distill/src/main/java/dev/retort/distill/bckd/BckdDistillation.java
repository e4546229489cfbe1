package dev.retort.distill.bckd;

import dev.retort.distill.Distillation;
import dev.retort.distill.dense.CountedPlaces;
import dev.retort.distill.dense.DensePair;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * BCKD (arXiv 2308.14286) on the predictions of two detectors: the losses {@code bckd.classes} and {@code bckd.boxes}; one of weight 0 is
 * left out. It has no parameters. FCOS' third branch is not compared.
 */
final class BckdDistillation implements Distillation {
    private final BckdSettings settings;

    BckdDistillation(BckdSettings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.PREDICTIONS;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        Map<String, Tensor> losses = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            DensePair pair = DensePair.of(BckdProvider.NAME, step);
            CountedPlaces counted = CountedPlaces.of(
                    pair.student().labels(step.batch().groundTruth()),
                    pair.student().logits(),
                    settings.emptyLevels() == BckdSettings.EmptyLevels.SKIP);
            if (settings.classes() > 0) {
                losses.put("bckd.classes", scope.keep(classes(pair, counted).mul(settings.classes())));
            }
            if (settings.boxes() > 0) {
                losses.put("bckd.boxes", scope.keep(boxes(pair, counted).mul(settings.boxes())));
            }
        }
        return losses;
    }

    private Tensor classes(DensePair pair, CountedPlaces counted) {
        return counted.divided(level -> BckdLoss.classes(
                pair.student().logits().get(level),
                pair.teacher().logits().get(level),
                counted.weights().get(level),
                settings.beta()));
    }

    private static Tensor boxes(DensePair pair, CountedPlaces counted) {
        return counted.divided(level -> BckdLoss.boxes(
                pair.student().decode(level, pair.student().boxes(level)),
                pair.teacher().decode(level, pair.teacher().boxes(level)),
                pair.student().logits().get(level),
                pair.teacher().logits().get(level),
                counted.weights().get(level)));
    }
}
