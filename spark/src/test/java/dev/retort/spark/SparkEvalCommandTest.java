package dev.retort.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.Retort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code retort spark eval} as a person calls it, on a data set that lies elsewhere. */
@Tag("long")
class SparkEvalCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    private String run(int code, String... arguments) {
        StringWriter out = new StringWriter();
        assertThat(Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments))
                .as(err.toString())
                .isEqualTo(code);
        return out.toString();
    }

    private String spark(int code, String model, String data) {
        return run(
                code,
                "spark",
                "eval",
                model,
                "--data",
                data,
                "--device",
                "simd",
                "--master",
                "local[2]",
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                FarFileSystem.SETTING);
    }

    @Test
    void anyAddressHasTheNumbersOfOneProcess() throws IOException {
        SmallModel small = SmallModel.make(folder, 8);
        String model = small.model().toString();
        String alone = run(0, "eval", model, "--data", small.data().toString(), "--device", "simd");
        assertThat(alone).contains("AP50");
        // A second session makes a copy of its own: the first one's is gone.
        for (int session = 0; session < 2; session++) {
            assertThat(spark(0, model, "far://" + small.data())).isEqualTo(alone);
        }
        spark(1, model, "far://" + folder.resolve("nothing"));
        assertThat(err.toString()).contains("There is no data set far://" + folder.resolve("nothing"));
    }
}
