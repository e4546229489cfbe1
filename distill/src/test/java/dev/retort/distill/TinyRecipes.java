package dev.retort.distill;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.util.List;

/** Recipes small enough to train a few steps in a test. */
final class TinyRecipes {
    private static final String YAML =
            """
            model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1, anchorSizes: [16, 32, 64, 128, 256]}
            data: {shortEdges: [64], longEdge: 64, cacheMegabytes: 16}
            optimizer: {schedule: cosine, warmupIterations: 2, warmupFactor: 0.1, clipValue: 1}
            training: {batch: 2, seed: 7, checkpointEvery: 100, logEvery: 1}
            distillation: {icd: {startIteration: 1, heads: 2, hidden: 8, rate: 1e-3}}
            """;

    private TinyRecipes() {}

    static Recipe detector(int iterations, int accumulate, double rate) {
        return RecipeReader.parse(
                        YAML,
                        "a tiny recipe",
                        List.of(
                                "training.iterations=" + iterations,
                                "training.accumulate=" + accumulate,
                                "optimizer.learningRate=" + rate))
                .recipe();
    }
}
