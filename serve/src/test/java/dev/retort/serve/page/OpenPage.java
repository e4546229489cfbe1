package dev.retort.serve.page;

import dev.retort.serve.RunningService;
import dev.retort.serve.http.HttpSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import tools.jackson.databind.JsonNode;

/** A service with two models, teacher and student, and its page in a browser. */
final class OpenPage implements AutoCloseable {
    private static final String ROUTE =
            "retort_request_seconds_count{route=\"/v1/models/{model}/detect\",status=\"200\"}";

    private final RunningService service;
    private final Browser browser;
    private final Path folder;

    private OpenPage(RunningService service, Browser browser, Path folder) {
        this.service = service;
        this.browser = browser;
        this.folder = folder;
    }

    static OpenPage start(Path folder, HttpSettings settings) throws IOException {
        Browser browser = Browser.start();
        try {
            List<String> models = List.of(
                    "teacher=" + SpreadModel.save(folder.resolve("teacher.safetensors"), 15),
                    "student=" + SpreadModel.save(folder.resolve("student.safetensors"), 14));
            return new OpenPage(RunningService.start(models, RunningService.LIMITS, settings), browser, folder);
        } catch (IOException | RuntimeException | Error e) {
            browser.close();
            throw e;
        }
    }

    Browser browser() {
        return browser;
    }

    String origin() {
        return "http://127.0.0.1:" + service.port();
    }

    /** Opens the page anew, and waits until it knows the models. */
    OpenPage load(int width, int density, boolean dark) {
        open(width, density, dark);
        browser.until("the models are listed", () -> all("#models input").size() == 2);
        return this;
    }

    void open(int width, int density, boolean dark) {
        browser.look(width, 844, density, dark);
        browser.driver().get(origin() + "/");
    }

    /** Chooses an image by the file input, and waits for what the models find. */
    OpenPage choose(String name, byte[] image) throws IOException {
        one("#file").sendKeys(file(name, image).toString());
        return found();
    }

    OpenPage found() {
        browser.until(
                "each model has found something",
                () -> all(".found:not([hidden])").size()
                        == all("#models input:checked").size());
        return this;
    }

    Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toAbsolutePath();
    }

    /** What the service says to another client that asks as the page does. */
    JsonNode answer(String model, byte[] image) {
        return RunningService.json(service.post("/v1/models/" + model + "/detect?score=0.05&max=100", image));
    }

    JsonNode detections(String model, byte[] image) {
        return answer(model, image).get("images").get(0).get("detections");
    }

    /** Images that the service has looked into. */
    int asked() {
        double count = service.metric(ROUTE);
        return Double.isNaN(count) ? 0 : (int) count;
    }

    /** Moves the slider as a hand does. */
    OpenPage slide(double score) {
        browser.run(
                "const s = document.getElementById('score'); s.value = arguments[0];"
                        + "s.dispatchEvent(new Event('input', {bubbles: true}));"
                        + "s.dispatchEvent(new Event('change', {bubbles: true}));",
                Double.toString(score));
        return this;
    }

    WebElement one(String selector) {
        return browser.driver().findElement(By.cssSelector(selector));
    }

    List<WebElement> all(String selector) {
        return browser.driver().findElements(By.cssSelector(selector));
    }

    /** Of a model's panel. */
    static String in(String model, String selector) {
        return "[data-model=" + model + "] " + selector;
    }

    @Override
    public void close() {
        browser.close();
        service.close();
    }
}
