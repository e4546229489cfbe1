package dev.retort.kernels.device;

import dev.retort.tensor.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The texts of the kernels, which lie beside this class as files: a dialect, what all have in common, and a family of kernels. */
public final class KernelSource {
    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"([a-z.]+)\"$");

    private KernelSource() {}

    /** The whole text of a file of kernels, for example {@code unary.cl}, in a dialect, for example {@code opencl.h}. */
    public static String text(String dialect, String file) {
        return read(dialect) + read("common.h") + read(file);
    }

    private static String read(String name) {
        try (InputStream in = KernelSource.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new DeviceException("The kernel source " + name + " is missing: is retort-kernels' jar whole?");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Matcher includes = INCLUDE.matcher(text);
            return includes.replaceAll(include -> Matcher.quoteReplacement(read(include.group(1))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
