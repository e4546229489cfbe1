package dev.retort.nn.checkpoint;

import dev.retort.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What sets the named tensors of a model and of a file apart, one line each. */
final class Differences {
    private Differences() {}

    /** Missing tensors and other shapes in the order of {@code expected}, then surplus ones in the order of {@code given}. */
    static List<String> between(Map<String, Shape> expected, Map<String, Shape> given) {
        List<String> lines = new ArrayList<>();
        expected.forEach((name, shape) -> {
            Shape other = given.get(name);
            if (other == null) {
                lines.add("'" + name + "' " + shape + " is missing");
            } else if (!other.equals(shape)) {
                lines.add("'" + name + "' has shape " + other + " where the model has " + shape);
            }
        });
        given.forEach((name, shape) -> {
            if (!expected.containsKey(name)) {
                lines.add("'" + name + "' " + shape + " is surplus: the model has no such tensor");
            }
        });
        return lines;
    }
}
