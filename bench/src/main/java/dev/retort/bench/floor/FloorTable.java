package dev.retort.bench.floor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A floor as a Markdown table: each layer, each part's sum, the whole. */
public final class FloorTable {
    private FloorTable() {}

    /**
     * The table.
     *
     * @param peak operations a second
     * @param bandwidth bytes a second
     */
    public static String markdown(String title, List<Cost> costs, double peak, double bandwidth) {
        StringBuilder text = new StringBuilder("### ").append(title).append("\n\n");
        text.append("| part | count | Gop | MB | ms at peak |\n| --- | --: | --: | --: | --: |\n");
        Map<String, double[]> parts = new LinkedHashMap<>();
        for (Cost cost : costs) {
            add(parts.computeIfAbsent(cost.part(), part -> new double[4]), cost, peak, bandwidth);
        }
        double[] all = new double[4];
        parts.forEach((part, sums) -> {
            line(text, part, sums);
            for (int i = 0; i < all.length; i++) {
                all[i] += sums[i];
            }
        });
        line(text, "**sum**", all);
        text.append("\n| part | layer | count | Gop | MB | ms at peak | bound by |\n");
        text.append("| --- | --- | --: | --: | --: | --: | --- |\n");
        for (Cost cost : costs) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %.2f | %.1f | %.2f | %s |%n",
                    cost.part(),
                    cost.name(),
                    cost.count(),
                    cost.count() * cost.operations() / 1e9,
                    cost.count() * cost.bytes() / 1e6,
                    1e3 * cost.seconds(peak, bandwidth),
                    cost.operations() / peak > cost.bytes() / bandwidth ? "arithmetic" : "memory"));
        }
        return text.toString();
    }

    private static void add(double[] sums, Cost cost, double peak, double bandwidth) {
        sums[0] += cost.count();
        sums[1] += cost.count() * cost.operations();
        sums[2] += cost.count() * cost.bytes();
        sums[3] += cost.seconds(peak, bandwidth);
    }

    private static void line(StringBuilder text, String name, double[] sums) {
        text.append(String.format(
                Locale.ROOT,
                "| %s | %.0f | %.1f | %.0f | %.0f |%n",
                name,
                sums[0],
                sums[1] / 1e9,
                sums[2] / 1e6,
                1e3 * sums[3]));
    }
}
