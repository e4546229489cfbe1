package dev.retort.acceptance.check;

import dev.retort.cli.Retort;
import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes the outcome of a check of a device: one JSON file and one Markdown page. */
public final class CheckReport {
    /** The file for programs. */
    public static final String JSON_FILE = "gpu-check.json";

    /** The page for people. */
    public static final String PAGE = "gpu-check.md";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final CheckSettings settings;
    private final Path folder;
    private final String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();

    public CheckReport(CheckSettings settings, Path folder) {
        this.settings = settings;
        this.folder = folder;
    }

    /** Writes both, each whole or not at all. */
    public void write(List<PartResult> results, List<Part> left) throws IOException {
        Map<String, Object> host = host();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("started", started);
        all.put("host", host);
        all.put("settings", settings);
        all.put(
                "failed",
                results.stream()
                        .filter(r -> r.status().isBad())
                        .map(PartResult::name)
                        .toList());
        all.put("left", left.stream().map(Part::name).toList());
        all.put("parts", results);
        AtomicFile.writeString(folder.resolve(JSON_FILE), JSON.writeValueAsString(all) + "\n");
        AtomicFile.writeString(folder.resolve(PAGE), new CheckPage(settings, started, host).markdown(results, left));
    }

    private static Map<String, Object> host() {
        Map<String, Object> host = new LinkedHashMap<>();
        String version = Retort.class.getPackage().getImplementationVersion();
        host.put("retort", version == null ? "unpacked classes" : version);
        host.put("java", Runtime.version().toString());
        host.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        host.put("architecture", System.getProperty("os.arch"));
        host.put("processors", Runtime.getRuntime().availableProcessors());
        host.put("heap_bytes", Runtime.getRuntime().maxMemory());
        return host;
    }
}
