package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.serve.http.Token;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only those who know the token are answered, but for probes. */
class TokenTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @TempDir
    private static Path folder;

    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        Path model = TinyModel.save(folder.resolve("tiny.safetensors"), 7);
        Path file = Files.writeString(folder.resolve("token"), SECRET + "\n");
        service = RunningService.start(
                List.of(model.toString()),
                RunningService.LIMITS,
                RunningService.settings(1_000_000, 10_000, 10_000, Optional.of(Token.read(file))));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer " + SECRET, "bearer " + SECRET, "Bearer  " + SECRET})
    void whoSendsTheTokenIsAnswered(String header) {
        assertThat(service.send(service.request("/v1/models").header("Authorization", header))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer 0123456789abcdef0123456789abcdeg", "Bearer 0123", "Bearer", "Basic " + SECRET, SECRET})
    void whoSendsAnotherOneIsNot(String header) {
        HttpResponse<byte[]> refused =
                service.send(service.request("/v1/models").header("Authorization", header));
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(RunningService.error(refused)).doesNotContain(SECRET.substring(4, 12));
    }

    @Test
    void whoSendsNoneIsToldHowAndProbesNeedNone() {
        HttpResponse<byte[]> refused = service.post("/v1/detect", TestImages.png(64, 64, 1));
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(RunningService.error(refused))
                .isEqualTo("This service needs a token: send the header 'Authorization: Bearer TOKEN'");
        assertThat(service.get("/metrics").statusCode()).isEqualTo(401);
        assertThat(service.get("/v2/health/ready").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "two lines of a token\nand more", "0123456789abcdef with a space"})
    void aFileWithoutATokenIsRefused(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("other"), text);
        assertThatThrownBy(() -> Token.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The token file " + file + " must have one line of 16 or more");
    }
}
