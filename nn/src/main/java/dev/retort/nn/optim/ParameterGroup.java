package dev.retort.nn.optim;

import dev.retort.autograd.Parameter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters that are trained alike.
 *
 * @param parameters by full name, which also names their state in checkpoints; frozen ones get no gradient and no state
 * @param learningRateFactor multiplies the schedule's learning rate
 * @param weightDecay lambda of the decay; what it acts on is the optimizer's affair
 */
public record ParameterGroup(Map<String, Parameter> parameters, double learningRateFactor, double weightDecay) {
    public ParameterGroup {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        if (!(learningRateFactor >= 0) || !(weightDecay >= 0)) {
            throw new IllegalArgumentException("Learning rate factor and weight decay must be >= 0, got "
                    + learningRateFactor + " and " + weightDecay);
        }
    }

    /** The schedule's learning rate as it is. */
    public static ParameterGroup of(Map<String, Parameter> parameters, double weightDecay) {
        return new ParameterGroup(parameters, 1, weightDecay);
    }
}
