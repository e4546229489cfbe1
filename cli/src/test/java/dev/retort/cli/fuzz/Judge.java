package dev.retort.cli.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads a file on the calling thread and says what was wrong with how it was read. */
final class Judge {
    static final double SECONDS = 2;
    /** A message is for a terminal. */
    private static final int MESSAGE = 2000;

    private static final Pattern CLASS_NAME =
            Pattern.compile("\\b(java|javax|sun|com\\.sun|jdk|dev\\.retort|com\\.fasterxml|tools\\.jackson|org)\\.[a-z]"
                    + "|[A-Za-z]Exception\\b|[a-z]Error\\b|JsonToken|JsonReadFeature|StreamReadConstraints|\\[[BIJ]@");

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Target target;

    Judge(Target target) {
        this.target = target;
    }

    /**
     * How reading went.
     *
     * @param refused whether the file was refused; false if it was read
     * @param findings what is forbidden, the kind first, such as {@code message without the file: ...}; empty if all is well
     * @param seconds of this thread's processor time
     */
    record Verdict(boolean refused, List<Finding> findings, double seconds) {}

    /** @param kind the same for the same kind of fault */
    record Finding(String kind, String text) {}

    Verdict read(Path file, byte[] content) {
        List<Finding> findings = new ArrayList<>();
        long cpu = THREADS.getCurrentThreadCpuTime();
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        Throwable thrown = null;
        try {
            target.read(file);
        } catch (Throwable t) {
            thrown = t;
        }
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        double seconds = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e9;
        if (thrown != null && !target.isRefusal(thrown)) {
            findings.add(new Finding(thrown.getClass().getSimpleName(), describe(thrown)));
        } else if (thrown != null) {
            String message = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
            if (!target.isNamed(message, file)) {
                findings.add(new Finding("message without the file", shorten(message)));
            }
            if (CLASS_NAME.matcher(message).find()) {
                findings.add(new Finding("message with a class name", shorten(message)));
            }
            if (message.length() > MESSAGE) {
                findings.add(new Finding("message of many pages", message.length() + ": " + shorten(message)));
            }
        }
        if (seconds > SECONDS) {
            findings.add(new Finding("slow", seconds + " s"));
        }
        long allowance = target.allowance(content);
        if (allocated > allowance) {
            findings.add(new Finding(
                    "memory",
                    allocated + " bytes allocated, " + allowance + " allowed for a file of " + content.length));
        }
        return new Verdict(thrown != null, findings, seconds);
    }

    private static String describe(Throwable thrown) {
        StackTraceElement[] stack = thrown.getStackTrace();
        return shorten(thrown.toString()) + (stack.length == 0 ? "" : " at " + stack[0]);
    }

    private static String shorten(String message) {
        String line = message.replaceAll("\\s+", " ");
        return line.length() <= 300 ? line : line.substring(0, 300) + "...";
    }
}
