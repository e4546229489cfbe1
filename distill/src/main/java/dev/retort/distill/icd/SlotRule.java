package dev.retort.distill.icd;

/**
 * How many instance slots an image gets, real instances included (ICD, arXiv 2110.12724, and its released
 * code).
 *
 * <p>RELATIVE: min(max(1, floor(n*(ratio + 1))), max(limit, n)); FIXED: max(limit, n), for n real instances.
 *
 * @param ratio sampled slots a real one; only RELATIVE reads it
 * @param limit most slots (RELATIVE) or all slots (FIXED), unless there are more real instances
 */
public record SlotRule(Kind kind, double ratio, int limit) {
    public enum Kind {
        RELATIVE,
        FIXED
    }

    public SlotRule {
        if (kind == null || !(ratio >= 0) || ratio > 1e6 || limit < 1) {
            throw new IllegalArgumentException(
                    "A slot rule needs a kind, a ratio in [0, 1e6] and a limit of at least 1, not " + kind + ", "
                            + ratio + " and " + limit);
        }
    }

    /** The paper's rule: 5 sampled slots a real instance, 300 in all at most (one-stage detectors). */
    public static SlotRule relative() {
        return relative(5, 300);
    }

    public static SlotRule relative(double ratio, int limit) {
        return new SlotRule(Kind.RELATIVE, ratio, limit);
    }

    /** As many slots in every image; the released code has 100. */
    public static SlotRule fixed(int limit) {
        return new SlotRule(Kind.FIXED, 0, limit);
    }

    /** Slots of an image with {@code instances} real ones; at least 1. */
    public int slots(int instances) {
        int room = Math.max(limit, instances);
        return kind == Kind.FIXED ? room : Math.min(Math.max(1, (int) Math.floor(instances * (ratio + 1))), room);
    }
}
