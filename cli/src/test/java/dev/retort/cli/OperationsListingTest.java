package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Operation;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code devices --operations}: complete, readable, and right about operations whose place is known. */
class OperationsListingTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private List<String> row(String operation) {
        String line = out.toString()
                .lines()
                .filter(l -> l.startsWith(operation + " "))
                .findFirst()
                .orElseThrow();
        return List.of(line.split(" {2,}"));
    }

    @Test
    void everyOperationHasARowOfAtMost120Characters() {
        assertThat(run("devices", "--operations")).as(err.toString()).isZero();
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 120, "at most 120 characters");
        Set<String> names = new LinkedHashSet<>();
        Arrays.stream(Operation.values()).map(Operation::name).forEach(names::add);
        OperationCases.all().stream().map(OperationCase::operation).forEach(names::add);
        assertThat(out.toString().lines().skip(1).takeWhile(line -> !line.isBlank()))
                .extracting(line -> line.split(" ")[0])
                .containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void rowsTellTypesRulesAndTests() {
        run("devices", "--operations");
        assertThat(row("operation").subList(0, 3)).containsExactly("operation", "kind", "dtypes");
        int reference = row("operation").indexOf("reference");
        int gradient = row("operation").indexOf("gradient");
        assertThat(row("CUMSUM").subList(0, 3)).containsExactly("CUMSUM", "core", "fdil");
        assertThat(row("CUMSUM").get(reference)).isEqualTo("fdil");
        assertThat(row("CUMSUM").get(gradient)).isEqualTo("own rule");
        assertThat(row("REDUCE").get(gradient)).isEqualTo("own rules: SUM, MEAN, MAX, MIN");
        assertThat(row("COMPARE").get(gradient)).isEqualTo("no gradient");
        assertThat(row("ASSIGN").get(gradient)).isEqualTo("refused on a tape");
        assertThat(row("softmax").get(1)).isEqualTo("composed");
        assertThat(row("softmax").get(gradient)).isEqualTo("own rule");
        assertThat(row("reluGradient").get(gradient)).isEqualTo("of WHERE");
        long cases = OperationCases.all().stream()
                .filter(c -> c.operation().equals("CUMSUM"))
                .count();
        assertThat(row("CUMSUM").get(gradient + 1).strip()).isEqualTo("" + cases);
        assertThat(out.toString())
                .contains(OperationCases.all().size() + " cases, ")
                .contains(OperationCases.bad().size() + " bad inputs.");
    }

    @Test
    void theListIsWrittenAsJson() throws IOException {
        Path file = folder.resolve("operations.json");
        assertThat(run("devices", "--operations", "--json", "" + file)).isZero();
        JsonNode list = JsonMapper.builder().build().readTree(Files.readString(file));
        for (JsonNode entry : list) {
            if (entry.get("operation").asString().equals("GEMM")) {
                assertThat(entry.get("kind").asString()).isEqualTo("core");
                assertThat(entry.get("gradient").asString()).isEqualTo("own");
                assertThat(entry.get("rules").get(0).asString()).isEqualTo("GEMM");
                assertThat(entry.get("declared").get("reference").size()).isEqualTo(2);
                assertThat(entry.get("bad_inputs").asInt()).isPositive();
                return;
            }
        }
        throw new AssertionError("no GEMM in " + file);
    }

    @Test
    void aFileForNothingIsWrongUsage() {
        assertThat(run("devices", "--json", "x.json")).isEqualTo(2);
        assertThat(err.toString()).contains("--json goes with --operations");
    }
}
