package dev.retort.detection.recipe;

import java.util.List;
import java.util.ServiceLoader;

/** Sections that a module adds to recipes; found by {@link ServiceLoader} on the class path. */
public interface RecipeSections {
    /** The sections, outer ones before those in them. */
    List<RecipeSection> sections();

    /** The sections of all modules. */
    static List<RecipeSection> all() {
        return ServiceLoader.load(RecipeSections.class, RecipeSections.class.getClassLoader()).stream()
                .flatMap(provider -> provider.get().sections().stream())
                .toList();
    }
}
