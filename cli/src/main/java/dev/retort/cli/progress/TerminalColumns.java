package dev.retort.cli.progress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The width of the terminal behind the error stream, as {@code stty} tells it; 80 where it does not. Asked anew now and then,
 * as people resize windows.
 */
final class TerminalColumns implements IntSupplier {
    private static final int USUAL = 80;
    private static final long KEPT_NANOSECONDS = 10_000_000_000L;
    private static final int PATIENCE_SECONDS = 2;
    private static final Pattern SIZE = Pattern.compile("\\d+ ([1-9]\\d*)\\s*");

    private int columns;
    private long asked;

    @Override
    public int getAsInt() {
        long now = System.nanoTime();
        if (columns == 0 || now - asked > KEPT_NANOSECONDS) {
            columns = ask();
            asked = now;
        }
        return columns;
    }

    private static int ask() {
        try {
            Process stty = new ProcessBuilder("sh", "-c", "exec stty size <&2 2>/dev/null")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            stty.getOutputStream().close();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher size = SIZE.matcher(answer);
            return stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && size.matches()
                    ? Integer.parseInt(size.group(1))
                    : USUAL;
        } catch (IOException | NumberFormatException e) {
            // No shell, no stty: not a system to ask.
            return USUAL;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL;
        }
    }
}
