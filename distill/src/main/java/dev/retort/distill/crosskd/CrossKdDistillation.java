package dev.retort.distill.crosskd;

import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.Taps;
import dev.retort.detection.model.TowerHead;
import dev.retort.detection.model.TowerMaps;
import dev.retort.distill.Distillation;
import dev.retort.distill.dense.CountedPlaces;
import dev.retort.distill.dense.DensePair;
import dev.retort.distill.level.ChannelStatistics;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CrossKD (arXiv 2306.11369) between the heads of two detectors: the losses {@code crosskd.classes} and {@code crosskd.boxes}; one of
 * weight 0 is left out. It has no parameters. Gradients reach the student's maps through the teacher's head, whose weights are constants.
 * FCOS' third branch is not compared.
 */
final class CrossKdDistillation implements Distillation {
    private final CrossKdSettings settings;
    private final List<String> levels;

    /** @param levels names of the pyramid's levels, for messages */
    CrossKdDistillation(CrossKdSettings settings, List<String> levels) {
        this.settings = settings;
        this.levels = levels;
    }

    @Override
    public Needs needs() {
        return Needs.PREDICTIONS;
    }

    @Override
    public Taps teacherTaps() {
        return Taps.at(settings.position());
    }

    @Override
    public Taps studentTaps() {
        return teacherTaps();
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        Map<String, Tensor> losses = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            DensePair pair = DensePair.of(CrossKdProvider.NAME, step);
            requireStatistics(pair.student().features());
            TowerMaps own = pair.student().maps(settings.position());
            TowerMaps given = pair.teacher().maps(settings.position());
            CountedPlaces counted = CountedPlaces.of(
                    pair.student().labels(step.batch().groundTruth()),
                    pair.student().logits(),
                    false);
            if (settings.classes() > 0) {
                Tensor sum = counted.divided(level -> classes(pair.teacher(), own, given, counted, level));
                losses.put("crosskd.classes", scope.keep(sum.mul(settings.classes())));
            }
            if (settings.boxes() > 0) {
                Tensor sum = counted.divided(level -> boxes(pair.teacher(), own, given, counted, level));
                losses.put("crosskd.boxes", scope.keep(sum.mul(settings.boxes())));
            }
        }
        return losses;
    }

    private Tensor classes(DensePredictions teacher, TowerMaps own, TowerMaps given, CountedPlaces counted, int level) {
        Tensor aligned =
                CrossKdLoss.aligned(own.classes().get(level), given.classes().get(level));
        Tensor crossed = teacher.towers().logits(aligned, settings.position());
        return CrossKdLoss.classes(
                crossed, teacher.logits().get(level), counted.weights().get(level));
    }

    private Tensor boxes(DensePredictions teacher, TowerMaps own, TowerMaps given, CountedPlaces counted, int level) {
        TowerHead head = teacher.towers();
        Tensor aligned =
                CrossKdLoss.aligned(own.boxes().get(level), given.boxes().get(level));
        Tensor crossed = head.boxes(aligned, settings.position(), level);
        return CrossKdLoss.boxes(
                teacher.decode(level, crossed),
                teacher.decode(level, teacher.boxes(level)),
                teacher.logits().get(level),
                counted.weights().get(level));
    }

    private void requireStatistics(List<Tensor> features) {
        for (int level = 0; level < features.size(); level++) {
            ChannelStatistics.require(CrossKdProvider.NAME, levels.get(level), features.get(level), "");
        }
    }
}
