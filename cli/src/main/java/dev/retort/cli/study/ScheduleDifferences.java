package dev.retort.cli.study;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What rows of a study differ in besides what they compare: length, batch, optimizer and schedule. */
final class ScheduleDifferences {
    private static final String[] KEYS = {
        "training.iterations",
        "training.epochs",
        "training.batch",
        "training.accumulate",
        "training.patience",
        "training.averageDecay",
        "optimizer"
    };

    private ScheduleDifferences() {}

    /** A sentence for each key whose values differ. */
    static List<String> of(Study study) {
        Map<String, Map<String, List<String>>> rows = new LinkedHashMap<>();
        for (Study.Table table : study.tables()) {
            for (Study.Row row : table.rows()) {
                for (String setting : settings(row.recipe())) {
                    int equals = setting.indexOf('=');
                    List<String> same = rows.computeIfAbsent(setting.substring(0, equals), key -> new LinkedHashMap<>())
                            .computeIfAbsent(setting.substring(equals + 1), value -> new ArrayList<>());
                    if (!same.contains(row.fullName())) {
                        same.add(row.fullName());
                    }
                }
            }
        }
        List<String> sentences = new ArrayList<>();
        rows.forEach((key, values) -> {
            if (values.size() > 1) {
                sentences.add(sentence(key, values));
            }
        });
        return sentences;
    }

    private static List<String> settings(Recipe recipe) {
        return RecipeReader.settings(recipe, KEYS);
    }

    private static String sentence(String key, Map<String, List<String>> values) {
        String most = values.entrySet().stream()
                .max(Comparator.comparingInt(entry -> entry.getValue().size()))
                .orElseThrow()
                .getKey();
        List<String> others = new ArrayList<>();
        values.forEach((value, names) -> {
            if (!value.equals(most)) {
                others.add(value + " in " + String.join(", ", names));
            }
        });
        return key + " differs between rows: " + String.join("; ", others) + "; " + most + " in all others";
    }
}
