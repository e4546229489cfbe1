package dev.retort.distill.icd;

/**
 * The temperature T that divides the teacher's logits in the distillation weights.
 *
 * @param start T of FIXED; T at iteration 0 of LINEAR
 * @param end T at the last iteration of LINEAR
 */
public record Temperature(Kind kind, double start, double end) {
    public enum Kind {
        FIXED,
        LINEAR,
        /** The released code's "learnable" temperature: it starts at 1, gets no gradient there, and so stays 1. */
        LEARNABLE
    }

    public Temperature {
        if (kind == null || !(start > 0) || !(end > 0) || Double.isInfinite(start) || Double.isInfinite(end)) {
            throw new IllegalArgumentException("A temperature needs a kind and positive finite values, not " + kind
                    + ", " + start + " and " + end);
        }
    }

    public static Temperature fixed(double value) {
        return new Temperature(Kind.FIXED, value, value);
    }

    /** start + (end - start)*iteration/iterations. */
    public static Temperature linear(double start, double end) {
        return new Temperature(Kind.LINEAR, start, end);
    }

    public static Temperature learnable() {
        return new Temperature(Kind.LEARNABLE, 1, 1);
    }

    /**
     * T at an iteration of a run.
     *
     * @param iterations length of the run
     */
    public double at(long iteration, long iterations) {
        return switch (kind) {
            case FIXED -> start;
            case LEARNABLE -> 1;
            case LINEAR -> start + (end - start) * ((double) iteration / iterations);
        };
    }

    /** Whether T is 1 throughout, so that the attention's own softmax serves. */
    public boolean isOne() {
        return kind == Kind.LEARNABLE || (start == 1 && (kind == Kind.FIXED || end == 1));
    }
}
