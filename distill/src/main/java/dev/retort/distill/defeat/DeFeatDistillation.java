package dev.retort.distill.defeat;

import dev.retort.detection.box.GroundTruth;
import dev.retort.distill.Distillation;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.distill.region.CellWeights;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * DeFeat on the levels of two pyramids: the losses {@code defeat.foreground} and {@code defeat.background}, each but with weight 0.
 * The student's optimizer trains the adapters.
 */
final class DeFeatDistillation implements Distillation {
    static final String NAME = "defeat";

    /** Pixels of the finest level's cells; each next level has cells twice as large. */
    private static final int FINEST_STRIDE = 8;

    private final DeFeatSettings settings;
    private final ComparedLevels levels;
    private final Adapters adapters;

    DeFeatDistillation(DeFeatSettings settings, ComparedLevels levels, Adapters adapters) {
        this.settings = settings;
        this.levels = levels;
        this.adapters = adapters;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        try (Scope scope = Scope.open()) {
            List<Tensor> students = new ArrayList<>();
            List<Tensor> teachers = new ArrayList<>();
            List<Tensor> cells = new ArrayList<>();
            for (LevelPair pair : levels.pairs(step)) {
                pair.requireSameSize(NAME);
                students.add(adapters.forward(pair.level(), pair.student()));
                teachers.add(pair.teacher());
                cells.add(foreground(step, pair).tensor(pair.teacher()));
            }
            DeFeatLoss loss = DeFeatLoss.of(students, teachers, cells);
            Map<String, Tensor> terms = new LinkedHashMap<>();
            if (settings.foreground() > 0) {
                terms.put(NAME + ".foreground", scope.keep(loss.foreground().mul(settings.foreground())));
            }
            if (settings.background() > 0) {
                terms.put(NAME + ".background", scope.keep(loss.background().mul(settings.background())));
            }
            return terms;
        }
    }

    private CellWeights foreground(Step step, LevelPair pair) {
        List<GroundTruth> images = step.batch().groundTruth();
        int level = levels.studentIndex(pair.level());
        int count = step.student().features().size();
        Tensor map = pair.teacher();
        return ForegroundCells.of(images, level, count, FINEST_STRIDE << level, map.dim(1), map.dim(2));
    }

    @Override
    public Map<String, Module> joined() {
        return Map.of(NAME, adapters);
    }

    @Override
    public void close() {
        adapters.close();
    }
}
