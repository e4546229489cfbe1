package dev.retort.detection.recipe;

import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.tensor.io.JsonProblem;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A key whose value is not what it was when a run began.
 *
 * @param key as a recipe file has it, {@code model.depth}
 * @param before its old value, as a text
 * @param now its new value
 * @param effect what the change does
 */
public record RecipeChange(String key, String before, String now, Effect effect) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * The keys that differ, in the recipe's order.
     *
     * @param before a recipe as JSON, of this version or an older one; keys that it lacks are passed over
     * @param all whether sections of other modules count
     * @throws IllegalArgumentException if {@code before} is no recipe
     */
    public static List<RecipeChange> between(String before, Recipe now, boolean all) {
        JsonNode old = RecipeReader.upgraded(before, "the recipe in its header");
        // Both as a text has them: 0.0 and 0 are one number.
        JsonNode current = JSON.readTree(RecipeReader.writeJson(now));
        List<RecipeChange> changes = new ArrayList<>();
        for (Map.Entry<String, JsonNode> section : current.properties()) {
            if (all || RecipeTree.required().contains(section.getKey())) {
                compare(section.getKey(), old.path(section.getKey()), section.getValue(), now, changes);
            }
        }
        return changes;
    }

    private static void compare(String key, JsonNode old, JsonNode now, Recipe recipe, List<RecipeChange> into) {
        if (now.isObject()) {
            now.properties()
                    .forEach(field -> compare(
                            key + "." + field.getKey(), old.path(field.getKey()), field.getValue(), recipe, into));
        } else if (!old.isMissingNode() && !text(old).equals(text(now))) {
            into.add(new RecipeChange(key, text(old), text(now), effect(key, recipe)));
        }
    }

    /** As a recipe file has it: constants in small letters. */
    private static String text(JsonNode value) {
        return value.isString() ? value.stringValue().toLowerCase(Locale.ROOT) : value.toString();
    }

    /**
     * What a change of a key does: what {@link OnChange} says of it.
     *
     * @throws IllegalArgumentException if the recipe has no such key
     */
    static Effect effect(String key, Recipe recipe) {
        String section = key.substring(0, Math.max(0, key.lastIndexOf('.')));
        String field = key.substring(key.lastIndexOf('.') + 1);
        for (Class<?> type : types(section, recipe)) {
            for (RecordComponent component : type.getRecordComponents()) {
                if (component.getName().equals(field)) {
                    OnChange change = component.getAnnotation(OnChange.class);
                    change = change == null ? type.getAnnotation(OnChange.class) : change;
                    Effect usual = section.equals(RecipeTree.MODEL) ? Effect.ARCHITECTURE : Effect.COURSE;
                    return change == null ? usual : change.value();
                }
            }
        }
        throw new IllegalArgumentException("A recipe has no key " + key);
    }

    /** The records whose components are the keys of a section. */
    private static List<Class<?>> types(String section, Recipe recipe) {
        return switch (section) {
            case RecipeTree.MODEL ->
                List.of(
                        recipe.model().getClass(),
                        DetectionModels.of(recipe.model().kind()).defaults().getClass());
            case "data" -> List.of(Recipe.Data.class);
            case "optimizer" -> List.of(Recipe.Optimizer.class);
            case "training" -> List.of(Recipe.Training.class);
            default ->
                RecipeSections.all().stream()
                        .filter(other -> other.name().equals(section))
                        .<Class<?>>map(other -> other.defaults().getClass())
                        .toList();
        };
    }

    /** For example {@code optimizer.learningRate: 0.01 in the checkpoint, 0.001 now}. */
    @Override
    public String toString() {
        return key + ": " + JsonProblem.shown(before) + " in the checkpoint, " + JsonProblem.shown(now) + " now";
    }
}
