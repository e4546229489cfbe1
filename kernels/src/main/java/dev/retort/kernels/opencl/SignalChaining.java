package dev.retort.kernels.opencl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * PoCL's compiler, LLVM, puts a handler of its own in the place of the JVM's for SIGSEGV, each time it is asked for a kernel, for one signal
 * (RemoveFileOnSignal, SA_RESETHAND). But to the JVM that signal is daily bread: null checks and safepoints are made by it. At the next one
 * LLVM deletes the files that it is working with, and if two threads meet one at once, the process ends. The JDK's libjsig, loaded before
 * all else, keeps the JVM's handlers in their place and calls others behind them.
 */
final class SignalChaining {
    private static final System.Logger LOG = System.getLogger(SignalChaining.class.getName());
    private static final Path MAPPED = Path.of("/proc/self/maps");

    private static boolean told;

    private SignalChaining() {}

    /** Says once what is missing, where a platform's compiler is PoCL's. */
    static synchronized void require(String platform) {
        Path library = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
        if (platform.equals(OpenClPlatforms.POCL) && !told && !isMapped()) {
            told = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "PoCL''s compiler takes signals that the JVM lives by, which may end it: start with LD_PRELOAD={0}",
                    Files.isRegularFile(library) ? library : "the libjsig.so of a JDK");
        }
    }

    /** Whether the library is loaded; true where that cannot be told. */
    private static boolean isMapped() {
        try {
            return Files.readString(MAPPED, StandardCharsets.ISO_8859_1).contains("/libjsig.so");
        } catch (IOException e) {
            return true;
        }
    }
}
