package dev.retort.detection.train;

import dev.retort.autograd.Parameter;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.optim.AdamW;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.Optimizer;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Schedule;
import dev.retort.nn.optim.Sgd;
import dev.retort.nn.optim.Warmup;
import dev.retort.nn.optim.WarmupCosine;
import dev.retort.nn.optim.WarmupMultiStep;
import java.util.Map;
import java.util.stream.LongStream;

/** The optimizer and the schedule that a recipe asks for. */
final class Optimizers {
    private Optimizers() {}

    static Optimizer optimizer(Recipe.Optimizer settings, Map<String, Parameter> parameters) {
        Clipping clipping = settings.clipValue() > 0
                ? new Clipping.Value(settings.clipValue())
                : settings.clipNorm() > 0 ? new Clipping.GlobalNorm(settings.clipNorm()) : new Clipping.None();
        ParameterGroup group = ParameterGroup.of(parameters, settings.weightDecay());
        return switch (settings.kind()) {
            case SGD -> new Sgd(group, settings.momentum(), clipping);
            case ADAMW -> new AdamW(group, clipping);
        };
    }

    static Schedule schedule(Recipe.Optimizer settings, long iterations) {
        Warmup warmup = Warmup.linear(settings.warmupFactor(), settings.warmupIterations());
        return switch (settings.schedule()) {
            case COSINE -> new WarmupCosine(settings.learningRate(), 0, iterations, warmup);
            case MULTISTEP -> {
                long[] steps = settings.steps().stream()
                        .mapToLong(share -> Math.round(share * iterations))
                        .toArray();
                if (LongStream.of(steps).distinct().count() < steps.length) {
                    throw new IllegalArgumentException("The shares optimizer.steps " + settings.steps() + " of "
                            + iterations + " iteration(s) are not different iterations: raise training.iterations,"
                            + " give fewer steps, or set optimizer.schedule=cosine");
                }
                yield new WarmupMultiStep(settings.learningRate(), 0.1, steps, iterations, warmup);
            }
        };
    }
}
