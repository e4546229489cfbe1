package dev.retort.cli.study;

import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.MatchedDetections;
import dev.retort.detection.eval.MatchesFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads the results that a folder has and makes tables of them. */
final class StudyResults {
    private final StudyPlan plan;
    private final StudyFolder folder;
    private final Bootstrap bootstrap;
    /** The metric of every sample, by the folder of the run: matches never change. */
    private final Map<String, double[]> sampled = new HashMap<>();

    StudyResults(StudyPlan plan, StudyFolder folder, Bootstrap bootstrap) {
        this.plan = plan;
        this.folder = folder;
        this.bootstrap = bootstrap;
    }

    /** The tables as they are now. */
    List<TableFigures> tables() throws IOException {
        Map<String, RowFigures.SeedRun> runs = new HashMap<>();
        for (StudyPlan.Run run : plan.runs()) {
            runs.put(run.folder(), state(run));
        }
        List<TableFigures> tables = new ArrayList<>();
        for (Study.Table table : plan.study().tables()) {
            tables.add(table(table, runs));
        }
        return tables;
    }

    private RowFigures.SeedRun state(StudyPlan.Run run) throws IOException {
        Path path = folder.run(run);
        Optional<RunResult> result = folder.result(run);
        List<String> attempts = result.isEmpty() && Attempts.isGivenUp(path) ? Attempts.of(path) : List.of();
        return new RowFigures.SeedRun(run.seed(), result, attempts.isEmpty() ? "" : attempts.get(attempts.size() - 1));
    }

    private TableFigures table(Study.Table table, Map<String, RowFigures.SeedRun> runs) throws IOException {
        List<RowFigures> rows = new ArrayList<>();
        for (Study.Row row : table.rows()) {
            String key = plan.key(row);
            List<RowFigures.SeedRun> mine = plan.study().seeds().stream()
                    .map(seed -> runs.get(StudyPlan.folder(key, seed)))
                    .toList();
            rows.add(new RowFigures(row, key, mine, Optional.empty()));
        }
        return compared(new TableFigures(table, rows));
    }

    private TableFigures compared(TableFigures plain) throws IOException {
        RowFigures reference = plain.reference().orElseThrow();
        CocoMetric metric = plan.study().metric();
        List<Optional<PairedDifferences>> differences = plain.rows().stream()
                .map(row -> plain.isReference(row) ? new double[0] : differences(row, reference, metric))
                .map(values -> values.length == 0
                        ? Optional.<PairedDifferences>empty()
                        : Optional.of(new PairedDifferences(values)))
                .toList();
        Iterator<Holm> adjusted = Holm.adjust(
                        differences.stream()
                                .flatMap(Optional::stream)
                                .filter(PairedDifferences::hasInterval)
                                .map(PairedDifferences::probability)
                                .toList(),
                        plain.rows().size() - 1,
                        TableFigures.ALPHA)
                .iterator();
        List<RowFigures> rows = new ArrayList<>();
        for (int i = 0; i < differences.size(); i++) {
            RowFigures row = plain.rows().get(i);
            Optional<RowFigures.Difference> difference = Optional.empty();
            if (differences.get(i).isPresent()) {
                PairedDifferences paired = differences.get(i).get();
                Optional<Holm> holm = paired.hasInterval() ? Optional.of(adjusted.next()) : Optional.empty();
                difference = Optional.of(difference(paired, holm, overImages(row, reference)));
            }
            rows.add(new RowFigures(row.row(), row.key(), row.runs(), difference));
        }
        return new TableFigures(plain.table(), rows);
    }

    private static RowFigures.Difference difference(
            PairedDifferences paired, Optional<Holm> holm, Optional<Interval> overImages) {
        int better = 0;
        for (double value : paired.values()) {
            better += value > 0 ? 1 : 0;
        }
        return new RowFigures.Difference(
                paired.n(),
                paired.mean(),
                paired.n() < 2 ? OptionalDouble.empty() : OptionalDouble.of(paired.deviation()),
                holm.map(h -> paired.interval(TableFigures.ALPHA)),
                holm.isEmpty()
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(holm.get().probability()),
                holm.map(h -> paired.interval(TableFigures.ALPHA / h.divisor())),
                overImages,
                better);
    }

    /** Of the seeds that both rows have. */
    private static double[] differences(RowFigures row, RowFigures reference, CocoMetric metric) {
        return pairs(row, reference).stream()
                .mapToDouble(pair -> pair.get(0).result().orElseThrow().value(metric)
                        - pair.get(1).result().orElseThrow().value(metric))
                .toArray();
    }

    private static List<List<RowFigures.SeedRun>> pairs(RowFigures row, RowFigures reference) {
        List<List<RowFigures.SeedRun>> pairs = new ArrayList<>();
        for (int i = 0; i < row.runs().size(); i++) {
            RowFigures.SeedRun one = row.runs().get(i);
            RowFigures.SeedRun other = reference.runs().get(i);
            if (one.isComplete() && other.isComplete()) {
                pairs.add(List.of(one, other));
            }
        }
        return pairs;
    }

    /** Of the difference's mean over seeds; none without a bootstrap, or where matches are missing. */
    private Optional<Interval> overImages(RowFigures row, RowFigures reference) throws IOException {
        if (bootstrap.samples() == 0) {
            return Optional.empty();
        }
        double[] sum = new double[bootstrap.samples()];
        List<List<RowFigures.SeedRun>> pairs = pairs(row, reference);
        for (List<RowFigures.SeedRun> pair : pairs) {
            Optional<double[]> one = samples(row.key(), pair.get(0).seed());
            Optional<double[]> other = samples(reference.key(), pair.get(1).seed());
            if (one.isEmpty() || other.isEmpty()) {
                return Optional.empty();
            }
            for (int b = 0; b < sum.length; b++) {
                sum[b] += (one.get()[b] - other.get()[b]) / pairs.size();
            }
        }
        return Optional.of(Bootstrap.interval(sum, TableFigures.ALPHA));
    }

    private Optional<double[]> samples(String key, long seed) throws IOException {
        String name = StudyPlan.folder(key, seed);
        double[] known = sampled.get(name);
        if (known == null) {
            Path file = folder.runs().resolve(name).resolve(StudyRun.MATCHES);
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            MatchedDetections matches = MatchesFile.read(file);
            known = bootstrap.values(matches, plan.study().metric());
            sampled.put(name, known);
        }
        return Optional.of(known);
    }
}
