package dev.retort.nn.weights;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that reads the weight files that its arguments name, each tensor of each, and tells a line of each file: its name,
 * milliseconds, child processes afterwards, what came of it (a number of values, or an exception's class), message.
 */
final class ReadingInLittleHeap {
    private ReadingInLittleHeap() {}

    public static void main(String[] arguments) throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            Path file = Path.of(line);
            long start = threads.getCurrentThreadCpuTime();
            String result;
            String message = "";
            try (WeightFile weights = WeightFile.open(file)) {
                long values = 0;
                for (WeightTensor tensor : weights.content().tensors().values()) {
                    values += tensor.toFloats().length;
                }
                result = Long.toString(values);
            } catch (Throwable refusal) {
                result = refusal.getClass().getSimpleName();
                message = String.valueOf(refusal.getMessage());
            }
            long milliseconds = (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
            long children = ProcessHandle.current().descendants().count();
            System.out.println(String.join(
                    "\t",
                    file.getFileName().toString(),
                    Long.toString(milliseconds),
                    Long.toString(children),
                    result,
                    message.replaceAll("\\s", " ")));
        }
    }

    /** What came of a file. */
    record Reading(String file, long milliseconds, long children, String result, String message) {}

    /** Reads the files in a process of its own with this much heap. */
    static List<Reading> run(Path folder, String heap, Iterable<Path> files) throws Exception {
        Path list = folder.resolve("files.txt");
        Path output = folder.resolve("readings.txt");
        List<String> names = new ArrayList<>();
        files.forEach(file -> names.add(file.toString()));
        Files.write(list, names);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        heap,
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReadingInLittleHeap.class.getName(),
                        list.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError("The reading process failed: " + Files.readString(output));
        }
        List<Reading> readings = new ArrayList<>();
        for (String line : Files.readAllLines(output)) {
            String[] words = line.split("\t", -1);
            readings.add(new Reading(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]), words[3], words[4]));
        }
        return readings;
    }
}
