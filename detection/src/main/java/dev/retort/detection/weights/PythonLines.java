package dev.retort.detection.weights;

import dev.retort.detection.recipe.Recipe;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Python that makes a network, line by line. */
final class PythonLines {
    private static final int DIGITS = 10;

    private final List<String> imports = new ArrayList<>(List.of("from safetensors.torch import load_file"));
    private final List<String> lines = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private String strict = "";

    PythonLines using(String line) {
        imports.add(line);
        return this;
    }

    PythonLines line(String line) {
        lines.add(line);
        return this;
    }

    PythonLines line(boolean wanted, String line) {
        return wanted ? line(line) : this;
    }

    /** What the library does in another way, whatever its settings. */
    PythonLines difference(boolean there, String text) {
        if (there) {
            differences.add("# Not the same: " + text);
        }
        return this;
    }

    /** The library's network has tensors that the file has not, which stay as they are made. */
    PythonLines lenient(boolean wanted) {
        strict = wanted ? ", strict=False" : "";
        return this;
    }

    /** All of it, the loading of a file at the end. */
    List<String> loading(Path file) {
        List<String> all = new ArrayList<>(imports);
        all.addAll(lines);
        all.add("model.load_state_dict(load_file(" + text(file.toString()) + ")" + strict + ")");
        all.add("model.eval()");
        all.addAll(differences);
        return all;
    }

    static String text(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    static String bool(boolean value) {
        return value ? "True" : "False";
    }

    /** A number without a needless fraction. */
    static String number(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
    }

    /** Numbers between brackets. */
    static String list(List<Double> values) {
        return values.stream().map(PythonLines::number).collect(Collectors.joining(", ", "[", "]"));
    }

    /** Numbers times a factor, between brackets: without what float64 adds behind the tenth digit. */
    static String times(List<Double> values, double factor) {
        return list(values.stream()
                .map(value -> new BigDecimal(value * factor)
                        .round(new MathContext(DIGITS))
                        .doubleValue())
                .toList());
    }

    /** Anchor sizes of a level, whole as torchvision's or not. */
    static String sizes(List<Double> smallest, boolean whole) {
        String size = "x * 2 ** (k / 3)";
        return "[[" + (whole ? "int(" + size + ")" : size) + " for k in range(3)] for x in " + list(smallest) + "]";
    }

    /** The shorter edge that evaluation resizes to; 0 where images stay as they are. */
    static int shortEdge(Recipe.Data data) {
        return data.shortEdges().isEmpty() ? 0 : Collections.max(data.shortEdges());
    }
}
