package dev.retort.serve.page;

import static org.assertj.core.api.Assertions.fail;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chromium without a window. Nothing is downloaded: the browser and its driver are those of the machine. */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of(System.getProperty("retort.chromium", "/usr/bin/chromium"));
    private static final Path DRIVER = Path.of(System.getProperty("retort.chromedriver", "/usr/bin/chromedriver"));
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    static Browser start() {
        for (Path program : List.of(CHROMIUM, DRIVER)) {
            if (!Files.isExecutable(program)) {
                fail("The profile browser needs Chromium and its driver, but there is no program " + program
                        + ". On Debian: apt-get install chromium chromium-driver; elsewhere say where they are:"
                        + " -Dretort.chromium=FILE -Dretort.chromedriver=FILE");
            }
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars");
        options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL", "performance", "ALL"));
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    ChromeDriver driver() {
        return driver;
    }

    /** Gives the page a size in CSS pixels, and a light or dark scheme. */
    void look(int width, int height, int density, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", density, "mobile", width < 600));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Lets the page read and write the clipboard. */
    void allowClipboard(String origin) {
        driver.executeCdpCommand(
                "Browser.grantPermissions",
                Map.of("origin", origin, "permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    }

    /** Waits until something holds; the description is for the failure. */
    void until(String what, BooleanSupplier holds) {
        new WebDriverWait(driver, PATIENCE).withMessage(what).until(d -> holds.getAsBoolean());
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    int number(String script, Object... arguments) {
        return ((Number) run(script, arguments)).intValue();
    }

    String text(String script, Object... arguments) {
        return (String) run(script, arguments);
    }

    /** What the page wrote into the console as errors and warnings since the last call. */
    List<String> complaints() {
        return StreamSupport.stream(driver.manage().logs().get("browser").spliterator(), false)
                .filter(entry -> entry.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Addresses that were asked for since the last call. */
    List<String> requests() {
        return StreamSupport.stream(driver.manage().logs().get("performance").spliterator(), false)
                .map(entry -> MAPPER.readTree(entry.getMessage()).get("message"))
                .filter(message -> message.get("method").asString().equals("Network.requestWillBeSent"))
                .map((JsonNode message) ->
                        message.get("params").get("request").get("url").asString())
                .toList();
    }

    /** What is in the window. */
    BufferedImage window() {
        try {
            return ImageIO.read(new ByteArrayInputStream(driver.getScreenshotAs(OutputType.BYTES)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps the whole page as an image for people, in target/screenshots. */
    void keep(String name) throws IOException {
        Map<String, Object> options = new HashMap<>(Map.of("format", "png", "captureBeyondViewport", true));
        String data = (String)
                driver.executeCdpCommand("Page.captureScreenshot", options).get("data");
        Files.createDirectories(SCREENSHOTS);
        Files.write(SCREENSHOTS.resolve(name + ".png"), Base64.getDecoder().decode(data));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
