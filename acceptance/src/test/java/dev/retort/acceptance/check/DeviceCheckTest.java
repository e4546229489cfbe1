package dev.retort.acceptance.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.MatmulPrecision;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of parts that fail, hang, crash, skip or pass, and what is written of them. */
class DeviceCheckTest {
    /** Long enough for a process to start on a busy machine. */
    private static final int LIMIT = 20;

    private static final int SHORT_LIMIT = 6;

    @TempDir
    Path folder;

    private final CheckSettings settings = new CheckSettings("simd", 4, "64x96", List.of(1));
    private final StringWriter out = new StringWriter();

    private JsonNode json() throws IOException {
        return JsonMapper.builder().build().readTree(Files.readString(folder.resolve(CheckReport.JSON_FILE)));
    }

    private PartProcess processes() {
        List<String> java = new ArrayList<>(PartProcess.java());
        java.add(FakeParts.class.getName());
        return new PartProcess(settings, folder.resolve("parts"), java);
    }

    @Test
    void nothingStopsTheRest() throws IOException, InterruptedException {
        PartProcess processes = processes();
        DeviceCheck check = new DeviceCheck(new CheckReport(settings, folder), new PrintWriter(out, true));
        boolean passed = check.run(
                FakeParts.all(),
                part -> processes.run(part, TimeLimit.of(part.name().equals("hangs") ? SHORT_LIMIT : LIMIT)));

        assertThat(passed).isFalse();
        JsonNode parts = json().get("parts");
        assertThat(parts.valueStream().map(part -> part.get("status").asString()))
                .containsExactly("failed", "timed out", "failed", "failed", "skipped", "passed");
        assertThat(parts.get(0).get("text").get(0).asString()).isEqualTo("2 + 2 is 5");
        assertThat(parts.get(1).get("text").get(0).asString()).contains("its limit of 6 s");
        assertThat(parts.get(1).get("figures").get("before").asDouble()).isEqualTo(1.5);
        assertThat(parts.get(2).get("text").get(0).asString()).contains("exit code 134", "the driver's last words");
        assertThat(parts.get(2).get("text").get(1).asString()).isEqualTo("about to crash");
        assertThat(parts.get(3).get("text").size()).isEqualTo(22);
        assertThat(json().get("failed").size()).isEqualTo(4);
        assertThat(json().get("left").size()).isZero();
        assertThat(Files.readString(folder.resolve(CheckReport.PAGE)))
                .contains(
                        "# Check of the device simd", "| passes | passed |", "there is nothing \\| to do", "| 0.250 |");
        assertThat(out.toString().lines()).hasSize(6);
    }

    @Test
    void theReportIsThereAfterEveryPart() throws IOException, InterruptedException {
        List<Part> parts = FakeParts.all();
        DeviceCheck check = new DeviceCheck(new CheckReport(settings, folder), new PrintWriter(out, true));
        List<Integer> seen = new ArrayList<>();
        boolean passed = check.run(parts, part -> {
            seen.add(json().get("parts").size());
            assertThat(Files.readString(folder.resolve(CheckReport.PAGE))).contains("Not run yet: ");
            return PartResult.begun(part).ended(Status.PASSED, 1, "fine");
        });
        assertThat(passed).isTrue();
        assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aLeaseIsSharedAndNotExceeded() throws IOException, InterruptedException {
        long[] now = {0};
        Lease lease = new Lease(105, () -> now[0]);
        DeviceCheck check = new DeviceCheck(new CheckReport(settings, folder), new PrintWriter(out, true));
        List<TimeLimit> limits = new ArrayList<>();
        boolean passed = check.run(
                FakeParts.all(),
                part -> lease.run(part, part.name().equals("crashes") ? 10 : 600, limit -> {
                    limits.add(limit);
                    now[0] += limit.seconds() * 1_000_000_000L;
                    return PartResult.begun(part).ended(limit.outcome(), limit.seconds(), limit.words());
                }));

        // Half of 100, half of 50, its own 10 of 25, then 15 are too few.
        assertThat(limits).extracting(TimeLimit::seconds).containsExactly(50, 25, 10);
        assertThat(limits)
                .extracting(TimeLimit::outcome)
                .containsExactly(Status.CUT_OFF, Status.CUT_OFF, Status.TIMED_OUT);
        assertThat(passed).isFalse();
        assertThat(json().get("failed").valueStream().map(JsonNode::asString)).containsExactly("crashes");
        assertThat(json().get("parts").valueStream().skip(3).map(part -> part.get("status")
                        .asString()))
                .containsOnly("skipped");
        assertThat(Files.readString(folder.resolve(CheckReport.PAGE))).contains("no time was left of --minutes");
    }

    @Test
    void whatTellsTheMostComesFirst() {
        assertThat(Parts.all())
                .extracting(Part::name)
                .startsWith(
                        "devices",
                        "conformance",
                        "gradients-fp32",
                        "golden",
                        "step-fp32",
                        "infer-fp32",
                        "step-tf32",
                        "infer-tf32");
    }

    @Test
    void partsAreChosenByName() {
        assertThat(Parts.all()).extracting(Part::name).doesNotHaveDuplicates();
        assertThat(Parts.chosen(List.of("gradients", "devices"), List.of("gradients-bf16")))
                .extracting(Part::name)
                .containsExactly("devices", "gradients-fp32", "gradients-tf32");
        assertThatThrownBy(() -> Parts.chosen(List.of("speed"), List.of()))
                .hasMessageContaining("no part 'speed'; there are devices, conformance");
        assertThatThrownBy(() -> Parts.chosen(List.of("golden"), List.of("golden")))
                .hasMessageContaining("No part is left");
    }

    @Test
    void precisionsAreBackends() {
        assertThat(DeviceNames.of("cuda", MatmulPrecision.TF32)).isEqualTo("cuda/tf32");
        assertThat(DeviceNames.of("cuda:1", MatmulPrecision.BF16)).isEqualTo("cuda:1/bf16");
        assertThat(DeviceNames.of("opencl:0", MatmulPrecision.FP32)).isEqualTo("opencl:0");
        assertThatThrownBy(() -> DeviceNames.require("simd", MatmulPrecision.TF32))
                .isInstanceOf(SkippedException.class)
                .hasMessage("simd/tf32 cannot be used: simd has nothing to choose from: leave out '/tf32'");
    }
}
