package dev.retort.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.data.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
    private static final List<String> MODELS = List.of(Summary.TEACHER, Summary.STUDENT, Summary.distilled("icd"));

    private static Summary summary() {
        Map<String, ModelResult> models = new LinkedHashMap<>();
        models.put(Summary.TEACHER, new ModelResult(0.612345, 0.85, 0.66, 0.4, 0.7, -1, 9_812_345, 812.5));
        models.put(Summary.STUDENT, new ModelResult(0.45, 0.73, 0.5, 0.3, 0.6, -1, 1_312_345, 59.9));
        models.put(Summary.distilled("icd"), new ModelResult(0.5, 0.78, 0.49, 0.29, 0.64, -1, 1_312_345, 612));
        return new Summary(models);
    }

    private static ReportData data() {
        List<ReportData.Curve> curves = new ArrayList<>();
        List<ReportData.Panel> panels = new ArrayList<>();
        for (String model : MODELS) {
            curves.add(new ReportData.Curve(model, model, new double[] {0, 20, 40, 60}, new double[] {2, 1, 3, 0.5}));
            panels.add(ReportData.Panel.of(model, "of " + model, RgbImage.black(40, 30)));
        }
        return new ReportData(
                "Title with <angle> & \"quotes\"",
                "Introduction.",
                "How it learned.",
                Map.of("seed", "1"),
                summary(),
                Map.of(
                        Summary.TEACHER,
                        "Teacher",
                        Summary.STUDENT,
                        "Plain student",
                        Summary.distilled("icd"),
                        "ICD student"),
                List.of(new ReportData.Chart("detector-loss", "Detector loss", "Lower is better.", "loss", curves)),
                List.of(new ReportData.Figure("image 1", panels)),
                List.of(new ReportData.Figure("a star", panels.subList(0, 1))));
    }

    @Test
    void thePageIsSelfContained() {
        assertThat(Report.html(data()))
                .doesNotContainPattern("(src|href)=\"(?!data:|#)")
                .doesNotContain("@import");
    }

    @Test
    void thePageHasACurveOfEachModel() throws Exception {
        List<Element> curves = ReportPage.find(
                ReportPage.parse(Report.html(data())), "//*[@id='detector-loss']//*[@class[contains(.,'curve')]]");
        assertThat(curves).extracting(curve -> curve.getAttribute("data-model")).containsExactlyElementsOf(MODELS);
        assertThat(curves).allSatisfy(curve -> {
            assertThat(curve.getAttribute("data-points")).isEqualTo("4");
            assertThat(curve.getAttribute("d").split("L")).hasSize(4);
        });
    }

    @Test
    void theTableHasTheFiguresOfTheSummary(@TempDir Path folder) throws Exception {
        Path file = folder.resolve(Summary.FILE);
        summary().write(file);
        JsonNode json =
                JsonMapper.builder().build().readTree(Files.readString(file)).get("models");
        assertThat(json.propertyNames()).containsExactlyElementsOf(MODELS);
        Document page = ReportPage.parse(Report.html(data()));
        for (String model : MODELS) {
            List<Element> cells = ReportPage.find(page, "//table[@id='results']//tr[@data-model='" + model + "']/td");
            assertThat(cells)
                    .extracting(cell -> cell.getAttribute("data-metric"))
                    .containsExactly("AP", "AP50", "AP75", "APs", "APm", "APl", "parameters", "seconds")
                    .containsExactlyElementsOf(json.get(model).propertyNames());
            for (Element cell : cells) {
                double value =
                        json.get(model).get(cell.getAttribute("data-metric")).asDouble();
                assertThat(Double.parseDouble(cell.getAttribute("data-value"))).isEqualTo(value);
            }
        }
        List<Element> teacher = ReportPage.find(page, "//tr[@data-model='teacher']/td");
        assertThat(teacher)
                .extracting(Element::getTextContent)
                .containsExactly("61.2", "85.0", "66.0", "40.0", "70.0", "\u2013", "9.8 M", "13 min 33 s");
        assertThat(ReportPage.find(page, "//tr[@data-difference='student_icd-student']/td"))
                .extracting(Element::getTextContent)
                .startsWith("+5.0", "+5.0", "\u22121.0", "\u22121.0", "+4.0", "\u2013");
    }

    @Test
    void imagesAreInsideThePage() throws Exception {
        Document page = ReportPage.parse(Report.html(data()));
        List<Element> images = ReportPage.find(page, "//section[@id='boxes-section']//div[@class='panel']/img");
        assertThat(images).hasSize(3);
        for (Element image : images) {
            assertThat(ReportPage.image(image).width()).isEqualTo(40);
        }
        assertThat(ReportPage.find(page, "//section[@id='attention-section']//img"))
                .hasSize(1);
    }

    @Test
    void textIsShownAsItIs() throws Exception {
        assertThat(ReportPage.find(ReportPage.parse(Report.html(data())), "//h1"))
                .extracting(Element::getTextContent)
                .containsExactly("Title with <angle> & \"quotes\"");
    }

    /** A terminal's escape sequence in a class name is no character of XML. */
    @Test
    void whatXmlCannotHaveIsReplaced() throws Exception {
        String text = "a\u001b[31m\ud800b\u0000 \t\ud83d\ude00";
        assertThat(Html.escape(text)).isEqualTo("a\ufffd[31m\ufffdb\ufffd \t\ud83d\ude00");
        assertThat(ReportPage.parse(Html.page(text, "", ""))
                        .getElementsByTagName("title")
                        .item(0)
                        .getTextContent())
                .startsWith("a\ufffd[31m");
    }

    @Test
    void aSummaryReadsBackTheSame(@TempDir Path folder) throws IOException {
        Path file = folder.resolve(Summary.FILE);
        summary().write(file);
        assertThat(Summary.read(file)).isEqualTo(summary());
        Files.writeString(file, "[]");
        assertThatIOException().isThrownBy(() -> Summary.read(file)).withMessageContaining("no summary");
    }

    @Test
    void ticksAreRound() {
        assertThat(LineChart.roundStep(0.13)).isCloseTo(0.2, within(1e-12));
        assertThat(LineChart.roundStep(0.2)).isCloseTo(0.2, within(1e-12));
        assertThat(LineChart.roundStep(333)).isEqualTo(500);
        assertThat(LineChart.roundStep(0.0501)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void smoothingKeepsAStraightLineAndDoesNotLag() {
        double[] line = new double[100];
        for (int i = 0; i < line.length; i++) {
            line[i] = i;
        }
        double[] smooth = LineChart.smooth(line);
        for (int i = 0; i < 97; i++) {
            assertThat(smooth[i]).isCloseTo(i, within(1e-12));
        }
        assertThat(LineChart.smooth(new double[] {0, 1, 0, 1})).containsExactly(0, 1.0 / 3, 2.0 / 3, 0.5);
    }

    @Test
    void aCurveNeedsAsManyValuesAsIterations() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ReportData.Curve("a", "a", new double[1], new double[2]))
                .withMessageContaining("1 iterations, but 2 values");
    }
}
