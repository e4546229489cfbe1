package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeChange;
import dev.retort.detection.recipe.RecipeChange.Effect;
import dev.retort.detection.recipe.RecipeReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RecipeChangeTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Recipe recipe(String... settings) {
        return RecipeReader.parse("", "test", List.of(settings));
    }

    /** A key that is added to the recipe must be given an effect, too. */
    @Test
    void everyKeyHasAnEffect() {
        JsonNode recipe = JSON.valueToTree(recipe());
        recipe.properties().forEach(section -> section.getValue().properties().forEach(field -> {
            String key = section.getKey() + "." + field.getKey();
            Effect effect = RecipeChange.effect(key);
            assertThat(effect == Effect.ARCHITECTURE).as(key).isEqualTo(isArchitecture(key));
        }));
        assertThatThrownBy(() -> RecipeChange.effect("model.colour")).hasMessageContaining("model.colour");
    }

    private static boolean isArchitecture(String key) {
        return key.startsWith("model.")
                || List.of("optimizer.kind", "distillation.hidden", "distillation.heads", "distillation.layers")
                        .contains(key);
    }

    @Test
    void changesAreToldAsARecipeHasThem() {
        String before = JSON.writeValueAsString(recipe());
        Recipe now = recipe("model.norm=frozen", "data.shortEdges=[320, 400]", "distillation.weight=4");
        assertThat(RecipeChange.between(before, now, true))
                .extracting(RecipeChange::toString)
                .containsExactly(
                        "model.norm: batch in the checkpoint, frozen now",
                        "data.shortEdges: [] in the checkpoint, [320,400] now",
                        "distillation.weight: 8.0 in the checkpoint, 4.0 now");
        assertThat(RecipeChange.between(before, now, false)).hasSize(2);
        assertThat(RecipeChange.between(before, recipe(), true)).isEmpty();
    }

    @Test
    void keysThatAnOlderVersionDidNotHaveArePassedOver() {
        assertThat(RecipeChange.between("{\"model\": {\"depth\": 18}}", recipe(), true))
                .extracting(RecipeChange::key)
                .containsExactly("model.depth");
        assertThatThrownBy(() -> RecipeChange.between("[]", recipe(), true)).hasMessageContaining("[]");
    }
}
