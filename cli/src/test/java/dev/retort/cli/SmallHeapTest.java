package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A heap that is too small for a training ends it with a message, not with collections without end. */
@Tag("long")
class SmallHeapTest {
    private static final Path OPTIONS = Path.of("src/main/resources/dev/retort/cli/jvm-options");

    @TempDir
    private Path folder;

    @Test
    void trainingEndsWithWhatToDo() throws IOException, InterruptedException {
        Path data = folder.resolve("data");
        TinyRun.generate(data);
        RetortProcess process = RetortProcess.start(
                folder.resolve("output"),
                "exec",
                List.of("@" + OPTIONS, "-Xmx68m"),
                List.of(
                        "train",
                        Path.of("..", "recipes", "shapes-teacher.yaml").toString(),
                        "--data",
                        data.toString(),
                        "--out",
                        folder.resolve("run").toString(),
                        "--set",
                        "training.batch=8",
                        "--device",
                        "simd"));
        assertThat(process.end()).as(process.text()).isEqualTo(1);
        assertThat(process.text())
                .contains("retort: out of memory (", "give more with RETORT_HEAP=", "make training.batch smaller");
    }
}
