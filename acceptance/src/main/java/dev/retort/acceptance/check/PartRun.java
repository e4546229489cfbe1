package dev.retort.acceptance.check;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A part while it runs: what it says is written to a file at once, so that the process above this one has it even after a crash. What goes
 * to the standard output is the part's log.
 */
public final class PartRun {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Failures that are told one by one; the log has them all. */
    private static final int TOLD = 20;

    private static final long SECOND = 1_000_000_000L;

    private final Part part;
    private final CheckSettings settings;
    private final Path file;
    private final long start = System.nanoTime();
    private final List<String> text = new ArrayList<>();
    private final Map<String, Object> figures = new LinkedHashMap<>();
    private final List<Map<String, Object>> rows = new ArrayList<>();
    private int failures;
    private long written;

    private PartRun(Part part, CheckSettings settings, Path file) {
        this.part = part;
        this.settings = settings;
        this.file = file;
    }

    /** Runs a part in this process; the result is in the file, whatever happens to the part. */
    public static void run(Part part, CheckSettings settings, Path file) {
        PartRun run = new PartRun(part, settings, file);
        run.write(Status.RUNNING);
        Status status;
        try {
            part.run(run);
            status = run.failures == 0 ? Status.PASSED : Status.FAILED;
        } catch (SkippedException skipped) {
            run.text.add(0, skipped.getMessage());
            status = Status.SKIPPED;
        } catch (Throwable failure) {
            failure.printStackTrace();
            run.text.add(0, text(failure));
            status = Status.FAILED;
        }
        run.write(status);
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        boolean forPeople =
                message != null && (failure instanceof AssertionError || failure instanceof IllegalStateException);
        return forPeople ? message : failure.toString();
    }

    /** What all parts are told. */
    public CheckSettings settings() {
        return settings;
    }

    /** Says a line. */
    public void say(String line) {
        System.out.println(line);
        text.add(line);
        write(Status.RUNNING);
    }

    /** Says the line that stands before all others. */
    public void sum(String line) {
        System.out.println(line);
        text.add(0, line);
        write(Status.RUNNING);
    }

    /** Something is wrong, but the part goes on; it fails in the end. */
    public void fail(String line) {
        System.out.println("FAILED " + line);
        failures++;
        if (failures <= TOLD) {
            text.add(line);
        } else if (failures == TOLD + 1) {
            text.add("... and more: the log has them all");
        }
        write(Status.RUNNING);
    }

    /** Tells a number or a word. */
    public void figure(String name, Object value) {
        figures.put(name, value);
        write(Status.RUNNING);
    }

    /** How many checks it has done, for the case that it is ended before its time; written once a second. */
    public void done(int checks) {
        figures.put("checks done", checks);
        long now = System.nanoTime();
        if (now - written > SECOND) {
            write(Status.RUNNING);
        }
    }

    /** Adds a row to the part's table. What the caller puts into it later is written with the next word or row. */
    public void row(Map<String, Object> row) {
        System.out.println(row);
        rows.add(row);
        write(Status.RUNNING);
    }

    private void write(Status status) {
        written = System.nanoTime();
        double seconds = (written - start) / 1e9;
        PartResult result = new PartResult(part.name(), part.what(), status, seconds, text, figures, rows);
        try {
            AtomicFile.writeString(file, JSON.writeValueAsString(result));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** What a part, finished or not, has written; null if nothing. */
    static PartResult read(Path file) {
        return file.toFile().isFile() ? JSON.readValue(file.toFile(), PartResult.class) : null;
    }
}
