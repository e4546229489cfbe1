package dev.retort.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retort.bench.peer.PeerProvider;
import dev.retort.cli.Retort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line: what it refuses, and a small run from end to end. */
class BenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int bench(String... options) {
        String[] line = new String[options.length + 1];
        line[0] = "bench";
        System.arraycopy(options, 0, line, 1, options.length);
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--threads 2 | --suite",
                "tune --runs 0 | --runs must be 1 or more, not 0",
                "tune --threads 0 | --threads must be 1 or more, not 0",
                "--suite ops --floor | mutually exclusive",
                "--suite everything | Invalid value for option '--suite'",
                "--suite ops --against tensorflow | Invalid value for option '--against'",
                "--suite step --method kpd | --method must be one of ",
                "--suite ops --runs 0 | --runs must be 1 or more, not 0",
                "--suite ops --threads 0 | --threads must be 1 or more, not 0"
            })
    void wrongUsageEndsWith2(String options, String message) {
        assertThat(bench(options.trim().split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--suite ops --filter nothing | No row of the suite contains 'nothing'; there are ops/gemm-512",
                "--suite infer --size 100x100 | multiples of 32, not 100x100",
                "--suite ops --json /nowhere/rows.json | there is no folder /nowhere",
                "tune --out /nowhere/simd.properties | there is no folder /nowhere"
            })
    void whatCannotBeDoneEndsWith1(String options, String message) {
        assertThat(bench(options.trim().split(" "))).isEqualTo(1);
        assertThat(err.toString()).contains("retort: ").contains(message);
    }

    @Test
    void peerOfAnotherBuildIsToldWithTheCommand() {
        assumeTrue(
                PeerProvider.class.getResource("LibtorchProvider.class") == null, "This build has the peer libtorch");
        assertThat(bench("--suite", "ops", "--filter", "gemm-512", "--against", "libtorch"))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "retort: This build has no peer 'libtorch', only one with its Maven profile has:"
                                + " start it as RETORT_PROFILES=libtorch ./retort bench --suite ... --against libtorch");
    }

    @Test
    void smallRunWritesTableAndFile() throws IOException {
        Path file = folder.resolve("rows.json");
        int code = bench(
                "--suite",
                "ops",
                "--filter",
                "gemm-attention",
                "--size",
                "64x96",
                "--threads",
                "1",
                "--runs",
                "1",
                "--against",
                "ejml",
                "--json",
                file.toString());
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toString()).contains("in turns with ejml", "ops/gemm-attention-logits");
        JsonNode rows = JsonMapper.builder().build().readTree(Files.readString(file));
        assertThat(rows.size()).isEqualTo(2);
        for (JsonNode row : rows) {
            assertThat(row.get("backend").asString()).isEqualTo("simd");
            assertThat(row.get("threads").asInt()).isEqualTo(1);
            assertThat(row.get("ratio").asDouble())
                    .isEqualTo(row.get("peer_seconds").asDouble()
                            / row.get("seconds").asDouble());
            assertThat(row.get("peak_share").asDouble()).isBetween(0.0, 1.1);
        }
    }

    @Test
    void floorIsMarkdown() {
        assertThat(bench("--floor", "--size", "64x96", "--threads", "1")).isZero();
        assertThat(out.toString())
                .contains(
                        "### Inference, 64x96", "### Distillation step, 64x96", "| part | layer | count | Gop | MB |");
    }

    @Test
    void helpNamesThePeersPackages() {
        assertThat(bench("--help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains("apt-get install python3-torch python3-torchvision");
        assertThat(Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), "--help"))
                .isZero();
        assertThat(out.toString()).contains("bench");
    }
}
