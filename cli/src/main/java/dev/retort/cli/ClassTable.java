package dev.retort.cli;

import dev.retort.detection.data.Category;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints the metrics of each class, as fractions; a dash where the class has no object to find. */
public final class ClassTable {
    private static final String TITLE = "class";
    private static final List<CocoMetric> COLUMNS =
            List.of(CocoMetric.AP, CocoMetric.AP50, CocoMetric.AP75, CocoMetric.AR100);

    private ClassTable() {}

    public static void print(CocoMetrics metrics, PrintWriter out) {
        List<String> names = ShownClasses.of(metrics.categories());
        int width = names.stream().mapToInt(String::length).reduce(TITLE.length(), Math::max);
        row(out, width, TITLE, COLUMNS.stream().map(CocoMetric::label).toList());
        for (int k = 0; k < names.size(); k++) {
            Category category = metrics.categories().get(k);
            row(
                    out,
                    width,
                    names.get(k),
                    COLUMNS.stream()
                            .map(metric -> figure(metrics.value(metric, category.id())))
                            .toList());
        }
    }

    private static void row(PrintWriter out, int width, String name, List<String> figures) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, " %-" + width + "s", name));
        figures.forEach(figure -> line.append(String.format(Locale.ROOT, " %6s", figure)));
        out.println(line);
    }

    private static String figure(double value) {
        return value < 0 ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
