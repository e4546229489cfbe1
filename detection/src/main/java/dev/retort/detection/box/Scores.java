package dev.retort.detection.box;

/** Between logits and probabilities. */
public final class Scores {
    private Scores() {}

    /** 1/(1 + e^-logit). */
    public static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    /** ln(p/(1 - p)), the logit whose sigmoid is {@code probability}; infinite at 0 and 1. */
    public static double logit(double probability) {
        return Math.log(probability / (1 - probability));
    }
}
