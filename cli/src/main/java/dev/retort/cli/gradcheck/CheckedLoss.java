package dev.retort.cli.gradcheck;

import dev.retort.autograd.Parameter;
import dev.retort.autograd.ParameterCheck;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A loss and the parameters that it is checked for.
 *
 * @param groups parameters by name, by name of the group
 * @param loss a scalar in the caller's scope, the same one every time
 */
record CheckedLoss(Map<String, Map<String, Parameter>> groups, Supplier<Tensor> loss) {

    /** Groups of the parameters whose names begin alike, {@code depth} parts deep. */
    static Map<String, Map<String, Parameter>> named(String prefix, Map<String, Parameter> parameters, int depth) {
        Map<String, Map<String, Parameter>> named = new LinkedHashMap<>();
        ParameterCheck.groups(parameters, depth).forEach((name, group) -> named.put(prefix + ": " + name, group));
        return named;
    }
}
