package dev.retort.cli.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How long runs took, as far as they were made, and how long others will take. */
final class RunTimes {
    private final Map<String, List<Double>> byKey = new LinkedHashMap<>();
    private final Map<Boolean, List<Double>> byKind = new LinkedHashMap<>();

    /** Takes in the seconds of a complete run. */
    synchronized void add(StudyPlan.Run run, double seconds) {
        byKey.computeIfAbsent(run.key(), key -> new ArrayList<>()).add(seconds);
        byKind.computeIfAbsent(run.distil(), kind -> new ArrayList<>()).add(seconds);
    }

    /**
     * Seconds that a run will take: the mean of its row; of a row without runs, the longest of those that distil like it, or of
     * all; none where nothing was measured.
     */
    synchronized OptionalDouble estimate(StudyPlan.Run run) {
        List<Double> same = byKey.getOrDefault(run.key(), List.of());
        if (!same.isEmpty()) {
            return same.stream().mapToDouble(Double::doubleValue).average();
        }
        List<Double> alike = byKind.getOrDefault(run.distil(), List.of());
        return (alike.isEmpty() ? byKind.values().stream().flatMap(List::stream) : alike.stream())
                .mapToDouble(Double::doubleValue)
                .max();
    }
}
