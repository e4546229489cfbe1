package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.cli.job.DetectionsJson;
import dev.retort.cli.report.CellFormat;
import dev.retort.cli.report.ReportPage;
import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.CocoWriter;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.eval.Detection;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page that {@code retort eval --html} writes: its numbers, charts and images, read back. */
class EvaluationPageTest {
    /** Of an evaluation of shapes, made once. */
    @TempDir
    private static Path shapes;

    private static CocoDataset dataset;
    private static Document shown;
    private static JsonNode json;

    private static final StringWriter out = new StringWriter();
    private static final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private static int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] words = new String[args.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = args[i].toString();
        }
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    private Document page() throws Exception {
        return page(folder);
    }

    private static Document page(Path folder) throws Exception {
        return ReportPage.parse(Files.readString(folder.resolve("page.html")));
    }

    private static JsonNode json(Path folder) throws IOException {
        return JsonMapper.builder().build().readTree(Files.readString(folder.resolve("page.json")));
    }

    /** Detections on, near and off the objects of the test split, as a file. */
    private static Path detections() throws IOException {
        Random random = new Random(11);
        List<Detection> detections = new ArrayList<>();
        for (ImageInfo image : dataset.images()) {
            for (Annotation a : dataset.annotations(image.id())) {
                for (int n = random.nextInt(3); n > 0; n--) {
                    int k = random.nextInt(4) > 0 ? dataset.classOf(a.categoryId()) : random.nextInt(3);
                    detections.add(new Detection(
                            image.id(),
                            dataset.categories().get(k).id(),
                            a.x() + random.nextInt(9),
                            a.y() + random.nextInt(9),
                            a.w(),
                            a.h(),
                            random.nextDouble()));
                }
            }
        }
        Path file = shapes.resolve("found.json");
        DetectionsJson.write(detections, file);
        return file;
    }

    @BeforeAll
    static void evaluateShapes() throws Exception {
        dataset = TinyModels.shapes(shapes.resolve("shapes"));
        Path images = dataset.file(dataset.images().get(0)).getParent();
        assertThat(run(
                        "eval",
                        "--detections",
                        detections(),
                        "--ground-truth",
                        dataset.source(),
                        "--images",
                        images,
                        "--html",
                        shapes.resolve("page.html"),
                        "--json",
                        shapes.resolve("page.json"),
                        "--score",
                        "0.4"))
                .as(err.toString())
                .isZero();
        shown = page(shapes);
        json = json(shapes);
    }

    @Test
    void everyNumberOfThePageIsThatOfTheJson() throws Exception {
        List<Element> numbers = ReportPage.find(shown, "//*[@data-format]");
        assertThat(numbers).hasSizeGreaterThan(300).allSatisfy(number -> {
            JsonNode node = json.at(number.getAttribute("data-json"));
            assertThat(node.isNumber()).as(number.getAttribute("data-json")).isTrue();
            assertThat(number.getTextContent())
                    .isEqualTo(CellFormat.valueOf(number.getAttribute("data-format"))
                            .text(node.asDouble()));
        });
        // No table has a number that is not from there.
        assertThat(ReportPage.find(shown, "//td[not(@data-format) and not(@class='text')]"))
                .allMatch(cell -> cell.getTextContent().isEmpty());
        assertThat(ReportPage.find(shown, "//table")).hasSizeGreaterThan(8);
        assertThat(json.at("/analysis/confusion/score").asDouble()).isEqualTo(0.4);
        assertThat(json.at("/analysis/errors/AP50").asDouble())
                .isCloseTo(json.get("AP50").asDouble(), within(1e-12))
                .isBetween(0.05, 0.95);
        assertThat(json.at("/analysis/worst").size()).isEqualTo(3);
    }

    @Test
    void curvesAndBarsAreDrawnWhereTheJsonHasThem() throws Exception {
        List<Element> curves = ReportPage.find(shown, "//path[@data-json]");
        assertThat(curves).hasSizeGreaterThan(9).allSatisfy(curve -> {
            JsonNode values = json.at(curve.getAttribute("data-json"));
            String[] points = curve.getAttribute("d").substring(1).split("L");
            assertThat(points).hasSize(101).hasSameSizeAs(values);
            for (int i = 0; i < points.length; i++) {
                String[] point = points[i].split(" ");
                // The area of the chart is 368 by 250, its corner at (40, 276); a digit after the point is drawn.
                assertThat((Double.parseDouble(point[0]) - 40) / 368).isCloseTo(i / 100.0, within(2e-4));
                assertThat((276 - Double.parseDouble(point[1])) / 250)
                        .isCloseTo(values.get(i).asDouble(), within(3e-4));
            }
        });
        List<Element> bars = ReportPage.find(shown, "//rect[@class='bar']");
        assertThat(bars).isNotEmpty().allSatisfy(bar -> assertThat(Double.parseDouble(bar.getAttribute("height")) / 250)
                .isCloseTo(json.at(bar.getAttribute("data-json")).asDouble(), within(3e-4)));
    }

    @Test
    void thePageNeedsNoOtherFileAndShowsTheWorstImages() throws Exception {
        String text = Files.readString(shapes.resolve("page.html"));
        assertThat(text).doesNotContainPattern("(src|href)=\"(?!data:|#)").doesNotContain("@import", "url(http");
        List<Element> images = ReportPage.find(shown, "//section[@id='worst']//img");
        assertThat(images).hasSameSizeAs(dataset.images());
        for (int i = 0; i < images.size(); i++) {
            assertThat(images.get(i).getAttribute("alt"))
                    .startsWith((i + 1) + ". "
                            + json.at("/analysis/worst/" + i + "/file_name").asString());
            RgbImage shown = ReportPage.image(images.get(i));
            assertThat(Math.max(shown.width(), shown.height())).isLessThanOrEqualTo(640);
        }
        assertThat(ReportPage.find(shown, "//svg"))
                .allMatch(svg -> !svg.getAttribute("aria-label").isBlank());
        assertThat(ReportPage.find(shown, "//h1")).hasSize(1);
        assertThat(ReportPage.find(shown, "//section/h2")).hasSize(7);
        assertThat(ReportPage.find(shown, "//th[not(@scope)]")).isEmpty();
    }

    /** Annotations of many classes with marks in their names, each object taken for the next class with the score 1.5. */
    private Path manyClasses(int count) throws IOException {
        List<Category> categories = LongStream.range(1, count + 1)
                .mapToObj(id -> new Category(id, "<class> & " + id))
                .toList();
        List<Annotation> annotations = new ArrayList<>();
        List<Detection> detections = new ArrayList<>();
        for (Category category : categories) {
            long id = category.id();
            annotations.add(new Annotation(id, 1, id, 20 * id, 0, 10, 10, 100, false));
            detections.add(new Detection(1, id % count + 1, 20 * id, 0, 10, 10, 1.5));
        }
        Path truth = folder.resolve("truth.json");
        CocoWriter.write(truth, Map.of(), List.of(new ImageInfo(1, "a.png", 2000, 10)), categories, annotations);
        DetectionsJson.write(detections, folder.resolve("found.json"));
        return truth;
    }

    @Test
    void manyClassesAndScoresThatAreNoProbabilitiesAndNoImages() throws Exception {
        Path truth = manyClasses(62);
        assertThat(run(
                        "eval",
                        "--detections",
                        folder.resolve("found.json"),
                        "--ground-truth",
                        truth,
                        "--html",
                        folder.resolve("page.html"),
                        "--json",
                        folder.resolve("page.json")))
                .as(err.toString())
                .isZero();
        Document page = page();
        JsonNode many = json(folder);
        assertThat(ReportPage.find(page, "//section[@id='confusion']//tbody/tr"))
                .hasSize(50);
        assertThat(ReportPage.find(page, "//section[@id='curves']//svg")).hasSize(61);
        assertThat(many.at("/analysis/confusion/counts/61/0").asLong()).isEqualTo(1);
        assertThat(many.at("/analysis/errors/classification/dAP").asDouble()).isCloseTo(1, within(1e-12));
        assertThat(many.at("/analysis/calibration").isMissingNode()).isTrue();
        assertThat(ReportPage.find(page, "//section[@id='calibration']/p")
                        .get(0)
                        .getTextContent())
                .contains("no probabilities");
        assertThat(ReportPage.find(page, "//img")).isEmpty();
        assertThat(ReportPage.find(page, "//section[@id='worst']//tbody/tr/th")
                        .get(0)
                        .getTextContent())
                .isEqualTo("1. image 1");
    }

    @Test
    void nothingToFindIsAPageToo() throws Exception {
        Path truth = folder.resolve("truth.json");
        CocoWriter.write(
                truth, Map.of(), List.of(new ImageInfo(1, "a.png", 10, 10)), List.of(new Category(1, "a")), List.of());
        DetectionsJson.write(List.of(), folder.resolve("found.json"));
        assertThat(run(
                        "eval",
                        "--detections",
                        folder.resolve("found.json"),
                        "--ground-truth",
                        truth,
                        "--html",
                        folder.resolve("page.html")))
                .as(err.toString())
                .isZero();
        Document page = page();
        assertThat(ReportPage.find(page, "//section[@id='curves']//svg")).isEmpty();
        assertThat(page.getDocumentElement().getTextContent())
                .contains("There is no object to find.", "No image has an error");
    }

    @Test
    void anImageThatIsMissingIsNamedAndNothingWritten() throws Exception {
        manyClasses(2);
        Path images = Files.createDirectory(folder.resolve("images"));
        assertThat(run(
                        "eval",
                        "--detections",
                        folder.resolve("found.json"),
                        "--ground-truth",
                        folder.resolve("truth.json"),
                        "--images",
                        images,
                        "--html",
                        folder.resolve("page.html"),
                        "--json",
                        folder.resolve("page.json")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("a.png");
        assertThat(folder.resolve("page.html")).doesNotExist();
        assertThat(folder.resolve("page.json")).doesNotExist();
    }

    @Test
    void optionsThatDoNotFitAreRefused() {
        assertThat(run("eval", "--detections", "x", "--ground-truth", "y", "--score", "0.3"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--score is for what --html and --json write");
        assertThat(run("eval", "--detections", "x", "--ground-truth", "y", "--images", "z"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("give --html");
        assertThat(run("eval", "--detections", "x", "--ground-truth", "y", "--html", "z", "--score", "7"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("7.0 is not from 0 to 1");
        assertThat(run("eval", "--detections", "x", "--ground-truth", "y", "--html", "z", "--json", "./z"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("files of their own");
        assertThat(run("eval", "--detections", "x", "--ground-truth", "y", "--html", folder.resolve("none/z")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("make it first");
    }
}
