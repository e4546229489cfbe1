package dev.retort.acceptance.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The outcome as a Markdown page: a table of all parts, then what each has to say. */
final class CheckPage {
    private final CheckSettings settings;
    private final String started;
    private final Map<String, Object> host;
    private final StringBuilder page = new StringBuilder();

    CheckPage(CheckSettings settings, String started, Map<String, Object> host) {
        this.settings = settings;
        this.started = started;
        this.host = host;
    }

    String markdown(List<PartResult> results, List<Part> left) {
        line("# Check of the device " + settings.device());
        line("");
        line("Started " + started + "; "
                + host.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                + ".");
        line("");
        table(
                List.of("part", "outcome", "seconds", "in short"),
                results.stream().map(CheckPage::summary).toList());
        if (!left.isEmpty()) {
            line("");
            line("Not run yet: " + left.stream().map(Part::name).collect(Collectors.joining(", ")) + ".");
        }
        results.forEach(this::section);
        return page.toString();
    }

    private static List<String> summary(PartResult result) {
        return List.of(
                result.name(),
                result.status().toString(),
                number(result.seconds()),
                result.text().isEmpty() ? "" : result.text().get(0));
    }

    private void section(PartResult result) {
        line("");
        line("## " + result.name());
        line("");
        line(result.what() + ": **" + result.status() + "**.");
        if (!result.text().isEmpty()) {
            line("");
            line("```");
            result.text().forEach(this::line);
            line("```");
        }
        if (!result.figures().isEmpty()) {
            line("");
            table(
                    List.of("figure", "value"),
                    result.figures().entrySet().stream()
                            .map(entry -> List.of(entry.getKey(), cell(entry.getValue())))
                            .toList());
        }
        if (!result.rows().isEmpty()) {
            line("");
            List<String> columns = List.copyOf(result.rows().get(0).keySet());
            table(
                    columns,
                    result.rows().stream()
                            .map(row -> columns.stream()
                                    .map(column -> cell(row.get(column)))
                                    .toList())
                            .toList());
        }
    }

    private void table(List<String> columns, List<List<String>> rows) {
        row(columns);
        row(columns.stream().map(column -> "---").toList());
        rows.forEach(this::row);
    }

    private void row(List<String> cells) {
        List<String> safe = new ArrayList<>();
        for (String cell : cells) {
            safe.add(cell.replace("|", "\\|").replaceAll("\\s*\\R\\s*", " "));
        }
        line("| " + String.join(" | ", safe) + " |");
    }

    private static String cell(Object value) {
        if (value == null) {
            return "";
        }
        return value instanceof Number number && !(value instanceof Integer) && !(value instanceof Long)
                ? number(number.doubleValue())
                : value.toString();
    }

    /** Three or four digits, however large. */
    private static String number(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e6)) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
