package dev.retort.nn.optim;

import dev.retort.autograd.Parameter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters that are trained alike.
 *
 * @param parameters by full name, which also names their state in checkpoints; frozen ones get no gradient and no state
 * @param rateFactor multiplies the schedule's rate
 * @param weightDecay lambda of the decay; what it acts on is the optimiser's affair
 */
public record ParameterGroup(Map<String, Parameter> parameters, double rateFactor, double weightDecay) {
    public ParameterGroup {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        if (!(rateFactor >= 0) || !(weightDecay >= 0)) {
            throw new IllegalArgumentException(
                    "Rate factor and weight decay must be >= 0, got " + rateFactor + " and " + weightDecay);
        }
    }

    /** The schedule's rate as it is. */
    public static ParameterGroup of(Map<String, Parameter> parameters, double weightDecay) {
        return new ParameterGroup(parameters, 1, weightDecay);
    }
}
