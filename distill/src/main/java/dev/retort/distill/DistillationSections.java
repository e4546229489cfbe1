package dev.retort.distill;

import dev.retort.detection.recipe.RecipeSection;
import dev.retort.detection.recipe.RecipeSections;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The sections that distillation adds to recipes: its own, and one for each method. */
public final class DistillationSections implements RecipeSections {
    static final String NAME = "distillation";

    @Override
    public List<RecipeSection> sections() {
        List<RecipeSection> sections = new ArrayList<>();
        sections.add(new RecipeSection(NAME, DistillationSettings.defaults(), "", Map.of()));
        for (DistillationProvider<?> method : DistillationProvider.all()) {
            sections.add(new RecipeSection(
                    NAME + "." + method.name(), method.defaults(), NAME + ".methods", method.renamed()));
        }
        return sections;
    }
}
