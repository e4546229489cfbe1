package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.progress.MetricsLine;
import dev.retort.cli.progress.MetricsLog;
import dev.retort.cli.report.ModelResult;
import dev.retort.cli.report.Report;
import dev.retort.cli.report.ReportPage;
import dev.retort.cli.report.Summary;
import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.draw.BoxPainter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that train, end to end and far too short to learn anything: two steps of two images. */
@TestMethodOrder(MethodOrderer.MethodName.class)
@Tag("smoke")
class DemoTest {
    private static final List<String> SHORT = List.of(
            "--set", "training.iterations=2",
            "--set", "training.batch=2",
            "--set", "training.logEvery=1",
            "--set", "model.pyramidChannels=16",
            "--set", "distillation.icd.hidden=16");

    @TempDir
    private static Path folder;

    private static final String STUDENT_ICD = Summary.distilled("icd");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path demo;

    @BeforeEach
    void name() {
        demo = folder.resolve("demo");
    }

    private int run(List<String> more, String... command) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(more);
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(String[]::new));
    }

    private int demo(String test) {
        return run(SHORT, "demo", "--out", demo.toString(), "--train", "6", "--test", test);
    }

    @Test
    void aDemoTrainsThreeModelsAndReports() throws IOException {
        assertThat(demo("3")).as(err.toString()).isZero();
        Summary summary = Summary.read(demo.resolve(Summary.FILE));
        assertThat(summary.models().keySet()).containsExactly(Summary.TEACHER, Summary.STUDENT, STUDENT_ICD);
        ModelResult student = summary.models().get(Summary.STUDENT);
        assertThat(student.parameters())
                .isEqualTo(summary.models().get(STUDENT_ICD).parameters())
                .isLessThan(summary.models().get(Summary.TEACHER).parameters());
        List<MetricsLine> lines = MetricsLog.read(demo.resolve(STUDENT_ICD).resolve(MetricsLog.FILE));
        assertThat(lines).hasSize(2).allSatisfy(line -> assertThat(line.losses())
                .containsKeys("classification", "box", "distillation"));
        assertThat(Files.readString(demo.resolve(Report.FILE)))
                .contains("data-model=\"" + STUDENT_ICD + "\" data-name=\"ICD student\" data-points=\"2\"")
                .contains("data-value=\"" + student.seconds() + "\"")
                .containsPattern("(?s)attention-section.*data:image/jpeg");
    }

    @Test
    void bTheReportShowsCurvesTheSummarysFiguresAndDrawnBoxes() throws Exception {
        Document page = ReportPage.parse(Files.readString(demo.resolve(Report.FILE)));
        List<String> models = List.of(Summary.TEACHER, Summary.STUDENT, STUDENT_ICD);
        assertThat(ReportPage.find(page, "//*[@id='detector-loss']//*[@class[contains(.,'curve')]]"))
                .extracting(curve -> curve.getAttribute("data-model"))
                .isEqualTo(models);
        JsonNode summary = JsonMapper.builder()
                .build()
                .readTree(Files.readString(demo.resolve(Summary.FILE)))
                .get("models");
        for (String model : models) {
            List<Element> cells =
                    ReportPage.find(page, "//table[@id='results']//tr[@data-model='" + model + "']/td[@data-metric]");
            assertThat(cells)
                    .extracting(cell -> cell.getAttribute("data-metric"))
                    .containsExactlyElementsOf(summary.get(model).propertyNames());
            assertThat(cells).allSatisfy(cell -> assertThat(Double.parseDouble(cell.getAttribute("data-value")))
                    .isEqualTo(summary.get(model)
                            .get(cell.getAttribute("data-metric"))
                            .asDouble()));
        }
        CocoDataset test = CocoDataset.open(demo.resolve("data"), "test");
        List<Element> images = ReportPage.find(page, "//section[@id='boxes-section']//img");
        assertThat(images).hasSize(models.size() * test.size());
        for (int i = 0; i < images.size(); i++) {
            ImageInfo info = test.images().get(i / models.size());
            RgbImage plain = test.image(info);
            int scale = BoxPainter.enlargement(plain);
            RgbImage enlarged = BilinearResize.resize(plain, scale * plain.width(), scale * plain.height());
            RgbImage drawn = ReportPage.image(images.get(i));
            for (Annotation box : test.annotations(info.id())) {
                assertThat(difference(drawn, enlarged, box, scale)).isGreaterThan(20);
            }
        }
    }

    /** Mean difference along a box's upper edge, in gray levels. */
    private static double difference(RgbImage drawn, RgbImage plain, Annotation box, int scale) {
        int y = (int) Math.round(box.y() * scale) + 1;
        int from = (int) Math.round(box.x() * scale);
        int to = (int) Math.round((box.x() + box.w()) * scale);
        double sum = 0;
        for (int x = from; x < to; x++) {
            for (int channel = 0; channel < 3; channel++) {
                sum += Math.abs(drawn.value(x, y, channel) - plain.value(x, y, channel));
            }
        }
        return sum / (3 * (to - from));
    }

    @Test
    void bTheSameCommandKeepsWhatIsThereAndAnotherIsRefused() throws IOException {
        Path model = demo.resolve(Summary.STUDENT).resolve("model.safetensors");
        byte[] before = Files.readAllBytes(model);
        assertThat(demo("3")).as(err.toString()).isZero();
        assertThat(Files.readAllBytes(model)).isEqualTo(before);
        assertThat(demo("4")).isEqualTo(1);
        assertThat(err.toString()).contains("holds a demo with other settings (6 and 3 images, not 6 and 4)");
        assertThat(run(List.of(), "demo", "--out", "" + demo, "--train", "6", "--test", "3"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("recipe.yaml is not shapes-teacher.yaml");
    }

    @Test
    void bAnotherMethodHasAReportOfItsOwn() throws IOException {
        Path other = folder.resolve("pkd");
        List<String> line = SHORT.subList(0, SHORT.size() - 2);
        String[] command = {"demo", "--out", "" + other, "--train", "6", "--test", "3", "--method", "pkd"};
        assertThat(run(line, command)).as(err.toString()).isZero();
        assertThat(Summary.read(other.resolve(Summary.FILE)).models().keySet())
                .containsExactly(Summary.TEACHER, Summary.STUDENT, Summary.distilled("pkd"));
        assertThat(Files.readString(other.resolve(Report.FILE)))
                .contains("data-name=\"PKD student\"", "PKD student against plain student")
                .doesNotContain("(ICD)", "attention-section");
        assertThat(run(line, "demo", "--out", "" + folder.resolve("none"), "--method", "kpd"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("distillation.methods must be a list of different methods out of");
    }

    @Test
    void cAModelIsEvaluatedAndPredicts() throws IOException {
        String model =
                demo.resolve(Summary.TEACHER).resolve("model.safetensors").toString();
        String data = demo.resolve("data").toString();
        Path detections = folder.resolve("detections.json");
        Path json = folder.resolve("metrics.json");
        List<String> save = List.of("--save-detections", detections.toString(), "--json", json.toString());
        assertThat(run(save, "eval", model, "--data", data)).as(err.toString()).isZero();
        String ofModel = out.toString();
        Path truth = demo.resolve("data").resolve("annotations").resolve("test.json");
        assertThat(run(List.of(), "eval", "--detections", "" + detections, "--ground-truth", "" + truth))
                .isZero();
        assertThat(out.toString()).isEqualTo(ofModel);
        assertThat(json).content().contains("\"AP50\"").contains("\"circle\"");

        Path predicted = folder.resolve("predicted");
        Path image = demo.resolve("data").resolve("images").resolve("test_000007.png");
        assertThat(run(List.of(), "predict", model, "" + image, "--out", "" + predicted))
                .as(err.toString())
                .isZero();
        assertThat(predicted.resolve("test_000007.png")).exists();
        assertThat(predicted.resolve("detections.json")).content().contains("\"width\" : 128");
    }

    @Test
    void dARunIsNotOverwritten() {
        String recipe = Path.of("..", "recipes", "shapes-student.yaml").toString();
        String data = demo.resolve("data").toString();
        String run = demo.resolve(Summary.STUDENT).toString();
        assertThat(run(SHORT, "train", recipe, "--data", data, "--out", run)).isEqualTo(1);
        assertThat(err.toString()).contains("holds a run already").contains("--resume");
        assertThat(run(SHORT, "train", recipe, "--data", data, "--out", run, "--resume"))
                .isZero();
        assertThat(run(SHORT, "train", recipe, "--data", data, "--out", "" + folder.resolve("none"), "--resume"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("Nothing to resume");
        assertThat(run(SHORT, "train", recipe, "--data", data, "--out", run, "--device", "abacus"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no backend 'abacus'");
    }
}
