package dev.retort.bench.widths;

import dev.retort.bench.measure.Alternation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What one JDK reached with one kind of vectors, in one JVM after the other.
 *
 * @param jdk its version
 * @param setting the vectors
 * @param gflops 10^9 operations a second of a product of 1024 cubed on one thread, a figure for each JVM
 * @param seconds of one inference, a figure for each JVM
 */
public record WidthRow(String jdk, VectorSetting setting, List<Double> gflops, List<Double> seconds) {
    private static double median(List<Double> values) {
        return Alternation.median(
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The header of a table in Markdown, as {@link #markdown} fills it. */
    public static String header() {
        return "| vectors | JDK | JVMs | GEMM 1024, one thread | of the best JDK | inference | of the best JDK |\n"
                + "| --- | --- | --- | --- | --- | --- | --- |";
    }

    /**
     * A row of the table. A share is the worst JVM's speed divided by the median of the best JDK with these vectors, so it says what can
     * be relied on.
     *
     * @param all rows among which are those of other JDKs
     */
    public String markdown(List<WidthRow> all) {
        double fastest = all.stream()
                .filter(row -> row.setting == setting)
                .mapToDouble(row -> median(row.gflops))
                .max()
                .orElseThrow();
        double shortest = all.stream()
                .filter(row -> row.setting == setting)
                .mapToDouble(row -> median(row.seconds))
                .min()
                .orElseThrow();
        double slowest = gflops.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double longest = seconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return "| " + setting + " | " + jdk + " | " + gflops.size() + " | "
                + text("%.0f", gflops) + " GF/s | " + String.format(Locale.ROOT, "%.2f", slowest / fastest) + " | "
                + text("%.2f", seconds) + " s | " + String.format(Locale.ROOT, "%.2f", shortest / longest) + " |";
    }

    /** The median, and the range where there is one. */
    private static String text(String format, List<Double> values) {
        String median = String.format(Locale.ROOT, format, median(values));
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 1
                ? median
                : median + " (" + String.format(Locale.ROOT, format, sorted[0]) + " to "
                        + String.format(Locale.ROOT, format, sorted[sorted.length - 1]) + ")";
    }
}
