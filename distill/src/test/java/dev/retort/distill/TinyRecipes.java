package dev.retort.distill;

import dev.retort.detection.recipe.Recipe;
import java.util.List;

/** Recipes small enough to train a few steps in a test. */
final class TinyRecipes {
    static final int WIDTH = 4;
    static final int CHANNELS = 8;

    private TinyRecipes() {}

    static Recipe detector(int iterations, int accumulate, double rate) {
        return new Recipe(
                new Recipe.Model(
                        18, WIDTH, CHANNELS, 1, Recipe.Norm.BATCH, false, 0, List.of(16.0, 32.0, 64.0, 128.0, 256.0)),
                new Recipe.Data(
                        "train",
                        "test",
                        List.of(64),
                        64,
                        0.5,
                        Recipe.PixelScale.TORCHVISION,
                        true,
                        16,
                        Recipe.Broken.FAIL),
                new Recipe.Optimizer(
                        Recipe.OptimizerKind.SGD, rate, 0.9, 1e-4, Recipe.Schedule.COSINE, List.of(), 2, 0.1, 1, 0),
                new Recipe.Training(iterations, 0, 2, accumulate, 7, 100, 1, false),
                distillation(8, true));
    }

    static Recipe.Distillation distillation(double weight, boolean inherit) {
        return new Recipe.Distillation(
                weight, inherit, inherit, 1, 2, 1, CHANNELS, 5, 300, 1, 1, false, 1e-3, 1e-4, 0.01);
    }

    static Recipe withRecomputedBlocks(Recipe recipe) {
        Recipe.Training t = recipe.training();
        Recipe.Training training = new Recipe.Training(
                t.iterations(),
                t.epochs(),
                t.batch(),
                t.accumulate(),
                t.seed(),
                t.checkpointEvery(),
                t.logEvery(),
                true);
        return new Recipe(recipe.model(), recipe.data(), recipe.optimizer(), training, recipe.distillation());
    }

    static Recipe with(Recipe recipe, Recipe.Distillation distillation) {
        return new Recipe(recipe.model(), recipe.data(), recipe.optimizer(), recipe.training(), distillation);
    }
}
