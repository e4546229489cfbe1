package dev.retort.detection.train;

import dev.retort.detection.recipe.Recipe;
import java.util.LinkedHashMap;
import java.util.Map;

/** When a run is evaluated, which evaluation was the best, and whether it is time to end. */
final class Validation {
    private static final String BEST_KEY = "best_ap";
    private static final String LAST_KEY = "evaluated_at";
    private static final String MISSES_KEY = "evaluations_since_best";

    private final int every;
    private final int patience;
    private double best = Double.NEGATIVE_INFINITY;
    private long last;
    private int misses;

    Validation(Recipe.Training training) {
        every = training.evaluateEvery();
        patience = training.patience();
    }

    /** Whether the weights after {@code iteration} steps have to be evaluated, and have not been. */
    boolean isDue(long iteration, long iterations) {
        return every > 0 && iteration > last && (iteration % every == 0 || iteration == iterations);
    }

    /** Takes an evaluation in; whether it is the best so far. */
    boolean add(long iteration, double ap) {
        last = iteration;
        boolean better = ap > best;
        best = Math.max(ap, best);
        misses = better ? 0 : misses + 1;
        return better;
    }

    /** Whether as many evaluations as the recipe's patience have not been better than the best. */
    boolean isOutOfPatience() {
        return patience > 0 && misses >= patience;
    }

    Map<String, String> state() {
        Map<String, String> state = new LinkedHashMap<>();
        if (every > 0) {
            state.put(BEST_KEY, Double.toString(best));
            state.put(LAST_KEY, Long.toString(last));
            state.put(MISSES_KEY, Integer.toString(misses));
        }
        return state;
    }

    /**
     * Goes on where {@link #state} was taken; what a checkpoint does not tell stays as it is.
     *
     * @throws NumberFormatException if an entry is no number
     */
    void restore(Map<String, String> state) {
        double ap = Double.parseDouble(state.getOrDefault(BEST_KEY, "-Infinity"));
        long at = Long.parseLong(state.getOrDefault(LAST_KEY, "0"));
        int since = Integer.parseInt(state.getOrDefault(MISSES_KEY, "0"));
        best = ap;
        last = at;
        misses = since;
    }
}
