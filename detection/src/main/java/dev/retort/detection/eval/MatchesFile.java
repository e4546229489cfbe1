package dev.retort.detection.eval;

import dev.retort.tensor.io.AtomicFile;
import dev.retort.tensor.io.JsonProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Writes and reads {@link MatchedDetections} as compressed JSON; the same matches give the same bytes. */
public final class MatchesFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private MatchesFile() {}

    /** Writes the file whole or not at all. */
    public static void write(MatchedDetections matches, Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
            packed.write(JSON.writeValueAsBytes(matches));
        }
        AtomicFile.writeBytes(file, bytes.toByteArray());
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if it is no such file, naming it
     */
    public static MatchedDetections read(Path file) throws IOException {
        try (InputStream packed = new GZIPInputStream(Files.newInputStream(file))) {
            MatchedDetections matches = JSON.readValue(packed.readAllBytes(), MatchedDetections.class);
            if (matches == null) {
                throw new IOException(file + " has no matches: remove it, and the run makes it anew");
            }
            return matches;
        } catch (ZipException e) {
            throw new IOException(file + " is no compressed file of matches (" + e.getMessage() + ")", e);
        } catch (JacksonException e) {
            throw new IOException(file + " is no file of matches: it " + JsonProblem.of(e, "JSON"), e);
        } catch (RuntimeException e) {
            throw new IOException(file + " is no file of matches: " + e.getMessage(), e);
        }
    }
}
