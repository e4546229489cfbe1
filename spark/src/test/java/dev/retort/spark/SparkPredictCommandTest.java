package dev.retort.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.Retort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code retort spark predict} as a person calls it. */
@Tag("long")
class SparkPredictCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void rowsAreCountedInEveryFormatAndErrorsAreTold() throws IOException {
        SmallModel small = SmallModel.make(folder, 6);
        String[] call = {
            "spark",
            "predict",
            small.model().toString(),
            small.images().toString(),
            "--device",
            "simd",
            "--master",
            "local[2]",
            "--conf",
            "spark.ui.enabled=false",
            "--score",
            "0.01",
            "--format",
            "json",
            "--out",
            folder.resolve("sound").toString()
        };
        assertThat(run(call)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("sound: 6 rows");
        try (Stream<Path> files = Files.list(folder.resolve("sound"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".json"))).isNotEmpty();
        }
        Path manifest = Files.writeString(folder.resolve("list.txt"), small.images() + "/nothing.png\n\n");
        int code = run(
                "spark",
                "predict",
                small.model().toString(),
                "--manifest",
                manifest.toString(),
                "--device",
                "simd",
                "--master",
                "local[2]",
                "--conf",
                "spark.ui.enabled=false",
                "--out",
                folder.resolve("listed").toString());
        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString()).contains("listed: 1 rows");
        assertThat(err.toString()).contains("nothing.png", "1 images could not be read; their rows have the error");
        assertThat(run("spark", "predict", small.model().toString(), "--out", "x"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("Give images or --manifest, and not both.");
    }
}
