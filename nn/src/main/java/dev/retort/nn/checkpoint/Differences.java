package dev.retort.nn.checkpoint;

import dev.retort.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What sets the named tensors of a model and of a file apart, one line each. */
public final class Differences {
    private Differences() {}

    /** Missing tensors and other shapes in the order of {@code expected}, then surplus ones in the order of {@code given}. */
    public static List<String> between(Map<String, Shape> expected, Map<String, Shape> given) {
        List<String> lines = new ArrayList<>();
        expected.forEach((name, shape) -> {
            Shape other = given.get(name);
            if (other == null) {
                lines.add(missing(name, shape));
            } else if (!other.equals(shape)) {
                lines.add(shapes(name, other, shape));
            }
        });
        given.forEach((name, shape) -> {
            if (!expected.containsKey(name)) {
                lines.add(surplus(name, shape));
            }
        });
        return lines;
    }

    static String missing(String name, Shape shape) {
        return "'" + name + "' " + shape + " is missing";
    }

    static String shapes(String name, Shape given, Shape expected) {
        return "'" + name + "' has shape " + given + " where the model has " + expected;
    }

    static String surplus(String name, Shape shape) {
        return "'" + name + "' " + shape + " is surplus: the model has no such tensor";
    }
}
