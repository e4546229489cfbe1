package dev.retort.cli.study;

import dev.retort.detection.recipe.EditDistance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the reference row of every table, which may be another table's, and rows that are one. */
final class StudyTables {
    private final String where;
    private final List<Raw> tables;

    /**
     * A table as the file has it.
     *
     * @param reference {@code row} or {@code table.row}
     */
    record Raw(String name, String reference, List<Study.Row> rows) {}

    /** @param where of the file, for messages */
    StudyTables(String where, List<Raw> tables) {
        this.where = where;
        this.tables = List.copyOf(tables);
    }

    List<Study.Table> resolved() {
        return tables.stream().map(this::resolved).toList();
    }

    private Study.Table resolved(Raw table) {
        Map<String, String> seen = new HashMap<>();
        for (Study.Row row : table.rows) {
            String before = seen.put(RunKey.recipeText(row.recipe(), row.distil()), row.fullName());
            if (before != null) {
                throw new IllegalArgumentException(where + row.fullName() + " and " + before
                        + " are the same run: their recipes do not differ. Remove one, or correct its 'set'");
            }
        }
        Study.Row reference = own(table).orElseGet(() -> elsewhere(table));
        List<Study.Row> rows = new ArrayList<>(table.rows);
        if (!rows.contains(reference)) {
            String name = reference.name();
            if (rows.stream().anyMatch(row -> row.name().equals(name))) {
                throw new IllegalArgumentException(where + "table '" + table.name + "' has a row '" + name
                        + "' beside its reference " + reference.fullName() + ": rename the row");
            }
            rows.add(reference);
        }
        return new Study.Table(table.name, reference.name(), rows);
    }

    private static Optional<Study.Row> own(Raw table) {
        return table.rows.stream()
                .filter(row ->
                        row.name().equals(table.reference) || row.fullName().equals(table.reference))
                .findFirst();
    }

    /** The reference in another table; several rows of its name must be one run. */
    private Study.Row elsewhere(Raw table) {
        List<Study.Row> all =
                tables.stream().flatMap(other -> other.rows.stream()).toList();
        List<Study.Row> found = all.stream()
                .filter(row ->
                        row.name().equals(table.reference) || row.fullName().equals(table.reference))
                .toList();
        if (found.isEmpty()) {
            List<String> names =
                    new ArrayList<>(table.rows.stream().map(Study.Row::name).toList());
            all.forEach(row -> names.add(row.name()));
            throw new IllegalArgumentException(where + "table '" + table.name + "' has no row '" + table.reference
                    + "', its reference, nor has another table: did you mean "
                    + EditDistance.nearest(table.reference, names) + "?");
        }
        long different = found.stream()
                .map(row -> RunKey.recipeText(row.recipe(), row.distil()))
                .distinct()
                .count();
        if (different > 1) {
            throw new IllegalArgumentException(where + "table '" + table.name + "' has no row '" + table.reference
                    + "', its reference, and other tables have different ones: say which, as in reference: "
                    + found.get(0).fullName());
        }
        return found.get(0);
    }
}
