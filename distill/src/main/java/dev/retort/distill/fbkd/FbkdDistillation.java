package dev.retort.distill.fbkd;

import dev.retort.distill.Distillation;
import dev.retort.distill.level.ChannelStatistics;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * FBKD (Zhang and Ma, ICLR 2021) on the levels of two pyramids: the losses {@code fbkd.feature}, {@code fbkd.channel},
 * {@code fbkd.spatial} and {@code fbkd.relation}. The student's optimizer trains adapters and non-local blocks.
 */
final class FbkdDistillation implements Distillation {
    static final String NAME = "fbkd";

    private final FbkdSettings settings;
    private final ComparedLevels levels;
    private final FbkdParts parts;

    FbkdDistillation(FbkdSettings settings, ComparedLevels levels, FbkdParts parts) {
        this.settings = settings;
        this.levels = levels;
        this.parts = parts;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> losses = new LinkedHashMap<>();
            for (LevelPair pair : levels.pairs(step)) {
                require(pair.requireSameSize(NAME));
                parts.of(pair.level()).forEach((name, part) -> {
                    Tensor loss = part.loss(pair.student(), pair.teacher()).mul(settings.weight(name));
                    losses.merge(NAME + '.' + name, loss, Tensor::add);
                });
            }
            losses.values().forEach(scope::keep);
            return losses;
        }
    }

    private void require(LevelPair pair) {
        if (settings.relation() > 0) {
            String advice = "leave " + pair.level() + " out of distillation.fbkd.levels, or ";
            ChannelStatistics.require("The relation of fbkd", pair.level(), pair.teacher(), advice);
        }
    }

    @Override
    public Map<String, Module> joined() {
        return Map.of(NAME, parts);
    }

    @Override
    public void close() {
        parts.close();
    }
}
