package dev.retort.cli.study;

import dev.retort.tensor.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Names what computes a run. */
final class ThisMachine {
    private static final Path LINUX_PROCESSORS = Path.of("/proc/cpuinfo");
    private static final String LINUX_MODEL = "model name";

    private ThisMachine() {}

    static RunResult.Machine of(Backend backend) {
        String version = ThisMachine.class.getPackage().getImplementationVersion();
        return new RunResult.Machine(
                backend.name(),
                processor(),
                threads(),
                Runtime.version().toString(),
                version == null ? "class files" : version);
    }

    /** As kernels choose it: the property, the variable, or the number of processors. */
    private static int threads() {
        String setting = System.getProperty("retort.threads", System.getenv("RETORT_THREADS"));
        return setting == null || setting.isBlank()
                ? Runtime.getRuntime().availableProcessors()
                : Integer.parseInt(setting.strip());
    }

    private static String processor() {
        if (Files.isReadable(LINUX_PROCESSORS)) {
            try (Stream<String> lines = Files.lines(LINUX_PROCESSORS)) {
                Optional<String> model = lines.filter(line -> line.startsWith(LINUX_MODEL))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst();
                if (model.isPresent()) {
                    return model.get();
                }
            } catch (IOException unreadable) {
                // The architecture has to do.
            }
        }
        String windows = System.getenv("PROCESSOR_IDENTIFIER");
        return windows == null ? System.getProperty("os.arch") : windows;
    }
}
