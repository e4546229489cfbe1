package dev.retort.cli.progress;

import dev.retort.detection.train.StepReport;
import dev.retort.tensor.io.AtomicFile;
import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes metrics.jsonl: one JSON object a line for every so many steps, each line whole on disk when {@link #add} returns.
 * Losses are those of the step itself, not means since the last line, so a resumed run writes what an unbroken one would.
 */
public final class MetricsLog implements AutoCloseable {
    /** Name of the file in a run's folder. */
    public static final String FILE = "metrics.jsonl";

    /** A line and the losses in it; more, so that what is wrong there is told by its field. */
    private static final int DEPTH = 8;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final Writer writer;
    private final int every;
    private double seconds;

    private MetricsLog(Writer writer, int every, double seconds) {
        this.writer = writer;
        this.every = every;
        this.seconds = seconds;
    }

    /**
     * Opens the file for a run that goes on with a given iteration; lines from there on are of an earlier attempt and are
     * removed.
     *
     * @param every steps from one line to the next; the run's last step has a line in any case
     * @param nextIteration 0 for a new run
     */
    public static MetricsLog open(Path file, int every, long nextIteration) throws IOException {
        List<Record> kept = new ArrayList<>();
        if (nextIteration > 0 && Files.exists(file)) {
            kept.addAll(lines(file));
            kept.removeIf(line -> iteration(line) >= nextIteration);
        }
        StringBuilder text = new StringBuilder();
        kept.forEach(line -> text.append(MAPPER.writeValueAsString(line)).append('\n'));
        AtomicFile.writeString(file, text);
        double seconds = kept.stream()
                .filter(MetricsLine.class::isInstance)
                .mapToDouble(line -> ((MetricsLine) line).seconds())
                .reduce(0, (before, last) -> last);
        return new MetricsLog(Files.newBufferedWriter(file, StandardOpenOption.APPEND), every, seconds);
    }

    private static long iteration(Record line) {
        return line instanceof MetricsLine step ? step.iteration() : ((EvaluationLine) line).iteration();
    }

    /** The lines of steps of a file, as {@link #lines} reads them. */
    public static List<MetricsLine> read(Path file) throws IOException {
        return lines(file).stream()
                .filter(MetricsLine.class::isInstance)
                .map(MetricsLine.class::cast)
                .toList();
    }

    /**
     * All lines of a file, {@link MetricsLine} or {@link EvaluationLine}. A last line without an end, left by a process that was killed while it wrote, is passed over.
     *
     * @throws IOException if another line is not of the form that this class writes
     */
    static List<Record> lines(Path file) throws IOException {
        String text = Utf8File.read(file);
        String[] lines = text.substring(0, text.lastIndexOf('\n') + 1).split("\n");
        List<Record> read = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            try {
                if (!lines[i].isBlank()) {
                    boolean evaluation = MAPPER.readTree(lines[i]).has("ap");
                    Class<? extends Record> type = evaluation ? EvaluationLine.class : MetricsLine.class;
                    read.add(line(file, i + 1, MAPPER.readValue(lines[i], type)));
                }
            } catch (JacksonException e) {
                throw new IOException(
                        file + ", line " + (i + 1) + " is no line of metrics: it " + JsonProblem.of(e, "JSON"), e);
            }
        }
        return read;
    }

    private static Record line(Path file, int number, Record line) throws IOException {
        if (line == null
                || line instanceof MetricsLine step
                        && step.losses().values().stream().anyMatch(Objects::isNull)) {
            throw new IOException(file + ", line " + number + " is no line of metrics: a loss has no value");
        }
        return line;
    }

    /** Counts a step, and writes its line if it is due. */
    public void add(StepReport step) throws IOException {
        seconds += step.seconds();
        if (step.isLogged(every)) {
            MetricsLine line = new MetricsLine(
                    step.iteration(),
                    step.losses(),
                    step.total(),
                    step.learningRate(),
                    seconds,
                    step.images() / step.seconds());
            write(line);
        }
    }

    /** Writes the line of an evaluation. */
    public void add(EvaluationLine line) throws IOException {
        write(line);
    }

    private void write(Record line) throws IOException {
        writer.write(MAPPER.writeValueAsString(line) + "\n");
        writer.flush();
    }

    /** Seconds of all steps so far, those before a resume as far as lines tell. */
    public double seconds() {
        return seconds;
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
