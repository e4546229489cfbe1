package dev.retort.cli.study;

import dev.retort.detection.eval.CocoMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A table as people read it: a header and cells, the same for text, Markdown and HTML. */
record TableCells(List<String> header, List<List<String>> rows, List<String> footnotes) {

    static TableCells of(TableFigures figures, Study study) {
        List<CocoMetric> others = study.metrics().subList(1, study.metrics().size());
        boolean published =
                figures.rows().stream().anyMatch(row -> row.row().published().isPresent());
        List<String> header = new ArrayList<>(List.of(
                "row",
                "n",
                study.metric().label(),
                "sd",
                "difference to " + figures.table().reference(),
                "95 %",
                "corrected",
                "p",
                "over images",
                "different",
                "better in"));
        others.forEach(metric -> header.add(metric.label()));
        header.add("min/run");
        if (published) {
            header.add("published" + (study.published().isEmpty() ? "" : ": " + study.published()));
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> footnotes = new ArrayList<>();
        for (RowFigures row : figures.rows()) {
            List<String> cells = new ArrayList<>(
                    List.of(row.row().name(), count(row, study.seeds().size())));
            cells.add(Shown.percent(row.mean(study.metric())));
            cells.add(Shown.percent(row.deviation(study.metric())));
            cells.addAll(difference(figures, row));
            others.forEach(metric -> cells.add(Shown.percent(row.mean(metric))));
            cells.add(Shown.minutes(row.seconds()));
            if (published) {
                cells.add(published(figures, row));
            }
            rows.add(cells);
            footnotes.addAll(footnotes(row));
        }
        return new TableCells(header, rows, footnotes);
    }

    /** For example {@code 5}, {@code one run}, or {@code 3 of 5, 1 failed}. */
    private static String count(RowFigures row, int seeds) {
        String n = row.n() == 1 ? "one run" : Integer.toString(row.n());
        String all = row.n() == seeds ? "" : " of " + seeds;
        return n + all + (row.failed() == 0 ? "" : ", " + row.failed() + " failed");
    }

    private static List<String> difference(TableFigures figures, RowFigures row) {
        if (row.difference().isEmpty()) {
            String text = figures.isReference(row) ? "reference" : Shown.NOTHING;
            return List.of(text, "", "", "", "", "", "");
        }
        RowFigures.Difference d = row.difference().get();
        return List.of(
                Shown.difference(d.mean()),
                interval(d.interval()),
                interval(d.corrected()),
                d.probability().isEmpty()
                        ? Shown.NOTHING
                        : Shown.probability(d.probability().getAsDouble()),
                interval(d.overImages()),
                d.corrected().isEmpty() || d.overImages().isEmpty() ? Shown.NOTHING : d.isDifferent() ? "yes" : "no",
                d.better() + " of " + d.n());
    }

    private static String interval(Optional<Interval> interval) {
        return interval.map(Shown::interval).orElse(Shown.NOTHING);
    }

    /** With the published difference to the published reference behind it. */
    private static String published(TableFigures figures, RowFigures row) {
        if (row.row().published().isEmpty()) {
            return Shown.NOTHING;
        }
        double value = row.row().published().getAsDouble();
        var reference = figures.table().referenceRow().published();
        String difference = reference.isEmpty() || figures.isReference(row)
                ? ""
                : " (" + Shown.signed(value - reference.getAsDouble()) + ")";
        return Shown.published(value) + difference;
    }

    private static List<String> footnotes(RowFigures row) {
        List<String> notes = new ArrayList<>();
        for (RowFigures.SeedRun run : row.runs()) {
            String name = row.row().name() + ", seed " + run.seed();
            if (run.isFailed()) {
                RunResult.Failure failure = run.result().orElseThrow().failure().orElseThrow();
                notes.add(name + " failed and is in no mean: the loss '" + failure.loss()
                        + "' was no finite number at iteration " + failure.iteration());
            } else if (!run.givenUp().isEmpty()) {
                notes.add(name + " crashed and is in no mean: " + run.givenUp());
            }
        }
        return notes;
    }
}
