package dev.retort.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The largest resident memory of this process, from Linux's /proc. */
public final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";
    private static final String KEY = "VmHWM:";

    private ResidentMemory() {}

    /** Starts a new peak from what is resident now; where the kernel does not allow it the peak goes on from before. */
    public static void reset() {
        try {
            Files.writeString(CLEAR, RESET_PEAK);
        } catch (IOException notAllowed) {
            // Then the peak is the whole process's: an upper bound, which is what is reported.
        }
    }

    /** Bytes since {@link #reset}, or null where there is no /proc. */
    public static Long peak() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(KEY))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(null);
        } catch (IOException noProc) {
            return null;
        }
    }
}
