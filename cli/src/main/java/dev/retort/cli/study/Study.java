package dev.retort.cli.study;

import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A study as its file asks for it, every recipe resolved.
 *
 * @param teacher of the rows that distil
 * @param split that is evaluated on
 * @param metrics that are shown; differences are of the first one
 * @param seeds of the runs of every row, in the order in which they are run
 * @param published where the rows' published figures are from; empty if that is not said
 */
public record Study(
        String name,
        Optional<Teacher> teacher,
        String split,
        List<CocoMetric> metrics,
        List<Long> seeds,
        String published,
        List<Table> tables) {
    public Study {
        metrics = List.copyOf(metrics);
        seeds = List.copyOf(seeds);
        tables = List.copyOf(tables);
    }

    /** The metric that differences are of. */
    public CocoMetric metric() {
        return metrics.get(0);
    }

    /** Who teaches. */
    public sealed interface Teacher {
        /**
         * A teacher that the study trains.
         *
         * @param file of its recipe
         */
        record Trained(Path file, Recipe recipe, long seed) implements Teacher {}

        /** A teacher that is there already. */
        record Model(Path file) implements Teacher {}
    }

    /**
     * Rows that are compared with one of them.
     *
     * @param reference name of the row that differences are taken to
     */
    public record Table(String name, String reference, List<Row> rows) {
        public Table {
            rows = List.copyOf(rows);
        }

        /** The row that differences are taken to. */
        public Row referenceRow() {
            return rows.stream()
                    .filter(row -> row.name.equals(reference))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * A recipe to train.
     *
     * @param table name of the table that it was written in
     * @param distil whether the teacher helps
     * @param recipe of any seed
     * @param settings over the base recipe, {@code key=value} each
     * @param published what a publication reports for it
     */
    public record Row(
            String table, String name, boolean distil, Recipe recipe, List<String> settings, OptionalDouble published) {
        public Row {
            settings = List.copyOf(settings);
        }

        /** {@code table.row}. */
        public String fullName() {
            return table + "." + name;
        }

        Recipe recipe(long seed) {
            return recipe.with("training.seed=" + seed);
        }
    }
}
