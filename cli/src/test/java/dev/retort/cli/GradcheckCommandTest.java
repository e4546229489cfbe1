package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GradcheckCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private static long cases(String beginning) {
        long cases = OperationCases.all().stream()
                .filter(c -> c.name().startsWith(beginning))
                .count();
        assertThat(cases).isPositive();
        return cases;
    }

    @Test
    void oneOperationIsCheckedOnEveryUsableBackend() throws IOException {
        Path json = folder.resolve("g.json");
        Path xml = folder.resolve("g.xml");
        Path html = folder.resolve("g.html");
        String[] args = {
            "gradcheck",
            "--operation",
            "CLAMP",
            "--operation",
            "softmax",
            "--json",
            "" + json,
            "--junit",
            "" + xml,
            "--html",
            "" + html
        };
        assertThat(run(args)).as(out.toString() + err).isZero();
        assertThat(out.toString())
                .containsPattern("(?m)^ +CLAMP +" + cases("CLAMP ") + " +.*pass$")
                .containsPattern("(?m)^ +reference: (\\d+) of \\1 checks pass$");
        JsonNode list = JsonMapper.builder().build().readTree(Files.readString(json));
        Set<String> backends = new HashSet<>();
        Set<String> kinds = new HashSet<>();
        for (JsonNode entry : list) {
            assertThat(entry.get("pass").asBoolean()).isTrue();
            assertThat(entry.get("worst_error").asDouble())
                    .isLessThanOrEqualTo(entry.get("bound").asDouble());
            backends.add(entry.get("backend").asString());
            kinds.add(entry.get("operation").asString() + " "
                    + entry.get("dtype").asString() + " " + entry.get("kind").asString());
        }
        assertThat(backends).contains("reference", "simd");
        assertThat(kinds)
                .contains(
                        "CLAMP float64 backward",
                        "CLAMP float32 forward",
                        "CLAMP i64 forward",
                        "softmax float64 forward",
                        "softmax float32 backward");
        assertThat(xml).content().contains("<testsuite name=\"gradcheck.simd\"");
        assertThat(html).content().containsPattern("All \\d+ checks pass");
    }

    @Test
    void oneBackendIsCheckedOnRequest() {
        assertThat(run("gradcheck", "--device", "reference", "--operation", "CAST", "--seed", "3"))
                .isZero();
        assertThat(out.toString()).startsWith("reference").doesNotContain("simd");
    }

    @Test
    void oneCaseIsRepeated() {
        String[] args = {"gradcheck", "--device", "simd", "--operation", "CLAMP", "--case", "CLAMP 13", "--seed", "7"};
        String name = OperationCases.all().stream()
                .filter(c -> c.operation().equals("CLAMP"))
                .map(OperationCase::name)
                .findFirst()
                .orElseThrow();
        args[6] = name;
        assertThat(run(args)).as(out.toString() + err).isZero();
        assertThat(out.toString()).containsPattern("(?m)^ +CLAMP +1 ");
        args[6] = "CLAMP of nothing at all";
        assertThat(run(args)).isEqualTo(1);
        assertThat(err.toString()).contains("There is no case 'CLAMP of nothing at all'");
    }

    @Test
    void aGroupOfTheModelIsChecked() {
        assertThat(run(
                        "gradcheck",
                        "--model",
                        "--device",
                        "reference",
                        "--case",
                        "decoder: ins_encoder.predictor.layers"))
                .as(out.toString() + err)
                .isZero();
        assertThat(out.toString()).containsPattern("model +1 .*pass");
    }

    @Test
    void whatAModelWouldIgnoreIsRefused() {
        for (String option : new String[] {"--operation=GEMM", "--against=simd", "--mode=TF32"}) {
            assertThat(run("gradcheck", "--model", option)).isEqualTo(2);
            assertThat(err.toString()).startsWith(option.split("=")[0] + " is for operations");
        }
    }

    @Test
    void aStarChoosesCases() {
        assertThat(run("gradcheck", "--device", "simd", "--case", "UNARY RELU*"))
                .as(out.toString() + err)
                .isZero();
        assertThat(out.toString()).containsPattern("(?m)^ +UNARY +" + cases("UNARY RELU") + " .*pass$");
    }

    @Test
    void aWrongNameIsAnsweredWithRightOnes() {
        assertThat(run("gradcheck", "--operation", "relu")).isEqualTo(1);
        assertThat(err.toString()).contains("belongs to a family", "--case \"UNARY RELU*\"");
        assertThat(run("gradcheck", "--case", "CUMSUM 207")).isEqualTo(1);
        assertThat(err.toString().strip())
                .isEqualTo("retort: There is no case 'CUMSUM 207'; did you mean CUMSUM 207 along 0?");
        assertThat(run("gradcheck", "--operation", "CLAMP", "--case", "GEMM*")).isEqualTo(1);
        assertThat(err.toString()).contains("There is no case 'GEMM*' among those of CLAMP; ");
        assertThat(run("gradcheck", "--case", "CONV2D")).isEqualTo(1);
        assertThat(err.toString()).containsPattern("'CONV2D'; \\d+ contain it, such as CONV2D");
    }

    @Test
    void aFileThatCannotBeWrittenIsRefusedBeforeTheWork() throws IOException {
        Path there = Files.writeString(folder.resolve("there.json"), "kept");
        assertThat(run(
                        "gradcheck",
                        "--json",
                        "" + there,
                        "--html",
                        "" + folder.resolve("none").resolve("g.html")))
                .isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(there).hasContent("kept");
        String tooLong = "g".repeat(300) + ".xml";
        assertThat(run("gradcheck", "--junit", "" + folder.resolve(tooLong))).isEqualTo(1);
        assertThat(err.toString()).contains("Cannot write", "(File name too long)");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void whatCannotBeCheckedIsAnError() {
        assertThat(run("gradcheck", "--operation", "layer-norms")).isEqualTo(1);
        assertThat(err.toString().strip())
                .isEqualTo("retort: There is no operation 'layer-norms'; did you mean layerNorm?");
        assertThat(run("gradcheck", "--device", "sumd", "--operation", "CLAMP")).isEqualTo(1);
        assertThat(err.toString()).startsWith("retort: There is no backend 'sumd'; there are ");
        assertThat(run("gradcheck", "--seed", "x")).isEqualTo(2);
    }
}
