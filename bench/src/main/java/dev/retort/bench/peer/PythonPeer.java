package dev.retort.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * PyTorch in a Python process of its own that waits for commands: one JSON object a line on its standard input, one as the
 * answer on its standard output. The scripts are those under {@code bench/peers}.
 */
public final class PythonPeer implements Peer {
    /** Environment variable that names a Python to take instead of the system's. */
    public static final String PYTHON = "RETORT_PYTHON";

    private static final List<String> SCRIPTS =
            List.of("pytorch_peer.py", "pytorch_mode.py", "pytorch_retinanet.py", "pytorch_icd.py");
    private static final List<String> USUAL = List.of("python3", "/usr/bin/python3");
    /** Libraries beneath PyTorch read these once, when they are loaded. */
    private static final List<String> THREADS =
            List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS");

    private static final TypeReference<Map<String, Double>> NUMBERS = new TypeReference<>() {};
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long PATIENCE_SECONDS = 10;

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;
    private final Path folder;
    private final String name;
    private Long peakBytes;
    private Map<String, Double> result = Map.of();

    private PythonPeer(Process process, Path folder, BufferedReader answers, String name) {
        this.process = process;
        this.folder = folder;
        this.answers = answers;
        this.name = name;
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /**
     * Starts the first Python that has torch and torchvision: the one that the environment names, else the usual ones.
     *
     * @throws IllegalStateException if there is none; the message names the packages
     */
    public static PythonPeer start(int threads) {
        return start(threads, List.of());
    }

    /**
     * The same, computing in another way.
     *
     * @param options of the script, such as {@code --device cuda --precision bf16 --compile}
     */
    public static PythonPeer start(int threads, List<String> options) {
        String named = System.getenv(PYTHON);
        return start(named == null || named.isBlank() ? USUAL : List.of(named), threads, options);
    }

    static PythonPeer start(List<String> pythons, int threads, List<String> options) {
        Path folder = unpack();
        Set<String> reasons = new LinkedHashSet<>();
        for (String python : pythons) {
            try {
                Process process = launch(python, folder.resolve(SCRIPTS.get(0)), threads, options);
                BufferedReader answers =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                String line = answers.readLine();
                JsonNode hello = line == null ? JSON.createObjectNode() : JSON.readTree(line);
                if (hello.has("ready")) {
                    return new PythonPeer(
                            process, folder, answers, hello.get("ready").asString());
                }
                process.destroy();
                reasons.add(python + " "
                        + (hello.has("missing")
                                ? "lacks " + hello.get("missing").asString()
                                : "ended without a word"));
            } catch (IOException notThere) {
                reasons.add(python + " cannot be started");
            }
        }
        delete(folder);
        throw new IllegalStateException(
                "To compare with PyTorch a Python 3 with torch and torchvision is needed (Debian"
                        + " and Ubuntu: apt-get install python3-torch python3-torchvision libopenblas0-pthread); "
                        + String.join(", ", reasons)
                        + ". " + PYTHON + " names another Python");
    }

    private static Process launch(String python, Path script, int threads, List<String> options) throws IOException {
        List<String> line = new ArrayList<>(List.of(python, "-B", script.toString(), Integer.toString(threads)));
        line.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(line);
        for (String variable : THREADS) {
            builder.environment().put(variable, Integer.toString(threads));
        }
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static Path unpack() {
        try {
            Path folder = Files.createTempDirectory("retort-peer-");
            for (String script : SCRIPTS) {
                try (InputStream source = PythonPeer.class.getResourceAsStream(script)) {
                    Files.copy(source, folder.resolve(script));
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the peer's scripts: " + e.getMessage(), e);
        }
    }

    /** Whether its process still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean prepare(String work, Map<String, Object> task) {
        Map<String, Object> command = new LinkedHashMap<>(task);
        command.put("prepare", work);
        peakBytes = null;
        JsonNode answer = ask(command);
        result = answer.has("result") ? JSON.convertValue(answer.get("result"), NUMBERS) : Map.of();
        return answer.get("prepared").asBoolean();
    }

    /** What the prepared work gave at its first execution, in a few numbers by name; empty where nothing is told. */
    public Map<String, Double> result() {
        return result;
    }

    @Override
    public double seconds() {
        JsonNode answer = ask(Map.of("run", true));
        peakBytes = answer.has("peak_bytes") ? answer.get("peak_bytes").asLong() : null;
        return answer.get("seconds").asDouble();
    }

    @Override
    public Long peakBytes() {
        return peakBytes;
    }

    private JsonNode ask(Map<String, Object> command) {
        try {
            commands.write(JSON.writeValueAsString(command) + "\n");
            commands.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException(
                        "The peer " + name + " ended at " + command + "; what it said stands above");
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("error")) {
                throw new IllegalStateException("The peer " + name + " failed at " + command + ": "
                        + answer.get("error").asString());
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException("The peer " + name + " cannot be reached: " + e.getMessage(), e);
        }
    }

    /** Closing its input ends the script. */
    @Override
    public void close() {
        try {
            commands.close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException endedAlready) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        List<Path> files = new ArrayList<>();
        SCRIPTS.forEach(script -> files.add(folder.resolve(script)));
        files.add(folder);
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove the peer's scripts: " + e.getMessage(), e);
        }
    }
}
