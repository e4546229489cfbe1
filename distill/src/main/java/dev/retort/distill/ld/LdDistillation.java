package dev.retort.distill.ld;

import dev.retort.detection.model.BoxDistribution;
import dev.retort.distill.Distillation;
import dev.retort.distill.dense.DensePair;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LD (arXiv 2102.12252) between the heads of two detectors that predict distributions: the losses {@code ld.main} at positive places,
 * {@code ld.region} in the valuable localization region and {@code ld.classes} at positive places; one of weight 0 is left out. It has no
 * parameters. With {@link LdLoss} L of an edge, s the student's best class score at a place and u the weight of {@link ValuableRegion}:
 * <pre>
 * main    = sum over positive places of s * sum over edges of L / 4     s is a constant
 * region  = sum over the other places of u * sum over edges of L / 16
 * classes = mean over positive places of T^2 * mean over classes of q * ln(q/p), p and q the softmax of class logits over T
 * </pre>
 * The first two are not divided by the number of places, as released. The release takes for FCOS' region the points in boxes that are not positive; here FCOS has that of GFL's anchors, eight
 * strides wide around its points. FCOS' third branch is not compared.
 */
final class LdDistillation implements Distillation {
    private static final double MAIN_DIVISOR = 4;
    private static final double REGION_DIVISOR = 16;

    private final LdSettings settings;
    private final ValuableRegion region;

    LdDistillation(LdSettings settings) {
        this.settings = settings;
        region = ValuableRegion.published(
                settings.asReleased() ? ValuableRegion.Overlap.ANCHOR : ValuableRegion.Overlap.UNION);
    }

    @Override
    public Needs needs() {
        return Needs.PREDICTIONS;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        Map<String, Tensor> losses = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            DensePair pair = DensePair.of(LdProvider.NAME, step);
            LdPlaces places = LdPlaces.of(pair.student(), step.batch().groundTruth(), region, settings.region() > 0);
            int bins = settings.asReleased() && pair.student().areAnchors()
                    ? BoxDistribution.EDGES * BoxDistribution.BINS
                    : BoxDistribution.BINS;
            Sums sums = new Sums();
            for (int level = 0; level < places.positives().size(); level++) {
                addPositives(sums, pair, places, level, bins);
                addRegion(sums, pair, places.region().get(level), level, bins);
            }
            sums.byName.forEach((name, sum) -> losses.put("ld." + name, scope.keep(sum)));
        }
        return losses;
    }

    /** Weighted losses by name, summed over levels; one of weight 0 is left out. */
    private static final class Sums {
        private final Map<String, Tensor> byName = new LinkedHashMap<>();

        void add(String name, Tensor loss, double weight) {
            byName.merge(name, loss.mul(weight), Tensor::add);
        }
    }

    private void addPositives(Sums sums, DensePair pair, LdPlaces places, int level, int bins) {
        LdPlaces.Level at = places.positives().get(level);
        Tensor own = at.pick(pair.student().logits().get(level));
        if (settings.main() > 0) {
            Tensor each = edges(pair, at, level, bins);
            Tensor score = own.detach().sigmoid().max(1);
            sums.add("main", LdLoss.sum(each, score), settings.main() / MAIN_DIVISOR);
        }
        if (settings.classes() > 0) {
            Tensor given = at.pick(pair.teacher().logits().get(level));
            int count = settings.asReleased() ? at.count() : places.positiveCount();
            Tensor each = LdLoss.each(own, given, own.dim(1), settings.classTemperature());
            sums.add("classes", each.sum(), settings.classes() / Math.max(1, count));
        }
    }

    private void addRegion(Sums sums, DensePair pair, LdPlaces.Level at, int level, int bins) {
        if (settings.region() > 0) {
            Tensor each = edges(pair, at, level, bins);
            sums.add("region", LdLoss.sum(each, at.weights(each)), settings.region() / REGION_DIVISOR);
        }
    }

    private Tensor edges(DensePair pair, LdPlaces.Level at, int level, int bins) {
        List<Tensor> own = pair.student().distributions();
        List<Tensor> given = pair.teacher().distributions();
        return LdLoss.each(at.pick(own.get(level)), at.pick(given.get(level)), bins, settings.temperature());
    }
}
