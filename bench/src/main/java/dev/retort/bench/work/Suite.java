package dev.retort.bench.work;

import dev.retort.bench.network.Scenario;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The suites; a row's name begins with its suite's. */
public enum Suite {
    /** Single operations. */
    OPS(OpsSuite::of),
    /** The layers of the network. */
    LAYERS(LayersSuite::of),
    /** Inference. */
    INFER(InferSuite::of),
    /** A distillation step. */
    STEP(StepSuite::of);

    private final Function<Scenario, List<Work>> works;

    Suite(Function<Scenario, List<Work>> works) {
        this.works = works;
    }

    /** All rows of the suite. */
    public List<Work> works(Scenario scenario) {
        return works.apply(scenario);
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
