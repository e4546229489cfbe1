package dev.retort.distill.level;

import dev.retort.distill.DistillationException;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/** Mean and unbiased deviation of each channel of a map over all images and cells. */
public final class ChannelStatistics {
    /** Added to the deviation that is divided by, as in the released codes of PKD and CrossKD. */
    private static final double EPSILON = 1e-6;

    private ChannelStatistics() {}

    /**
     * Refuses a map of one number a channel, which has no deviation.
     *
     * @param who needs it, for the message
     * @param level its name
     * @param map [N, H, W, C]
     * @param advice what else can be done, before the batch is named; may be empty
     * @throws DistillationException if N*H*W is below 2
     */
    public static void require(String who, String level, Tensor map, String advice) {
        if (map.dim(0) * map.dim(1) * map.dim(2) < 2) {
            throw new DistillationException(who + " needs two numbers a channel, but " + level
                    + " has one cell, and the micro-batch one image: " + advice + "set training.batch to 2 or more");
        }
    }

    /**
     * (x - mean)/(deviation + 1e-6).
     *
     * @param map [N, H, W, C], N*H*W of 2 or more
     * @return [N*H*W, C]
     */
    public static Tensor normalized(Tensor map) {
        try (Scope scope = Scope.open()) {
            Tensor centered = centered(rows(map));
            return scope.keep(centered.div(deviation(centered).add(EPSILON)));
        }
    }

    /**
     * A map with the mean and the deviation that another one has.
     *
     * @param map [N, H, W, C], N*H*W of 2 or more
     * @param other [N, H, W, C]
     * @return as {@code map}
     */
    public static Tensor transferred(Tensor map, Tensor other) {
        try (Scope scope = Scope.open()) {
            Tensor given = rows(other);
            Tensor scaled = normalized(map).mul(deviation(centered(given))).add(given.mean(0));
            return scope.keep(scaled.reshape(map.shape()));
        }
    }

    private static Tensor rows(Tensor map) {
        return map.reshape(-1, map.dim(3));
    }

    private static Tensor centered(Tensor rows) {
        return rows.sub(rows.mean(0));
    }

    private static Tensor deviation(Tensor centered) {
        // norm has a gradient of 0 where a channel is the same everywhere, which sqrt has not.
        return centered.norm(0).mul(1 / Math.sqrt(centered.dim(0) - 1.0));
    }
}
