package dev.retort.mlflow;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run's folder keeps of the run at the server, so that it goes on as the same one.
 *
 * @param server its address
 * @param runId the run's id there
 * @param unsent figures that the server had not when this was written, oldest first
 */
record KnownRun(String server, String runId, List<Figures> unsent) {
    /** Name of the file in a run's folder. */
    static final String FILE = "mlflow.json";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    KnownRun {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(runId, "runId");
        unsent = List.copyOf(unsent);
    }

    /** What the folder keeps, if it does. */
    static Optional<KnownRun> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readString(file), KnownRun.class));
        } catch (JacksonException | NullPointerException e) {
            throw new IOException(file + " cannot be read: it is damaged. Remove it, and a new MLflow run is begun", e);
        }
    }

    void write(Path folder) throws IOException {
        AtomicFile.writeString(folder.resolve(FILE), JSON.writeValueAsString(this));
    }
}
