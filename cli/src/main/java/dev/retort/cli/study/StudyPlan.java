package dev.retort.cli.study;

import dev.retort.detection.recipe.Recipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The runs of a study: one for each key and seed, however many rows share it, all rows of a seed before the next seed.
 *
 * @param keys of the rows, by their full names
 */
public record StudyPlan(Study study, Map<String, String> keys, List<Run> runs) {
    /** Digits of a key in the name of a folder. */
    private static final int SHOWN_DIGITS = 12;

    /**
     * One training and its evaluation.
     *
     * @param rows full names of those that it belongs to
     */
    public record Run(String key, long seed, Recipe recipe, boolean distil, List<String> rows) {
        /** Name of its folder. */
        String folder() {
            return StudyPlan.folder(key, seed);
        }

        /** For messages: its first row and its seed. */
        String name() {
            return rows.get(0) + " seed " + seed;
        }
    }

    /** A part of the runs, for one of several machines. */
    public record Shard(int number, int of) {
        public static final Shard WHOLE = new Shard(1, 1);

        public Shard {
            if (of < 1 || number < 1 || number > of) {
                throw new IllegalArgumentException(
                        "A shard is I/N with I from 1 to N, such as 2/8, not " + number + "/" + of);
            }
        }

        <T> List<T> of(List<T> all) {
            List<T> part = new ArrayList<>();
            for (int i = number - 1; i < all.size(); i += of) {
                part.add(all.get(i));
            }
            return part;
        }
    }

    static StudyPlan of(Study study, RunKey key) throws IOException {
        Map<String, String> keys = new LinkedHashMap<>();
        Map<String, Study.Row> first = new LinkedHashMap<>();
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (Study.Table table : study.tables()) {
            for (Study.Row row : table.rows()) {
                if (!keys.containsKey(row.fullName())) {
                    String digest = key.of(row);
                    keys.put(row.fullName(), digest);
                    first.putIfAbsent(digest, row);
                    rows.computeIfAbsent(digest, k -> new ArrayList<>()).add(row.fullName());
                }
            }
        }
        List<Run> runs = new ArrayList<>();
        for (long seed : study.seeds()) {
            first.forEach((digest, row) ->
                    runs.add(new Run(digest, seed, row.recipe(seed), row.distil(), List.copyOf(rows.get(digest)))));
        }
        return new StudyPlan(study, keys, List.copyOf(runs));
    }

    static String folder(String key, long seed) {
        return shown(key) + "-s" + seed;
    }

    /** A key as folders have it. */
    static String shown(String key) {
        return key.substring(0, SHOWN_DIGITS);
    }

    String key(Study.Row row) {
        return keys.get(row.fullName());
    }

    /** The runs that some row of the tables needs; all without names. */
    List<Run> runs(List<String> tables) {
        return runs.stream()
                .filter(run -> tables.isEmpty()
                        || study.tables().stream()
                                .filter(table -> tables.contains(table.name()))
                                .flatMap(table -> table.rows().stream())
                                .anyMatch(row -> key(row).equals(run.key)))
                .toList();
    }
}
