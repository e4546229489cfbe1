package dev.retort.cli.progress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Losses as people want to see them: the mean of the last steps, as those of a single step jump. */
public final class RecentLosses {
    private static final int STEPS = 20;

    private final Deque<Map<String, Double>> recent = new ArrayDeque<>();

    /** Takes a step's losses in and gives the means, by name, over the last 20 steps, or fewer at the beginning. */
    public Map<String, Double> mean(Map<String, Double> losses) {
        recent.add(losses);
        if (recent.size() > STEPS) {
            recent.remove();
        }
        Map<String, Double> means = new LinkedHashMap<>();
        losses.keySet()
                .forEach(name -> means.put(
                        name,
                        recent.stream()
                                .mapToDouble(step -> step.getOrDefault(name, 0.0))
                                .average()
                                .orElseThrow()));
        return means;
    }
}
