package dev.retort.mlflow;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A recipe's dotted keys with their values, within MLflow's limits. */
final class RecipeParameters {
    /** Of a value: servers since 1.28 take so much, newer ones more. */
    private static final int LONGEST = 500;

    private static final String REST = "...";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RecipeParameters() {}

    static Map<String, String> of(Recipe recipe) {
        Map<String, String> parameters = new LinkedHashMap<>();
        add("", JSON.readTree(RecipeReader.writeJson(recipe)), parameters);
        return parameters;
    }

    private static void add(String key, JsonNode value, Map<String, String> into) {
        if (value.isObject()) {
            value.properties()
                    .forEach(field ->
                            add(key.isEmpty() ? field.getKey() : key + "." + field.getKey(), field.getValue(), into));
        } else {
            into.put(key, bounded(value.isString() ? value.stringValue() : value.toString()));
        }
    }

    static String bounded(String value) {
        return value.length() <= LONGEST ? value : value.substring(0, LONGEST - REST.length()) + REST;
    }
}
