package dev.retort.detection.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A section of recipes that another module reads. Its keys are the components of a settings record, whose constructor refuses
 * values out of range with {@link IllegalArgumentException}, the field's dotted name first. A recipe gives the settings by
 * {@link Recipe#own}.
 *
 * @param name dotted where it lies in another section: {@code distillation.icd}
 * @param defaults the settings of a recipe that says nothing
 * @param chosenBy dotted key of a list of texts that has to hold the last part of the name for this section to be read; empty
 *     for a section that every recipe has
 * @param renamed today's dotted keys by that of older recipes which gave the value of each
 */
public record RecipeSection(String name, Record defaults, String chosenBy, Map<String, List<String>> renamed) {
    public RecipeSection {
        renamed = Collections.unmodifiableMap(new LinkedHashMap<>(renamed));
    }

    /** The part of the name behind the last point. */
    String last() {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
