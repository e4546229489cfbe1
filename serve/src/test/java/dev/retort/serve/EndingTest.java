package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.Retort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM in the middle of many requests, to the command in a process of its own. */
@Tag("long")
class EndingTest {
    private static final int CLIENTS = 8;

    @TempDir
    private static Path folder;

    @Test
    void everyAcceptedRequestIsAnswered() throws Exception {
        Path model = TinyModel.saveStudent(folder.resolve("student.safetensors"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "--add-modules=jdk.incubator.vector",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Retort.class.getName(),
                        "serve",
                        model.toString(),
                        "--port",
                        "0",
                        "--device",
                        "simd")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            URI address = URI.create(address(output) + "/v1/detect");
            AtomicLong ending = new AtomicLong(Long.MAX_VALUE);
            AtomicInteger answered = new AtomicInteger();
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(CompletableFuture.runAsync(() -> client(address, ending, answered)));
            }
            while (answered.get() < 5 * CLIENTS) {
                Thread.sleep(10);
            }
            ending.set(System.nanoTime());
            process.toHandle().destroy();
            for (CompletableFuture<Void> client : clients) {
                client.get(60, TimeUnit.SECONDS);
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(output.lines().toList())
                    .contains(
                            "retort: ending; requests that were accepted are answered first",
                            "retort: all are answered");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String address(BufferedReader output) throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith("Serving ")) {
            line = output.readLine();
        }
        assertThat(line).startsWith("Serving student at http://127.0.0.1:");
        return line.substring(line.indexOf("http"));
    }

    /** Asks until it is refused. What was asked before the signal is answered, whatever comes between. */
    private static void client(URI address, AtomicLong ending, AtomicInteger answered) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(address)
                .POST(HttpRequest.BodyPublishers.ofByteArray(TestImages.jpeg(128, 128, 1)))
                .build();
        while (true) {
            long start = System.nanoTime();
            try {
                int status = client.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                if (status == 503) {
                    return;
                }
                assertThat(status).isEqualTo(200);
                answered.incrementAndGet();
            } catch (IOException e) {
                assertThat(start).as("a request before the signal: " + e).isGreaterThan(ending.get());
                return;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
