package dev.retort.cli.gradcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.testkit.cases.OperationCases;
import dev.retort.testkit.gradients.BackendComparison;
import dev.retort.testkit.gradients.ErrorHistogram;
import dev.retort.testkit.gradients.GradientMatrix;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import dev.retort.testkit.gradients.GradientMatrix.Detail;
import dev.retort.testkit.gradients.GradientMatrix.Kind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The three files and the table, of made-up checks among which two fail. */
class GradcheckWritersTest {
    private static final List<Cell> CELLS = List.of(
            cell("GEMM", "GEMM <2x3>", "simd", "reference", DType.F32, true, 1e-7, 1e-6),
            cell("GEMM", "GEMM 4 & 5", "simd", "reference", DType.F32, false, 3e-6, 1e-6),
            cell("GEMM", "GEMM 6", "simd", "reference", DType.F32, true, 9e-6, 1e-5),
            cell("UNARY", "RELU 1", "simd", "reference", DType.F32, false, Double.POSITIVE_INFINITY, 1e-6),
            cell("GEMM", "GEMM <2x3>", "reference", GradientMatrix.DIFFERENCES, DType.F64, true, 0, 1e-6),
            cell("COMPARE", "COMPARE LT", "reference", GradientMatrix.REPETITION, DType.I64, true, 0, 0));
    private static final GradcheckRun RUN = new GradcheckRun(
            CELLS,
            "reference",
            11,
            List.of(new Coverage("simd", List.of("GEMM F32", "UNARY F32", "PAD F32"), List.of("PAD F32"))),
            1.5);

    @TempDir
    private Path folder;

    private static Cell cell(
            String operation,
            String name,
            String backend,
            String against,
            DType dtype,
            boolean pass,
            double error,
            double bound) {
        ErrorHistogram ulps = against.equals(GradientMatrix.DIFFERENCES) ? null : measured();
        Detail detail = new Detail("result 0 [1, 2] of 2x3", 0.5, 0.5 + error, 2 * error, ulps, "");
        Kind kind = dtype == DType.I64 ? Kind.FORWARD : Kind.BACKWARD;
        return new Cell(operation, name, backend, against, dtype, pass, error, bound, 0.25, kind, detail);
    }

    private static ErrorHistogram measured() {
        try (Backend reference = Backends.create("reference")) {
            return BackendComparison.of(reference, reference)
                    .forward(OperationCases.all().get(0), DType.F32)
                    .ulps();
        }
    }

    private static Document parse(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static String text(Document document, String path) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate(path, document);
    }

    @Test
    void digitsAreTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        StringWriter text = new StringWriter();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            assertThat(String.format("%d", 1)).isNotEqualTo("1");
            GradcheckTable.print(RUN, new PrintWriter(text, true));
        } finally {
            Locale.setDefault(before);
        }
        assertThat(text.toString()).doesNotContainPattern("[\\p{Nd}&&[^0-9]]");
    }

    @Test
    void ofManyFailuresTheTableHasTheFirstOfEachOperation() {
        List<Cell> cells = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            cells.add(cell("GEMM", "GEMM " + i, "simd", "reference", DType.F32, false, 1, 1e-6));
        }
        cells.add(cell("UNARY", "RELU 1", "simd", "reference", DType.F32, false, 1, 1e-6));
        StringWriter text = new StringWriter();
        GradcheckTable.print(new GradcheckRun(cells, "reference", 11, List.of(), 1.5), new PrintWriter(text, true));
        assertThat(text.toString())
                .contains("FAIL GEMM 8,", "and 22 more of GEMM: --html", "FAIL RELU 1,")
                .doesNotContain("FAIL GEMM 9,", "more of UNARY");
    }

    @Test
    void theTableHasTheWorstOfEachOperationAndNamesFailures() {
        StringWriter text = new StringWriter();
        GradcheckTable.print(RUN, new PrintWriter(text, true));
        assertThat(text.toString().lines())
                .containsSubsequence(
                        "  operation cases     float32",
                        "  GEMM          3       300 %  FAIL",
                        "  UNARY         1           \u221e  FAIL",
                        "  FAIL GEMM 4 & 5, backward in float32 against reference: error 3.0e-06, accepted 1.0e-06",
                        "       result 0 [1, 2] of 2x3: 0.500003000 where 0.500000000 is right",
                        "       again: retort gradcheck --device simd --against reference --operation GEMM --case"
                                + " \"GEMM 4 & 5\" --seed 11",
                        "  simd: 2 of 4 checks pass",
                        "  operation cases    integers differences",
                        "  GEMM          1           -           0  pass",
                        "  reference: 2 of 2 checks pass",
                        "simd: 2 of 3 declared pairs of operation and type checked; not PAD F32",
                        "4 of 6 checks pass, 1.5 s");
    }

    @Test
    void jsonHasEveryCheck() throws Exception {
        Path file = folder.resolve("g.json");
        GradcheckFiles.writeJson(RUN, file);
        JsonNode list = JsonMapper.builder().build().readTree(Files.readString(file));
        assertThat(list.size()).isEqualTo(6);
        JsonNode second = list.get(1);
        assertThat(second.propertyNames())
                .startsWith(
                        "operation", "case", "backend", "against", "dtype", "pass", "worst_error", "bound", "seconds");
        assertThat(second.get("case").asString()).isEqualTo("GEMM 4 & 5");
        assertThat(second.get("pass").asBoolean()).isFalse();
        assertThat(second.get("worst_error").asDouble()).isEqualTo(3e-6);
        assertThat(second.get("kind").asString()).isEqualTo("backward");
        assertThat(second.get("replay").asString()).endsWith("--case \"GEMM 4 & 5\" --seed 11");
        assertThat(list.get(3).get("worst_error").isNull()).isTrue();
        assertThat(list.get(4).get("dtype").asString()).isEqualTo("float64");
        assertThat(list.get(5).get("dtype").asString()).isEqualTo("i64");
    }

    @Test
    void junitHasASuiteForEachBackend() throws Exception {
        Path file = folder.resolve("g.xml");
        GradcheckFiles.writeJunit(RUN, file);
        Document xml = parse(file);
        assertThat(text(xml, "count(/testsuites/testsuite)")).isEqualTo("2");
        assertThat(text(xml, "//testsuite[@name='gradcheck.simd']/@tests")).isEqualTo("4");
        assertThat(text(xml, "//testsuite[@name='gradcheck.simd']/@failures")).isEqualTo("2");
        assertThat(text(xml, "//testsuite[@name='gradcheck.simd']/@time")).isEqualTo("1.000000");
        assertThat(text(xml, "//testcase[failure][1]/@name"))
                .isEqualTo("GEMM 4 & 5, backward in float32 against reference");
        assertThat(text(xml, "//testcase[failure][1]/@classname")).isEqualTo("gradcheck.simd.GEMM");
        assertThat(text(xml, "//testcase[failure][1]/failure"))
                .contains("[1, 2]")
                .contains("retort gradcheck");
        assertThat(text(xml, "count(//testsuite[@name='gradcheck.reference']//failure)"))
                .isEqualTo("0");
    }

    @Test
    void thePageHasAMatrixTheFailuresAndEveryCheck() throws Exception {
        Path file = folder.resolve("g.html");
        GradcheckPage.write(RUN, file);
        Document page = parse(file);
        assertThat(text(page, "//p[@id='verdict']")).isEqualTo("2 of 6 checks fail");
        assertThat(text(page, "//dl[@id='facts']")).contains("11").contains("2 of 3");
        assertThat(text(page, "//header")).contains("Not checked on simd: PAD F32");
        assertThat(text(page, "count(//section[@id='failures']/article)")).isEqualTo("2");
        assertThat(text(page, "//section[@id='failures']/article[1]"))
                .contains("GEMM 4 & 5")
                .contains("--case \"GEMM 4 & 5\"");
        assertThat(text(page, "count(//table[@id='matrix']//button)")).isEqualTo("4");
        String gemm = "//button[@data-operation='GEMM'][@data-backend='simd']";
        assertThat(text(page, gemm)).isEqualTo("300 %");
        assertThat(text(page, gemm + "/@title")).isEqualTo("GEMM 4 & 5");
        assertThat(text(page, gemm + "/@class")).isEqualTo("fail");
        assertThat(text(page, "//button[@data-operation='GEMM'][@data-backend='reference']/@class"))
                .isEqualTo("far");
        assertThat(text(page, "//button[@data-operation='COMPARE']/@class")).isEqualTo("repeated");
        JsonNode data = JsonMapper.builder().build().readTree(text(page, "//script[@id='data']"));
        assertThat(data.get("checks").size()).isEqualTo(6);
        assertThat(data.get("checks").get(0).get(1).asString()).isEqualTo("GEMM <2x3>");
    }
}
