package dev.retort.cli.study;

import dev.retort.detection.eval.CocoMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What makes a study's comparison doubtful. */
final class StudyNotices {
    private StudyNotices() {}

    /** A sentence for each. */
    static List<String> of(Study study, List<TableFigures> tables, Optional<RunResult> teacher) {
        List<String> notices = new ArrayList<>();
        teacher.ifPresent(result -> notices.addAll(aboveTeacher(study.metric(), tables, result)));
        notices.addAll(machines(tables));
        return notices;
    }

    private static Set<String> aboveTeacher(CocoMetric metric, List<TableFigures> tables, RunResult teacher) {
        Set<String> notices = new LinkedHashSet<>();
        for (TableFigures table : tables) {
            for (RowFigures row : table.rows()) {
                double mean = row.mean(metric).orElse(-1);
                if (!teacher.isFailed() && mean > teacher.value(metric)) {
                    notices.add("warning: " + row.row().fullName() + " has " + metric.label() + " "
                            + Shown.percent(mean) + ", above the teacher's " + Shown.percent(teacher.value(metric)));
                }
            }
        }
        return notices;
    }

    /** Runs of one seed are pairs only if the same kind of machine made them. */
    private static List<String> machines(List<TableFigures> tables) {
        Map<Long, Set<String>> bySeed = new LinkedHashMap<>();
        for (TableFigures table : tables) {
            for (RowFigures row : table.rows()) {
                for (RowFigures.SeedRun run : row.complete()) {
                    RunResult.Machine machine = run.result().orElseThrow().machine();
                    bySeed.computeIfAbsent(run.seed(), seed -> new LinkedHashSet<>())
                            .add(machine.device() + " on " + machine.processor() + ", version " + machine.version());
                }
            }
        }
        List<String> notices = new ArrayList<>();
        bySeed.forEach((seed, machines) -> {
            if (machines.size() > 1) {
                notices.add("warning: the runs of seed " + seed + " are of different machines or versions: "
                        + String.join("; ", machines));
            }
        });
        return notices;
    }
}
