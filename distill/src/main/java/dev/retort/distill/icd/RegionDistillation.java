package dev.retort.distill.icd;

import dev.retort.autograd.Parameter;
import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.distill.region.PaddingMask;
import dev.retort.distill.region.Region;
import dev.retort.distill.region.RegionWeights;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ICD with the weights of a {@link Region}, without a decoder: only the student's projection is trained beside the student. */
final class RegionDistillation implements Distillation {
    private final Region region;
    private final IcdConfig config;
    private final ComparedLevels levels;
    private final RegionObjective objective;
    private final IcdOptimizer optimizer;

    RegionDistillation(DistillationProvider.Context context, IcdSettings settings, ComparedLevels levels) {
        region = settings.region();
        this.levels = levels;
        config = settings.config(context.dataset().categories().size());
        objective = new RegionObjective(context.modules(IcdProvider.NAME), config, context.studentChannels());
        optimizer = new IcdOptimizer(objective, settings, context.iterations());
    }

    @Override
    public Needs needs() {
        return region.needsPredictions() ? Needs.PREDICTIONS : Needs.FEATURES;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        long iteration = step.moment().iteration();
        if (config.distillation().weight() == 0 || !config.phases().teachesStudent(iteration)) {
            return Map.of();
        }
        try (Scope scope = Scope.open()) {
            List<LevelPair> pairs = levels.pairs(step);
            List<Tensor> student = pairs.stream().map(LevelPair::student).toList();
            List<Tensor> teacher = pairs.stream().map(LevelPair::teacher).toList();
            Tensor loss = objective.loss(student, teacher, weights(step, teacher), iteration);
            return Map.of(IcdObjective.DISTILLATION, scope.keep(loss));
        }
    }

    /** [N, heads, 1, S] over the compared levels. */
    private Tensor weights(Step step, List<Tensor> teacher) {
        List<Tensor> all = RegionWeights.of(region, step);
        List<Tensor> compared = new ArrayList<>();
        levels.names().forEach(level -> compared.add(all.get(levels.teacherIndex(level))));
        List<PaddingMask> masks = PaddingMask.of(
                step.batch().groundTruth(), step.batch().height(), step.batch().width(), teacher);
        return RegionWeighting.weights(
                compared, masks, region == Region.ACTIVATION, config.decoder().heads());
    }

    @Override
    public List<Parameter> parameters() {
        return objective.trainableParameters();
    }

    @Override
    public void update(GradientSource gradients, long iteration) {
        optimizer.step(gradients, iteration);
    }

    @Override
    public void addTo(Checkpoint checkpoint) {
        optimizer.addTo(checkpoint);
    }

    @Override
    public void close() {
        optimizer.close();
        objective.close();
    }
}
