package dev.retort.distill.pgd;

import dev.retort.detection.model.Taps;
import dev.retort.detection.model.TowerMaps;
import dev.retort.distill.Distillation;
import dev.retort.distill.dense.DensePair;
import dev.retort.distill.region.CellWeights;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * PGD (arXiv 2203.05469) between the heads of two detectors: the losses {@code pgd.foreground}, {@code pgd.background}, {@code pgd.boxes}
 * and {@code pgd.attention}; one of weight 0 is left out. It has no parameters. Padding counts as background.
 */
final class PgdDistillation implements Distillation {
    /** Convolutions of the towers that the maps are behind, in every released configuration. */
    static final int POSITION = 1;

    private final PgdSettings settings;
    private final long seed;

    PgdDistillation(PgdSettings settings, long seed) {
        this.settings = settings;
        this.seed = seed;
    }

    @Override
    public Needs needs() {
        return Needs.PREDICTIONS;
    }

    @Override
    public Taps teacherTaps() {
        return Taps.at(POSITION);
    }

    @Override
    public Taps studentTaps() {
        return teacherTaps();
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        Map<String, Tensor> losses = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            DensePair pair = DensePair.of(PgdProvider.NAME, step);
            PgdTargets targets = new PgdTargets(
                    pair.teacher(),
                    step.batch().groundTruth(),
                    seed,
                    step.moment().microBatch());
            TowerMaps student = pair.student().maps(POSITION);
            TowerMaps teacher = pair.teacher().maps(POSITION);
            Terms terms = new Terms();
            addClasses(terms, student.classes(), teacher.classes(), targets);
            addBoxes(terms, student.boxes(), teacher.boxes(), targets);
            terms.sums.forEach((name, sum) -> losses.put("pgd." + name, scope.keep(sum)));
        }
        return losses;
    }

    /** Sums of losses by name; those of weight 0 are left out. */
    private static final class Terms {
        private final Map<String, Tensor> sums = new LinkedHashMap<>();

        void add(String name, Tensor loss, double weight) {
            if (weight > 0) {
                sums.merge(name, loss.mul(weight), Tensor::add);
            }
        }
    }

    private void addClasses(Terms terms, List<Tensor> students, List<Tensor> teachers, PgdTargets targets) {
        List<CellWeights> foreground = targets.weights(PgdTargets.Tower.CLASSES);
        List<CellWeights> background = targets.background();
        for (int level = 0; level < students.size(); level++) {
            Tensor student = students.get(level).relu();
            PgdLoss.Classes losses = PgdLoss.classes(
                    student,
                    teachers.get(level).relu(),
                    foreground.get(level).tensor(student),
                    background.get(level).tensor(student),
                    settings.temperature(),
                    settings.asReleased());
            double factor = settings.levelWeights().get(level);
            terms.add("foreground", losses.foreground(), settings.foreground() * factor);
            terms.add("background", losses.background(), settings.background() * factor);
            terms.add("attention", losses.attention(), settings.attention());
        }
    }

    private void addBoxes(Terms terms, List<Tensor> students, List<Tensor> teachers, PgdTargets targets) {
        List<CellWeights> weights = targets.weights(PgdTargets.Tower.BOXES);
        for (int level = 0; level < students.size(); level++) {
            Tensor student = students.get(level).relu();
            PgdLoss.Boxes losses = PgdLoss.boxes(
                    student, teachers.get(level).relu(), weights.get(level).tensor(student), settings.temperature());
            terms.add("boxes", losses.feature(), settings.boxes());
            terms.add("attention", losses.attention(), settings.attention());
        }
    }
}
