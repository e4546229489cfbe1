package dev.retort.cli.study;

import dev.retort.cli.progress.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What a study will make, and how long that takes by what was measured. */
record Forecast(StudyPlan plan, RunTimes times) {

    /** Tables and rows, a line each, with the key of each row and the rows that share its runs. */
    List<String> rows() {
        List<String> lines = new ArrayList<>();
        for (Study.Table table : plan.study().tables()) {
            lines.add(table.name());
            for (Study.Row row : table.rows()) {
                lines.add("  " + row.name() + "  " + StudyPlan.shown(plan.key(row))
                        + (row.distil() ? "" : "  without the teacher")
                        + shared(row)
                        + (row.equals(table.referenceRow()) ? "  (reference)" : ""));
            }
        }
        return lines;
    }

    private String shared(Study.Row row) {
        List<String> rows = plan.runs().stream()
                .filter(run -> run.key().equals(plan.key(row)))
                .findFirst()
                .orElseThrow()
                .rows();
        return rows.size() < 2 ? "" : "  shared by " + String.join(", ", rows);
    }

    String counts() {
        int rows = plan.study().tables().stream()
                .mapToInt(table -> table.rows().size())
                .sum();
        return rows + " rows, " + plan.study().seeds().size() + " seeds, "
                + plan.runs().size() + " runs";
    }

    /** How long some runs will take, one after the other. */
    String time(List<StudyPlan.Run> missing) {
        double seconds = 0;
        for (StudyPlan.Run run : missing) {
            OptionalDouble estimate = times.estimate(run);
            if (estimate.isEmpty()) {
                return "how long " + missing.size() + " runs take is not known before one was made";
            }
            seconds += estimate.getAsDouble();
        }
        return missing.size() + " runs to make, about " + Figures.duration(seconds) + ", one after the other";
    }
}
