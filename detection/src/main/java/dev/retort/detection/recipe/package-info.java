/**
 * Recipes: everything that decides a training run, in sections that belong to the modules which read them. Begin with {@link
 * dev.retort.detection.recipe.Recipe} and {@link dev.retort.detection.recipe.RecipeReader}.
 */
package dev.retort.detection.recipe;
