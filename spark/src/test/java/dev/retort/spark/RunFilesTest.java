package dev.retort.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a run's folder is kept elsewhere. */
@Tag("long")
class RunFilesTest {
    @TempDir
    private Path temporary;

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .filter(name -> !name.endsWith(".crc"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatTrackersWroteIsKeptWithEveryCheckpoint() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("here"));
        Path there = temporary.resolve("there");
        Files.createDirectory(folder.resolve("tensorboard"));
        String events = "tensorboard/events.out.tfevents.1796075380.host";
        for (String name :
                List.of("checkpoint.safetensors", "metrics.jsonl", "mlflow.json", "recipe.yaml", "run.lock", events)) {
            Files.writeString(folder.resolve(name), "first");
        }
        try (RawLocalFileSystem system = new RawLocalFileSystem()) {
            system.initialize(URI.create("file:///"), new Configuration());
            RunFiles run = new RunFiles(folder, new org.apache.hadoop.fs.Path(there.toUri()), system, false);
            run.keep(folder.resolve("checkpoint.safetensors"));
            Files.writeString(folder.resolve(events), "second");
            run.keep(folder.resolve("checkpoint.safetensors"));
        }
        assertThat(files(there))
                .containsExactly("checkpoint.safetensors", "metrics.jsonl", "mlflow.json", "recipe.yaml", events);
        assertThat(there.resolve(events)).hasContent("second");
    }
}
