package dev.retort.cli.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a study's outputs show.
 *
 * @param images of the split that is evaluated on
 * @param teacher its result; none while there is none
 * @param teacherName how the study names it; empty if it has none
 * @param notices what a reader has to know beside the tables, a sentence each
 * @param others folders of results that belong to no row
 */
record StudyReport(
        StudyPlan plan,
        int images,
        Optional<RunResult> teacher,
        String teacherName,
        List<TableFigures> tables,
        List<String> notices,
        List<String> others) {
    StudyReport {
        tables = List.copyOf(tables);
        notices = List.copyOf(notices);
        others = List.copyOf(others);
    }

    Study study() {
        return plan.study();
    }

    /** What the figures stand for, and what they cannot tell: one line each. */
    List<String> head() {
        List<String> lines = new ArrayList<>();
        String metric = study().metric().label();
        tables.forEach(table -> lines.add(table.resolution(metric)));
        teacher.ifPresent(result -> lines.add(
                "teacher (" + teacherName + "): " + metric + " " + Shown.percent(result.value(study().metric()))));
        lines.addAll(notices);
        if (!others.isEmpty()) {
            lines.add("results without a row, kept: " + String.join(", ", others));
        }
        return lines;
    }

    /** One line that says what is shown. */
    String title() {
        return study().name() + ": split " + study().split() + ", " + images + " images, seeds "
                + String.join(
                        ", ", study().seeds().stream().map(String::valueOf).toList()) + "; metrics in percent";
    }
}
