package dev.retort.serve.page;

import static dev.retort.serve.page.OpenPage.in;
import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import dev.retort.serve.RunningService;
import dev.retort.serve.TestImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Boxes lie at the pixels that the service says, whatever the window; the canvas is read back. */
@Tag("browser")
class PageBoxesTest {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 200;
    private static final byte[] IMAGE = TestImages.png(WIDTH, HEIGHT, 5);
    private static final String TEACHER = in("teacher", "canvas");

    @TempDir
    private static Path folder;

    private static OpenPage page;

    @BeforeAll
    static void start() throws IOException {
        page = OpenPage.start(folder, RunningService.SETTINGS);
    }

    @AfterAll
    static void stop() {
        if (page != null) {
            page.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"1280, 1", "1280, 2", "390, 1", "390, 3"})
    void theBestBoxLiesAtItsPixelsAndNothingIsDrawnElsewhere(int width, int density) throws IOException {
        page.load(width, density, false).choose("street.png", IMAGE);
        JsonNode best = onlyBest();
        int color = swatch(best);
        for (double[] edge : edges(best)) {
            assertThat(canvas(edge[0], edge[1])).as(Arrays.toString(edge)).isEqualTo(color);
        }
        double away = 24.0 * density * WIDTH / size("width");
        for (int y = 1; y < HEIGHT; y += 17) {
            for (int x = 1; x < WIDTH; x += 17) {
                if (far(best, x, y, away)) {
                    assertThat(canvas(x, y)).as(x + ", " + y).isNotEqualTo(color);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1280", "390"})
    void everyRowMarksItsBox(int width) throws IOException {
        page.load(width, 1, false).choose("street.png", IMAGE);
        page.slide(0.05);
        JsonNode detections = page.detections("teacher", IMAGE);
        for (int i = 0; i < Math.min(8, detections.size()); i++) {
            page.browser()
                    .run("document.querySelectorAll(arguments[0])[arguments[1]].focus()", in("teacher", "tbody tr"), i);
            for (double[] edge : edges(detections.get(i))) {
                assertThat(canvas(edge[0], edge[1])).as("row " + i).isEqualTo(swatch(detections.get(i)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1280", "390"})
    void afterScrollingTheBoxIsWhereItIsSeen(int width) throws IOException {
        page.load(width, 1, false).choose("street.png", IMAGE);
        JsonNode best = onlyBest();
        page.browser()
                .run("scrollTo(0, document.querySelector(arguments[0]).getBoundingClientRect().top - 37)", TEACHER);
        assertThat(page.browser().number("return Math.round(scrollY)")).isPositive();
        double left = page.browser()
                .number("return document.querySelector(arguments[0]).getBoundingClientRect().left", TEACHER);
        double top = page.browser()
                .number("return document.querySelector(arguments[0]).getBoundingClientRect().top", TEACHER);
        double scale = page.browser().number("return document.querySelector(arguments[0]).clientWidth", TEACHER)
                / (double) WIDTH;
        BufferedImage window = page.browser().window();
        for (double[] edge : edges(best)) {
            int x = (int) (left + edge[0] * scale);
            int y = (int) (top + edge[1] * scale);
            if (y < window.getHeight() - 2) {
                assertThat(around(window, x, y)).contains(swatch(best));
            }
        }
    }

    @Test
    void aCamerasRotationIsApplied() throws IOException {
        byte[] rgb = new byte[3 * 200 * 100];
        for (int i = 0; i < 200 * 100; i++) {
            rgb[3 * i + (i % 200 < 100 ? 0 : 2)] = (byte) 255;
        }
        byte[] jpeg = turned(ImageFileWriter.jpeg(new RgbImage(200, 100, rgb), 0.9f));
        page.load(1280, 1, false).choose("turned.jpg", jpeg);
        page.slide(0.99);
        assertThat(page.answer("teacher", jpeg)
                        .get("images")
                        .get(0)
                        .get("width")
                        .asInt())
                .isEqualTo(100);
        int[] size = {size("width"), size("height")};
        assertThat(size[1]).isBetween(2 * size[0] - 2, 2 * size[0] + 2);
        int above = pixel(size[0] / 2, size[1] / 8);
        int below = pixel(size[0] / 2, size[1] * 7 / 8);
        assertThat(above >> 16 & 255).isGreaterThan(200);
        assertThat(above & 255).isLessThan(50);
        assertThat(below >> 16 & 255).isLessThan(50);
        assertThat(below & 255).isGreaterThan(200);
    }

    /** The file with an Exif segment that says: to be turned to the right. */
    private static byte[] turned(byte[] jpeg) {
        byte[] exif = {
            (byte) 0xff,
            (byte) 0xe1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0,
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8, // header
            0,
            1,
            0x01,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            6,
            0,
            0,
            0,
            0,
            0,
            0 // one entry: orientation 6
        };
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(jpeg, 0, 2);
        file.writeBytes(exif);
        file.write(jpeg, 2, jpeg.length - 2);
        return file.toByteArray();
    }

    /** Moves the slider to where one box is left. */
    private static JsonNode onlyBest() {
        JsonNode detections = page.detections("teacher", IMAGE);
        page.browser().run("document.getElementById('score').step = 'any'");
        page.slide((detections.get(0).get("score").asDouble()
                        + detections.get(1).get("score").asDouble())
                / 2);
        assertThat(page.all(in("teacher", "tbody tr"))).hasSize(1);
        return detections.get(0);
    }

    /** The middle of the right, the bottom and the left edge, in pixels of the image; a label may cover the upper one. */
    private static List<double[]> edges(JsonNode detection) {
        double[] box = box(detection);
        double middle = box[1] + 0.6 * box[3];
        return List.of(
                new double[] {box[0] + box[2], middle},
                new double[] {box[0] + box[2] / 2, box[1] + box[3]},
                new double[] {box[0], middle});
    }

    /** Whether a box's line and label are this far away at least. */
    private static boolean far(JsonNode detection, double x, double y, double distance) {
        double[] box = box(detection);
        boolean across = Math.abs(x - box[0]) > distance && Math.abs(x - box[0] - box[2]) > distance;
        return across && Math.abs(y - box[1]) > distance && Math.abs(y - box[1] - box[3]) > distance;
    }

    private static double[] box(JsonNode detection) {
        double[] box = new double[4];
        Arrays.setAll(box, i -> detection.get("box").get(i).asDouble());
        return box;
    }

    /** The canvas at a place of the image. */
    private static int canvas(double x, double y) {
        int width = size("width");
        int height = size("height");
        return pixel((int) Math.min(width - 1, x * width / WIDTH), (int) Math.min(height - 1, y * height / HEIGHT));
    }

    private static int size(String property) {
        return page.browser().number("return document.querySelector(arguments[0])[arguments[1]]", TEACHER, property);
    }

    private static int pixel(int x, int y) {
        return page.browser()
                .number(
                        "const [r, g, b] = document.querySelector(arguments[0]).getContext('2d')"
                                + ".getImageData(arguments[1], arguments[2], 1, 1).data; return r << 16 | g << 8 | b",
                        TEACHER,
                        x,
                        y);
    }

    /** The color that the legend gives the detection's class. */
    private static int swatch(JsonNode detection) {
        return page.browser()
                .number(
                        "const swatch = document.querySelector(`#legend input[value='${arguments[0]}'] + .swatch`);"
                                + "const [r, g, b] = getComputedStyle(swatch).backgroundColor.match(/\\d+/g);"
                                + "return r << 16 | g << 8 | b",
                        detection.get("label").asString());
    }

    private static List<Integer> around(BufferedImage window, int x, int y) {
        return IntStream.range(0, 9)
                .mapToObj(i -> window.getRGB(
                                Math.max(0, Math.min(window.getWidth() - 1, x + i % 3 - 1)),
                                Math.max(0, Math.min(window.getHeight() - 1, y + i / 3 - 1)))
                        & 0xffffff)
                .toList();
    }
}
