package dev.retort.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.bench.work.Work;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Medians, totals, the table and the file. */
class RowsTest {
    @TempDir
    private Path folder;

    private static Row row(String name, double seconds, Double gflops, Double share, Double peerSeconds) {
        return new Row(
                name,
                "simd",
                "17",
                2,
                seconds,
                gflops,
                share,
                peerSeconds == null ? null : "other 1",
                peerSeconds,
                peerSeconds == null ? null : peerSeconds / seconds,
                3_000_000L,
                null);
    }

    private static Work work(String name, double operations, int count) {
        return new Work(name, Map.of("kind", "any"), operations, count, operands -> () -> {});
    }

    @Test
    void medianIsTheMiddle() {
        assertThat(Alternation.median(new double[] {5, 1, 3})).isEqualTo(3);
        assertThat(Alternation.median(new double[] {5, 1, 3, 100})).isEqualTo(4);
    }

    @Test
    void totalsCountEachConvolutionAsOftenAsTheNetworkHasIt() {
        List<Work> works = List.of(
                work("layers/conv-a/forward", 1e9, 2),
                work("layers/conv-a/forward+backward", 3e9, 2),
                work("layers/conv-b/forward", 4e9, 1),
                work("layers/relu/forward", 0, 9));
        List<Row> rows = List.of(
                row(works.get(0).name(), 0.5, 2.0, 0.5, 1.0),
                row(works.get(1).name(), 1.0, 3.0, 0.75, 4.0),
                row(works.get(2).name(), 1.0, 4.0, 1.0, 1.0),
                row(works.get(3).name(), 7.0, null, null, 7.0));
        List<Row> totals = Totals.of(works, rows);
        assertThat(totals)
                .extracting(Row::name)
                .containsExactly("layers/total/forward", "layers/total/forward+backward");
        Row forward = totals.get(0);
        assertThat(forward.seconds()).isEqualTo(2 * 0.5 + 1.0);
        assertThat(forward.gflops()).isEqualTo(3.0);
        assertThat(forward.peakShare()).isEqualTo(0.75);
        assertThat(forward.peerSeconds()).isEqualTo(3.0);
        assertThat(forward.ratio()).isEqualTo(1.5);
        assertThat(totals.get(1).ratio()).isEqualTo(4.0);
    }

    @Test
    void noTotalOfOtherSuitesAndNoRatioWithoutAllPeers() {
        List<Work> works = List.of(work("layers/conv-a/forward", 1e9, 1), work("layers/conv-b/forward", 1e9, 1));
        List<Row> rows = List.of(
                row(works.get(0).name(), 1, 1.0, 1.0, 1.0), row(works.get(1).name(), 1, 1.0, 1.0, null));
        assertThat(Totals.of(works, rows).get(0).ratio()).isNull();
        assertThat(Totals.of(List.of(work("ops/add", 0, 1)), List.of(row("ops/add", 1, null, null, null))))
                .isEmpty();
    }

    @Test
    void fileIsAnArrayOfRowsWithTheseKeys() throws IOException {
        Path file = folder.resolve("rows.json");
        RowsFile.write(List.of(row("ops/gemm-512", 0.25, 1073.0, 0.5, 0.5), row("ops/add", 1, null, null, null)), file);
        JsonNode rows = JsonMapper.builder().build().readTree(Files.readString(file));
        assertThat(rows.isArray()).isTrue();
        assertThat(rows.size()).isEqualTo(2);
        assertThat(new ArrayList<>(rows.get(0).propertyNames()))
                .containsExactly(
                        "name",
                        "backend",
                        "jdk",
                        "threads",
                        "seconds",
                        "gflops",
                        "peak_share",
                        "peer",
                        "peer_seconds",
                        "ratio",
                        "peak_bytes",
                        "peer_peak_bytes");
        assertThat(rows.get(0).get("ratio").asDouble()).isEqualTo(2);
        assertThat(rows.get(1).get("peer").isNull()).isTrue();
        assertThat(rows.get(1).get("gflops").isNull()).isTrue();
    }

    @Test
    void fileThatCannotBeWrittenIsRefusedBeforeMeasuring() {
        assertThatThrownBy(() -> TextFile.check(folder)).hasMessageContaining("it is a folder");
        assertThatThrownBy(() -> TextFile.check(folder.resolve("none/rows.json")))
                .hasMessageContaining("no folder");
    }

    @Test
    void tableShowsUnitsForPeople() {
        StringWriter text = new StringWriter();
        new RowTable(new PrintWriter(text)).row(row("ops/gemm-512", 0.0025, 107.4, 0.456, 1.5));
        assertThat(text.toString().split("\\s+"))
                .containsExactly("ops/gemm-512", "2.500", "ms", "107", "46", "%", "1.500", "s", "600.00", "3", "MB");
    }
}
