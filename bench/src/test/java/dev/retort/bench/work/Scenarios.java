package dev.retort.bench.work;

import dev.retort.bench.network.Scenario;

/** A scenario small enough for tests, with everything in it. */
public final class Scenarios {
    /** ResNet-18 with a stem of 8, a pyramid of 16 channels, an image of 64 x 96 with 3 boxes of 5 classes. */
    public static final Scenario TINY = new Scenario(64, 96, 18, 18, 8, 16, 1, 5, 3, Scenario.ICD);

    private Scenarios() {}
}
