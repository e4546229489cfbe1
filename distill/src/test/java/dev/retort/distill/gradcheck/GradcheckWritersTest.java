package dev.retort.distill.gradcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.autograd.GradientMatrix;
import dev.retort.autograd.GradientMatrix.Cell;
import dev.retort.tensor.DType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
            cell("RELU", "RELU 1", "simd", "reference", DType.F32, false, Double.POSITIVE_INFINITY, 1e-6),
            cell("GEMM", "GEMM <2x3>", "reference", GradientMatrix.DIFFERENCES, DType.F64, true, 0, 1e-6));

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
        return new Cell(operation, name, backend, against, dtype, pass, error, bound, 0.25);
    }

    private static Document parse(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static String text(Document document, String path) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate(path, document);
    }

    @Test
    void theTableHasTheWorstOfEachOperationAndNamesFailures() {
        StringWriter text = new StringWriter();
        GradcheckTable.print(CELLS, new PrintWriter(text, true));
        assertThat(text.toString().lines())
                .containsSubsequence(
                        "simd",
                        "  GEMM          3                        -       3.0e-06 of 1.0e-06  FAIL",
                        "  RELU          1                        -      Infinity of 1.0e-06  FAIL",
                        "  FAIL GEMM, GEMM 4 & 5, float32 against reference: error 3.0e-06, accepted 1.0e-06",
                        "  simd: 2 of 4 checks pass",
                        "reference",
                        "  GEMM          1             0 of 1.0e-06                        -  pass",
                        "  reference: 1 of 1 checks pass");
    }

    @Test
    void jsonHasEveryCheck() throws Exception {
        Path file = folder.resolve("g.json");
        GradcheckFiles.writeJson(CELLS, file);
        JsonNode list = JsonMapper.builder().build().readTree(Files.readString(file));
        assertThat(list.size()).isEqualTo(5);
        JsonNode second = list.get(1);
        assertThat(second.propertyNames())
                .containsExactly(
                        "operation", "case", "backend", "against", "dtype", "pass", "worst_error", "bound", "seconds");
        assertThat(second.get("case").asString()).isEqualTo("GEMM 4 & 5");
        assertThat(second.get("pass").asBoolean()).isFalse();
        assertThat(second.get("worst_error").asDouble()).isEqualTo(3e-6);
        assertThat(list.get(3).get("worst_error").isNull()).isTrue();
        assertThat(list.get(4).get("dtype").asString()).isEqualTo("float64");
    }

    @Test
    void junitHasASuiteForEachBackend() throws Exception {
        Path file = folder.resolve("g.xml");
        GradcheckFiles.writeJunit(CELLS, file);
        Document xml = parse(file);
        assertThat(text(xml, "count(/testsuites/testsuite)")).isEqualTo("2");
        assertThat(text(xml, "//testsuite[@name='gradcheck.simd']/@tests")).isEqualTo("4");
        assertThat(text(xml, "//testsuite[@name='gradcheck.simd']/@failures")).isEqualTo("2");
        assertThat(text(xml, "//testsuite[@name='gradcheck.simd']/@time")).isEqualTo("1.000000");
        assertThat(text(xml, "//testcase[failure][1]/@name")).isEqualTo("GEMM 4 & 5, float32");
        assertThat(text(xml, "//testcase[failure][1]/@classname")).isEqualTo("gradcheck.simd.GEMM");
        assertThat(text(xml, "count(//testsuite[@name='gradcheck.reference']//failure)"))
                .isEqualTo("0");
    }

    @Test
    void thePageHasAMatrixAndEveryCheck() throws Exception {
        Path file = folder.resolve("g.html");
        GradcheckPage.write(CELLS, 11, file);
        Document page = parse(file);
        assertThat(text(page, "//dl[@id='facts']")).contains("2 of 5 fail").contains("11");
        assertThat(text(page, "count(//table[@id='matrix']//td)")).isEqualTo("4");
        assertThat(text(page, "//td[@data-operation='GEMM'][@data-backend='simd']"))
                .isEqualTo("fails, 3.000");
        assertThat(text(page, "//td[@data-operation='GEMM'][@data-backend='simd']/@title"))
                .isEqualTo("GEMM 4 & 5");
        assertThat(text(page, "//td[@data-operation='GEMM'][@data-backend='reference']/@class"))
                .isEqualTo("far");
        assertThat(text(page, "//td[@data-operation='RELU']/@class")).isEqualTo("fail");
        assertThat(text(page, "count(//details//tbody/tr)")).isEqualTo("5");
        assertThat(text(page, "//details[@id='of-GEMM']/@open")).isEqualTo("open");
    }
}
