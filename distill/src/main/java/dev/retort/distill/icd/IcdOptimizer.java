package dev.retort.distill.icd;

import dev.retort.nn.Module;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.optim.AdamW;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.GradientSource;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Schedule;
import dev.retort.nn.optim.Warmup;
import dev.retort.nn.optim.WarmupCosine;

/** AdamW for the method's own parameters, with a cosine over the whole run and one norm over their gradients. */
final class IcdOptimizer implements AutoCloseable {
    private static final String OPTIMIZER = "icd_adamw";

    private final Module module;
    private final AdamW optimizer;
    private final Schedule schedule;

    /** @param iterations length of the run */
    IcdOptimizer(Module module, IcdSettings settings, long iterations) {
        this.module = module;
        Clipping clipping =
                settings.clipNorm() > 0 ? new Clipping.GlobalNorm(settings.clipNorm()) : new Clipping.None();
        optimizer = new AdamW(ParameterGroup.of(module.parameters(), settings.weightDecay()), clipping);
        schedule = new WarmupCosine(settings.learningRate(), 0, iterations, Warmup.linear(1, 0));
    }

    void step(GradientSource gradients, long iteration) {
        optimizer.step(gradients, schedule.learningRate(iteration));
    }

    /** Adds the module, and the state of its optimizer. */
    void addTo(Checkpoint checkpoint) {
        checkpoint.model(IcdProvider.NAME, module).optimizer(OPTIMIZER, optimizer);
    }

    /** The module stays the caller's. */
    @Override
    public void close() {
        optimizer.close();
    }
}
