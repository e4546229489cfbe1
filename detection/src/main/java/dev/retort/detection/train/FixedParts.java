package dev.retort.detection.train;

import dev.retort.autograd.Parameter;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.recipe.Recipe;
import java.util.HashSet;
import java.util.Set;

/** The parts of a detector that a recipe keeps from learning in the first iterations. */
final class FixedParts {
    private FixedParts() {}

    /**
     * Parameters of the parts that do not learn at an iteration, in a set of the caller's own. The backbone is what is neither
     * the pyramid nor the head.
     */
    static Set<Parameter> at(long iteration, Recipe.Training training, DetectionModel network) {
        Set<Parameter> fixed = new HashSet<>();
        if (iteration < training.fixedBackboneUntil()) {
            fixed.addAll(network.parameters().values());
            fixed.removeAll(new HashSet<>(network.pyramid().parameters().values()));
            fixed.removeAll(new HashSet<>(network.head().parameters().values()));
        }
        if (iteration < training.fixedHeadUntil()) {
            fixed.addAll(network.head().parameters().values());
        }
        return fixed;
    }
}
