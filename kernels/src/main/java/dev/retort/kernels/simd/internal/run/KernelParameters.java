package dev.retort.kernels.simd.internal.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Numbers that are measured, not derived, because they depend on the processor: extents of blocks, and from where on Winograd's
 * algorithms are the fastest. They are data: {@code simd.properties} beside this class, and a file that {@code retort bench tune} has
 * written, if {@value #FILE_PROPERTY} or the environment's RETORT_TUNING names one.
 *
 * <p>Extents of blocks do not change a bit of any result. The choice of an algorithm does, within the bounds that the conformance kit
 * holds it to; so a file is used only where it is asked for.
 *
 * @param productRows rows of C that one task of a matrix product computes; {@code productColumns} likewise
 * @param pairsPerTile channel pairs for each tile of a block of Winograd's convolution
 * @param winogradTiles tiles of such a block at most
 * @param forward where Winograd's algorithms begin, for convolutions and input gradients
 * @param weightGradient the same for weight gradients
 */
public record KernelParameters(
        int productRows,
        int productColumns,
        int pairsPerTile,
        int winogradTiles,
        List<Crossing> forward,
        List<Crossing> weightGradient) {

    /** System property with the path of a file of parameters; those that it leaves out keep their defaults. */
    public static final String FILE_PROPERTY = "retort.simd.tuning";

    private static final String FILE_ENVIRONMENT = "RETORT_TUNING";
    private static final String DEFAULTS = "simd.properties";

    private static final String ROWS = "product.rows";
    private static final String COLUMNS = "product.columns";
    private static final String PAIRS = "winograd.pairsPerTile";
    private static final String TILES = "winograd.tiles";
    private static final String FORWARD = "winograd.forward";
    private static final String WEIGHT_GRADIENT = "winograd.weightGradient";
    private static final Set<String> KEYS =
            new TreeSet<>(Set.of(ROWS, COLUMNS, PAIRS, TILES, FORWARD, WEIGHT_GRADIENT));

    private static final int MOST = 1 << 16;
    private static final String ANY = "*";

    /**
     * From how many output pixels on an algorithm is the fastest, by the number of channel pairs: what Winograd saves grows with the
     * pixels, what the transform of the weight costs with the pairs.
     *
     * @param pairs input times output channels, at most
     * @param two output pixels from which Winograd's F(2 x 2, 3 x 3) is taken
     * @param four output pixels from which F(4 x 4, 3 x 3) is taken
     */
    public record Crossing(long pairs, int two, int four) {
        private String text() {
            return (pairs == Long.MAX_VALUE ? ANY : Long.toString(pairs)) + ":" + two + ":" + four;
        }
    }

    public KernelParameters {
        forward = List.copyOf(forward);
        weightGradient = List.copyOf(weightGradient);
    }

    /** Those that come with Retort. */
    public static KernelParameters defaults() {
        return of(defaultProperties(), DEFAULTS);
    }

    /**
     * Those of the file that property or environment name, else the defaults.
     *
     * @throws IllegalArgumentException if there is no such file, or something in it is not understood
     */
    public static KernelParameters configured() {
        Path file = file();
        return file == null ? defaults() : read(file);
    }

    /** The file that property or environment name, or null. */
    public static Path file() {
        String name = System.getProperty(FILE_PROPERTY, System.getenv(FILE_ENVIRONMENT));
        return name == null || name.isBlank() ? null : Path.of(name.trim());
    }

    /**
     * Those of a file, with the defaults for what it leaves out.
     *
     * @throws IllegalArgumentException if it cannot be read, or something in it is not understood
     */
    public static KernelParameters read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException cause) {
            throw new IllegalArgumentException(
                    "Cannot read the kernel parameters in " + file + " (property " + FILE_PROPERTY + " or environment "
                            + FILE_ENVIRONMENT + "): " + cause + ". Make the file with: retort bench tune --out "
                            + file,
                    cause);
        }
        for (String key : properties.stringPropertyNames()) {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException(
                        "Kernel parameters in " + file + ": no parameter is called '" + key + "'; there are " + KEYS);
            }
        }
        Properties all = defaultProperties();
        all.putAll(properties);
        return of(all, file.toString());
    }

    private static Properties defaultProperties() {
        Properties properties = new Properties();
        try (InputStream stream = KernelParameters.class.getResourceAsStream(DEFAULTS);
                Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    private static KernelParameters of(Properties properties, String source) {
        return new KernelParameters(
                number(properties, ROWS, source),
                number(properties, COLUMNS, source),
                number(properties, PAIRS, source),
                number(properties, TILES, source),
                crossings(properties, FORWARD, source),
                crossings(properties, WEIGHT_GRADIENT, source));
    }

    private static int number(Properties properties, String key, String source) {
        String text = properties.getProperty(key).trim();
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(numberMessage(source, key, text), notANumber);
        }
        throw new IllegalArgumentException(numberMessage(source, key, text));
    }

    private static String numberMessage(String source, String key, String text) {
        return "Kernel parameters in " + source + ": " + key + " must be a number from 1 to " + MOST + ", not '" + text
                + "'";
    }

    private static List<Crossing> crossings(Properties properties, String key, String source) {
        String text = properties.getProperty(key).trim();
        try {
            List<Crossing> crossings = Stream.of(text.split("\\s+"))
                    .map(KernelParameters::crossing)
                    .toList();
            long before = 0;
            for (Crossing crossing : crossings) {
                if (crossing.pairs <= before || crossing.two < 0 || crossing.four < 0) {
                    throw new IllegalArgumentException("not in rising order, or below zero");
                }
                before = crossing.pairs;
            }
            if (before == Long.MAX_VALUE) {
                return crossings;
            }
            throw new IllegalArgumentException("the last pairs are not *");
        } catch (IllegalArgumentException cause) {
            throw new IllegalArgumentException(
                    "Kernel parameters in " + source + ": " + key + " must list pairs:pixels:pixels in rising order of"
                            + " the pairs, the last of them " + ANY + ", not '" + text + "'",
                    cause);
        }
    }

    private static Crossing crossing(String text) {
        String[] numbers = text.split(":");
        if (numbers.length != 3) {
            throw new IllegalArgumentException("three numbers are wanted");
        }
        long pairs = ANY.equals(numbers[0]) ? Long.MAX_VALUE : Long.parseLong(numbers[0]);
        return new Crossing(pairs, Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
    }

    /** What {@link #read} reads. */
    public String text() {
        return String.join(
                "\n",
                ROWS + "=" + productRows,
                COLUMNS + "=" + productColumns,
                PAIRS + "=" + pairsPerTile,
                TILES + "=" + winogradTiles,
                FORWARD + "=" + text(forward),
                WEIGHT_GRADIENT + "=" + text(weightGradient),
                "");
    }

    private static String text(List<Crossing> crossings) {
        return crossings.stream().map(Crossing::text).collect(Collectors.joining(" "));
    }
}
