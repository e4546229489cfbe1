package dev.retort.acceptance.check;

import dev.retort.cli.Retort;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs parts, each in a Java process of its own with this one's options: a driver that crashes or hangs ends that process. A part's
 * output is in its log, its result in a file beside it.
 */
public final class PartProcess {
    /** Name of the command that runs one part. */
    public static final String COMMAND = "gpu-check-part";

    private static final int LOG_LINES = 5;

    private final CheckSettings settings;
    private final Path folder;
    private final List<String> java;

    /** @param folder where logs and results go */
    public PartProcess(CheckSettings settings, Path folder) {
        this(settings, folder, command());
    }

    /** @param java the command line up to the part's name */
    PartProcess(CheckSettings settings, Path folder, List<String> java) {
        this.settings = settings;
        this.folder = folder;
        this.java = java;
    }

    /** This Java with its options. */
    private static List<String> command() {
        List<String> command = new ArrayList<>(java());
        command.add(Retort.class.getName());
        command.add(COMMAND);
        return command;
    }

    /** This Java with its options, up to the main class. */
    static List<String> java() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        return command;
    }

    /** Runs a part to its end, or to its time limit. */
    public PartResult run(Part part, TimeLimit limit) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path log = folder.resolve(part.name() + ".log");
        Path file = folder.resolve(part.name() + ".json");
        Files.deleteIfExists(file);
        List<String> line = new ArrayList<>(java);
        line.add(part.name());
        line.addAll(settings.options());
        line.add("--result");
        line.add(file.toString());
        long start = System.nanoTime();
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Thread end = new Thread(() -> kill(process));
        Runtime.getRuntime().addShutdownHook(end);
        boolean ended;
        try {
            process.getOutputStream().close();
            ended = process.waitFor(limit.seconds(), TimeUnit.SECONDS);
        } finally {
            kill(process);
            Runtime.getRuntime().removeShutdownHook(end);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        PartResult result = PartRun.read(file);
        if (result == null) {
            result = PartResult.begun(part);
        }
        if (!ended) {
            return result.ended(limit.outcome(), seconds, limit.words());
        }
        if (result.status() == Status.RUNNING) {
            return result.ended(
                    Status.FAILED,
                    seconds,
                    "the process ended with exit code " + process.exitValue() + " before the part did; its log ends: "
                            + tail(log));
        }
        return result;
    }

    /** With what it has started: a peer's Python, a compiler. */
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }
}
