package dev.retort.serve.page;

import static dev.retort.serve.page.OpenPage.in;
import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.serve.RunningService;
import dev.retort.serve.TestImages;
import dev.retort.serve.http.HttpSettings;
import dev.retort.serve.http.Token;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.WebElement;
import tools.jackson.databind.JsonNode;

/** The page in a browser: what is brought is looked into, and what is found is shown. */
@Tag("browser")
class PageTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final byte[] IMAGE = TestImages.png(320, 200, 5);

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

    @Test
    void itComplainsOfNothingAndAsksNobodyElse() throws IOException {
        page.browser().complaints();
        page.browser().requests();
        page.load(1280, 1, false).choose("street.png", IMAGE);
        page.one(in("teacher", "summary")).click();
        assertThat(page.browser().complaints()).isEmpty();
        assertThat(page.browser().requests())
                .isNotEmpty()
                .allMatch(address ->
                        address.startsWith(page.origin() + "/") || address.startsWith("blob:" + page.origin() + "/"));
    }

    @Test
    void theTableAndTheTextSayWhatTheServiceSaid() throws IOException {
        page.load(1280, 1, false).choose("street.png", IMAGE);
        for (String model : List.of("teacher", "student")) {
            JsonNode answer = page.answer(model, IMAGE);
            List<JsonNode> expected = passing(answer, 0.5);
            assertThat(expected).hasSizeGreaterThan(1);
            assertThat(rows(model))
                    .isEqualTo(expected.stream().map(PageTest::row).toList());
            JsonNode json = json(model);
            assertThat(json.get("model").asString()).isEqualTo(model);
            assertThat(json.get("images").get(0).get("name").asString()).isEqualTo("street.png");
            assertThat(said(detections(json))).isEqualTo(said(expected));
            assertThat(page.all(in(model, ".times dt")).stream().map(WebElement::getText))
                    .containsExactly("decode", "resize", "queue", "network", "postprocess");
            assertThat(page.all(in(model, ".times dd")))
                    .allMatch(time -> time.getText().matches("\\d+\\.\\d ms"));
            assertThat(page.one(in(model, "canvas")).getAttribute("aria-label"))
                    .startsWith("street.png: ")
                    .contains(expected.get(0).get("label").asString());
        }
        assertThat(page.one("#status").getAttribute("textContent")).contains("teacher: ", "student: ");
    }

    @Test
    void sliderAndClassesChooseWithoutAskingAgain() throws IOException {
        page.load(1280, 1, false).choose("street.png", IMAGE);
        int asked = page.asked();
        JsonNode answer = page.answer("teacher", IMAGE);
        for (double least : new double[] {0.05, 0.4, 0.99, 0.2}) {
            page.slide(least);
            List<JsonNode> expected = passing(answer, least);
            assertThat(rows("teacher"))
                    .isEqualTo(expected.stream().map(PageTest::row).toList());
            assertThat(said(detections(json("teacher")))).isEqualTo(said(expected));
        }
        String label = page.one("#legend input").getAttribute("value");
        page.one("#legend input").click();
        assertThat(rows("teacher")).isNotEmpty().noneMatch(row -> row.startsWith(label + " "));
        page.one("#none").click();
        assertThat(rows("teacher")).isEmpty();
        assertThat(page.one(in("teacher", ".count")).getText()).startsWith("0 shown, ");
        page.one("#all").click();
        assertThat(rows("teacher")).hasSameSizeAs(passing(answer, 0.2));
        assertThat(page.asked()).isEqualTo(asked + 1);
    }

    @Test
    void modelsStandBesideEachOtherAndOneIsAskedWhenItIsChosen() throws IOException {
        page.load(1280, 1, false);
        page.one("#models input[value=student]").click();
        int asked = page.asked();
        page.choose("street.png", IMAGE);
        assertThat(page.all(".panel")).hasSize(1);
        assertThat(page.asked()).isEqualTo(asked + 1);
        page.one("#models input[value=student]").click();
        page.found();
        WebElement teacher = page.one(in("teacher", "h2"));
        WebElement student = page.one(in("student", "h2"));
        assertThat(student.getRect().y).isEqualTo(teacher.getRect().y);
        assertThat(student.getRect().x).isGreaterThan(teacher.getRect().x + 400);
        page.one("#models input[value=student]").click();
        page.one("#models input[value=student]").click();
        assertThat(page.all(".panel")).hasSize(2);
        assertThat(page.asked()).isEqualTo(asked + 2);
    }

    @Test
    void aTextThatCallsItselfAnImageIsRefusedInWordsAndTheNextImageIsLookedInto() throws IOException {
        page.load(1280, 1, false);
        Path text = page.file("text.jpg", "This is no image.".getBytes(StandardCharsets.UTF_8));
        page.one("#file").sendKeys(text.toString());
        page.browser()
                .until(
                        "an error is shown",
                        () -> page.all(".panel .error:not([hidden])").size() == 2);
        WebElement error = page.one(in("teacher", ".error"));
        assertThat(error.getAttribute("role")).isEqualTo("alert");
        assertThat(error.getText()).contains("text.jpg");
        assertThat(page.one(in("teacher", ".found")).isDisplayed()).isFalse();
        page.browser().keep("error-1280-light");
        page.choose("street.png", IMAGE);
        assertThat(page.all(".panel .error:not([hidden])")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "new ClipboardEvent('paste', {clipboardData: data, bubbles: true})",
                "new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})"
            })
    void whatIsPastedOrDroppedIsLookedInto(String event) {
        page.load(1280, 1, false);
        page.browser()
                .run(
                        "const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));"
                                + "const data = new DataTransfer();"
                                + "data.items.add(new File([bytes], 'brought.png', {type: 'image/png'}));"
                                + "document.body.dispatchEvent(" + event + ");",
                        Base64.getEncoder().encodeToString(IMAGE));
        page.found();
        assertThat(json("teacher").get("images").get(0).get("name").asString()).isEqualTo("brought.png");
        assertThat(rows("teacher")).hasSameSizeAs(passing(page.answer("teacher", IMAGE), 0.5));
    }

    @Test
    void aDroppedTextIsRefused() {
        page.load(1280, 1, false);
        page.browser()
                .run("const data = new DataTransfer(); data.setData('text/plain', 'a word');"
                        + "document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true}));");
        assertThat(page.one("#failure").getText()).isEqualTo("What was dropped or pasted is no image file.");
    }

    @Test
    void theJsonIsCopiedAndThePageSaysSo() throws IOException {
        page.load(1280, 1, false).choose("street.png", IMAGE);
        page.browser().allowClipboard(page.origin());
        page.one(in("teacher", "summary")).click();
        page.one(in("teacher", ".copy")).click();
        page.browser().until("it is said", () -> page.one(in("teacher", ".copied"))
                .getText()
                .equals("Copied."));
        Object copied = page.browser()
                .driver()
                .executeAsyncScript("navigator.clipboard.readText().then(arguments[0], arguments[0]);");
        assertThat(copied).isEqualTo(page.one(in("teacher", ".json")).getAttribute("value"));
    }

    @Test
    void aServiceThatNeedsATokenIsAskedWithIt() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), SECRET);
        HttpSettings settings =
                new HttpSettings("127.0.0.1", 0, 2_000_000, 30_000, 10_000, 10_000, 32, Optional.of(Token.read(file)));
        try (OpenPage guarded = OpenPage.start(folder, settings)) {
            guarded.open(1280, 1, false);
            guarded.browser()
                    .until("it asks for the token", () -> guarded.one("#token").isDisplayed());
            guarded.one("#secret").sendKeys("0123456789abcdef-wrong\n");
            guarded.browser().until("it is refused", () -> guarded.one("#failure")
                    .getText()
                    .equals("The token is wrong"));
            guarded.one("#secret").clear();
            guarded.one("#secret").sendKeys(SECRET + "\n");
            guarded.browser()
                    .until(
                            "the models are listed",
                            () -> guarded.all("#models input").size() == 2);
            assertThat(guarded.one("#token").isDisplayed()).isFalse();
            assertThat(guarded.one("#failure").isDisplayed()).isFalse();
            guarded.choose("street.png", IMAGE);
            guarded.load(1280, 1, false);
        }
    }

    private static List<JsonNode> passing(JsonNode answer, double least) {
        return detections(answer).stream()
                .filter(detection -> detection.get("score").asDouble() >= least)
                .toList();
    }

    private static List<JsonNode> detections(JsonNode answer) {
        List<JsonNode> detections = new ArrayList<>();
        answer.get("images").get(0).get("detections").forEach(detections::add);
        return detections;
    }

    /** All that is said of detections; JavaScript writes 0.0 as 0. */
    private static List<List<Object>> said(List<JsonNode> detections) {
        return detections.stream()
                .map(detection -> {
                    List<Object> values = new ArrayList<>();
                    values.add(detection.get("label").asString());
                    for (String name : List.of("class", "category_id", "score")) {
                        values.add(detection.get(name).asDouble());
                    }
                    detection.get("box").forEach(edge -> values.add(edge.asDouble()));
                    return values;
                })
                .toList();
    }

    private static JsonNode json(String model) {
        return RunningService.json(
                page.one(in(model, ".json")).getAttribute("value").getBytes(StandardCharsets.UTF_8));
    }

    /** The table's rows, cells apart by spaces. */
    private static List<String> rows(String model) {
        return List.of(page.browser()
                .text(
                        "return [...document.querySelectorAll(arguments[0])]"
                                + ".map((row) => [...row.cells].map((cell) => cell.textContent).join(' ')).join('\\n')",
                        in(model, "tbody tr"))
                .lines()
                .toArray(String[]::new));
    }

    private static String row(JsonNode detection) {
        StringBuilder row = new StringBuilder(detection.get("label").asString());
        row.append(' ').append(rounded(detection.get("score"), 3));
        detection.get("box").forEach(edge -> row.append(' ').append(rounded(edge, 1)));
        return row.toString();
    }

    private static BigDecimal rounded(JsonNode number, int digits) {
        return new BigDecimal(number.asDouble()).setScale(digits, RoundingMode.HALF_UP);
    }
}
