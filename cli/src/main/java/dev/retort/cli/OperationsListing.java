package dev.retort.cli;

import dev.retort.cli.job.TextFile;
import dev.retort.tensor.DType;
import dev.retort.testkit.gradients.OperationTable.Gradient;
import dev.retort.testkit.gradients.OperationTable.Kind;
import dev.retort.testkit.gradients.OperationTable.Row;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Shows what is known of every operation: in columns of at most 120 characters, and as JSON. */
final class OperationsListing {
    private static final int WIDTH = 120;
    private static final String LEGEND =
            "dtypes: f F32, d F64, i I32, l I64, b BOOL; - where a backend does not declare one"
                    + " that the reference has.";

    private final List<Row> rows;
    private final List<String> backends;

    /** @param rows at least one, all with the same backends */
    OperationsListing(List<Row> rows) {
        this.rows = rows;
        this.backends = List.copyOf(rows.get(0).declared().keySet());
    }

    void print(PrintWriter out) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(heading());
        rows.forEach(row -> lines.add(cells(row)));
        int columns = lines.get(0).size();
        int gradient = columns - 4;
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        int others = 2 * (columns - 1);
        for (int i = 0; i < columns; i++) {
            others += i == gradient ? 0 : widths[i];
        }
        widths[gradient] = Math.min(widths[gradient], WIDTH - others);
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String format = (i == 0 ? "%" : "  %") + (i > gradient ? "" : "-") + widths[i] + "s";
                text.append(String.format(Locale.ROOT, format, fitted(line.get(i), widths[i])));
            }
            out.println(text);
        }
        out.println();
        out.println(LEGEND);
        out.println(
                "gradient: which rules a tape records when the cases run on it. checks: cases with a gradient to check.");
        out.printf(
                Locale.ROOT,
                "%d core and %d composed operations, %d cases, %d gradient checks, %d bad inputs.%n",
                rows.stream().filter(Row::core).count(),
                rows.stream().filter(row -> !row.core()).count(),
                sum(Row::cases),
                sum(Row::gradientCases),
                sum(Row::badInputs));
    }

    private int sum(ToIntFunction<Row> figure) {
        return rows.stream().mapToInt(figure).sum();
    }

    private List<String> heading() {
        List<String> cells = new ArrayList<>(List.of("operation", "kind", "dtypes"));
        cells.addAll(backends);
        cells.addAll(List.of("gradient", "cases", "checks", "bad"));
        return cells;
    }

    private List<String> cells(Row row) {
        List<String> cells = new ArrayList<>(List.of(row.operation(), kind(row), letters(row.dtypes(), row.dtypes())));
        backends.forEach(
                backend -> cells.add(letters(row.dtypes(), row.declared().get(backend))));
        cells.add(gradient(row));
        cells.addAll(List.of("" + row.cases(), "" + row.gradientCases(), "" + row.badInputs()));
        return cells;
    }

    private static String kind(Row row) {
        return row.core() ? "core" : "composed";
    }

    /** One letter for each type of {@code all}, a dash where {@code some} lacks it. */
    private static String letters(Set<DType> all, Set<DType> some) {
        StringBuilder letters = new StringBuilder();
        for (DType dtype : all) {
            letters.append(
                    !some.contains(dtype)
                            ? '-'
                            : switch (dtype) {
                                case F32 -> 'f';
                                case F64 -> 'd';
                                case I32 -> 'i';
                                case I64 -> 'l';
                                case BOOL -> 'b';
                            });
        }
        return letters.toString();
    }

    private static String gradient(Row row) {
        Gradient gradient = row.gradient();
        String rules = String.join(", ", gradient.rules());
        return switch (gradient.kind()) {
            case OWN -> gradient.rules().size() == 1 ? "own rule" : "own rules: " + rules;
            case COMPOSED -> "of " + rules;
            case NONE -> "no gradient";
            case REFUSED -> "refused on a tape";
        };
    }

    /** A list that is too long ends with dots. */
    private static String fitted(String text, int width) {
        if (text.length() <= width) {
            return text;
        }
        return text.substring(0, text.lastIndexOf(", ", width - 5) + 2) + "...";
    }

    /**
     * Writes a list of objects with {@code operation}, {@code kind}, {@code dtypes}, {@code declared} (dtypes by backend),
     * {@code gradient} ({@code own}, {@code composed}, {@code none} or {@code refused}), {@code rules}, {@code cases},
     * {@code gradient_cases} and {@code bad_inputs}.
     */
    void writeJson(Path file) throws IOException {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("operation", row.operation());
            entry.put("kind", kind(row));
            entry.put("dtypes", row.dtypes());
            entry.put("declared", row.declared());
            entry.put("gradient", name(row.gradient().kind()));
            entry.put("rules", row.gradient().rules());
            entry.put("cases", row.cases());
            entry.put("gradient_cases", row.gradientCases());
            entry.put("bad_inputs", row.badInputs());
            list.add(entry);
        }
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        TextFile.write(file, mapper.writeValueAsString(list) + "\n");
    }

    private static String name(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
