package dev.retort.serve.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.serve.RunningService;
import dev.retort.serve.TinyModel;
import dev.retort.serve.http.HttpSettings;
import dev.retort.serve.http.Token;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page's files come without a token, under a strict policy, and nothing else comes with them. */
class PageRoutesTest {
    private static final Pattern REFERENCE = Pattern.compile("(?:from \"\\./|(?:src|href)=\")([^\"]+)\"");
    private static final Pattern INLINE = Pattern.compile("<style|<script(?![^>]*\\bsrc=)|\\s(?:on\\w+|style)=");

    @TempDir
    private static Path folder;

    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef0123456789abcdef");
        HttpSettings settings =
                new HttpSettings("127.0.0.1", 0, 1_000_000, 30_000, 10_000, 10_000, 32, Optional.of(Token.read(token)));
        Path model = TinyModel.save(folder.resolve("tiny.safetensors"), 7);
        service = RunningService.start(List.of(model.toString()), RunningService.LIMITS, settings);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html; charset=utf-8",
        "/page.css, text/css; charset=utf-8",
        "/page.js, text/javascript; charset=utf-8",
        "/icon.svg, image/svg+xml"
    })
    void itsFilesComeWithTypeAndPolicy(String path, String type) {
        HttpResponse<byte[]> file = service.get(path);
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Type")).contains(type);
        assertThat(file.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'self'; img-src 'self' blob: data:; ");
        assertThat(file.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void allThatItsFilesNameIsServedAndNothingStandsInThePageItself() {
        TreeSet<String> seen = new TreeSet<>();
        follow("", seen);
        assertThat(seen).hasSize(PageRoutes.routes().size() + 2).contains("openapi.json", "metrics");
        assertThat(INLINE.matcher(text("")).find()).isFalse();
    }

    private static void follow(String name, TreeSet<String> seen) {
        if (seen.add(name) && !name.equals("openapi.json") && !name.equals("metrics")) {
            REFERENCE.matcher(text(name)).results().forEach(found -> follow(found.group(1), seen));
        }
    }

    private static String text(String name) {
        HttpResponse<byte[]> file = service.get("/" + name);
        assertThat(file.statusCode()).as(name).isEqualTo(200);
        return new String(file.body(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/page", "/page/", "/index.html", "/PageRoutes.class", "//page.js", "/page.js/", "/%70age.jsx"})
    void nothingElseIsThere(String path) {
        assertThat(service.get(path).statusCode()).isIn(400, 404);
    }

    @Test
    void aFileTakesNoParametersAndNoBody() {
        assertThat(service.get("/?file=/etc/passwd").statusCode()).isEqualTo(400);
        assertThat(service.post("/", new byte[1]).statusCode()).isEqualTo(405);
    }
}
