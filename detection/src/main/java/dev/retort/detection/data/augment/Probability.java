package dev.retort.detection.data.augment;

/** Refuses what is no probability. */
final class Probability {
    private Probability() {}

    static void check(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("A probability lies in [0, 1], not " + probability);
        }
    }
}
