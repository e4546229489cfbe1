package dev.retort.kernels.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * The shapes of a device's product kernels: measured, not derived, and so data. They stand in {@code device.properties} beside this class,
 * by section: {@code SECTION.wide.rows = 6}. A section is a device's name, a word of it (its architecture), its vendor, {@code cpu} or
 * {@code gpu}, or {@code default}, the most particular one counts for each number. Names are lower-cased, and all characters but letters and digits become dashes. A file that
 * {@code retort bench tune --device} has written comes before it, if {@value #FILE_PROPERTY} or the environment's RETORT_DEVICE_TUNING
 * names one.
 *
 * @param wideRows rows of sums that a work-item of the kernels for CPUs holds
 * @param wideBytes bytes of a vector of sums there: 16, 32 or 64, since OpenCL has vectors of up to 16 numbers
 * @param tileMicro rows and columns of sums that a work-item of the kernels for GPUs holds
 * @param tileStep depth that passes through local memory at a time there
 * @param matrixGroups groups of work-items from which on the kernels for NVIDIA's GPUs take tiles of 128 x 128, below them 64 x 64: so many
 *     keep the GPU busy
 */
public record DeviceTuning(int wideRows, int wideBytes, int tileMicro, int tileStep, int matrixGroups) {
    /** System property with the path of a file of sections; what it leaves out keeps its default. */
    public static final String FILE_PROPERTY = "retort.device.tuning";

    static final String FILE_ENVIRONMENT = "RETORT_DEVICE_TUNING";
    private static final String TABLE = "device.properties";
    private static final String ROWS = "wide.rows";
    private static final String BYTES = "wide.bytes";
    private static final String MICRO = "tile.micro";
    private static final String STEP = "tile.step";
    private static final String GROUPS = "matrix.groups";
    private static final List<String> KEYS = List.of(ROWS, BYTES, MICRO, STEP, GROUPS);
    private static final int MOST_ROWS = 16;
    private static final int MOST_STEP = 64;

    public DeviceTuning {
        check(ROWS, wideRows >= 1 && wideRows <= MOST_ROWS, "from 1 to " + MOST_ROWS, wideRows);
        boolean vector = wideBytes >= 16 && wideBytes <= 64 && Integer.bitCount(wideBytes) == 1;
        check(BYTES, vector, "16, 32 or 64", wideBytes);
        check(MICRO, tileMicro >= 1 && tileMicro <= MOST_ROWS, "from 1 to " + MOST_ROWS, tileMicro);
        check(STEP, tileStep >= 1 && tileStep <= MOST_STEP, "from 1 to " + MOST_STEP, tileStep);
        check(GROUPS, matrixGroups >= 1, "at least 1", matrixGroups);
    }

    private static void check(String key, boolean holds, String wanted, int value) {
        if (!holds) {
            throw new IllegalArgumentException("Device tuning: " + key + " must be " + wanted + ", not " + value);
        }
    }

    /**
     * That of a device.
     *
     * @throws IllegalArgumentException if a file is named that cannot be read, or something in it is not understood
     */
    public static DeviceTuning of(DeviceTraits device) {
        Properties table = table();
        String file = System.getProperty(FILE_PROPERTY, System.getenv(FILE_ENVIRONMENT));
        if (file != null && !file.isBlank()) {
            table.putAll(read(Path.of(file.trim())));
        }
        return of(device, table);
    }

    static DeviceTuning of(DeviceTraits device, Properties table) {
        return new DeviceTuning(
                number(device, table, ROWS),
                number(device, table, BYTES),
                number(device, table, MICRO),
                number(device, table, STEP),
                number(device, table, GROUPS));
    }

    private static int number(DeviceTraits device, Properties table, String key) {
        for (String section : sections(device)) {
            String text = table.getProperty(section + "." + key);
            if (text != null) {
                try {
                    return Integer.parseInt(text.trim());
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            "Device tuning: " + section + "." + key + " must be a number, not '" + text + "'", e);
                }
            }
        }
        throw new IllegalArgumentException(
                "Device tuning: no section that fits has " + key + ", is " + TABLE + " whole?");
    }

    /** The sections that fit a device, the most particular first. */
    private static List<String> sections(DeviceTraits device) {
        List<String> sections = new ArrayList<>();
        sections.add(section(device));
        sections.addAll(Arrays.asList(section(device).split("-")));
        sections.add(slug(device.vendor()));
        sections.add(device.cpu() ? "cpu" : "gpu");
        sections.add("default");
        return sections;
    }

    /** The section of this very device. */
    public static String section(DeviceTraits device) {
        return slug(device.name());
    }

    private static String slug(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    private static Properties table() {
        Properties table = new Properties();
        try (InputStream stream = DeviceTuning.class.getResourceAsStream(TABLE);
                Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            table.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    static Properties read(Path file) {
        Properties table = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            table.load(reader);
        } catch (IOException | IllegalArgumentException cause) {
            throw new IllegalArgumentException(
                    "Cannot read the device tuning in " + file + " (property " + FILE_PROPERTY + " or environment "
                            + FILE_ENVIRONMENT + "): " + cause + ". Make the file with: retort bench tune --device"
                            + " NAME --out " + file,
                    cause);
        }
        for (String key : table.stringPropertyNames()) {
            if (KEYS.stream().noneMatch(known -> key.endsWith("." + known))) {
                throw new IllegalArgumentException("Device tuning in " + file + ": '" + key
                        + "' is no section with one of " + KEYS + " behind a dot");
            }
        }
        return table;
    }

    /**
     * Tunings of the kernels that a device is given that are worth timing, this one first.
     *
     * @param cpu whether the device is a CPU
     */
    List<DeviceTuning> candidates(boolean cpu) {
        List<DeviceTuning> all = new ArrayList<>(List.of(this));
        for (int extent : cpu ? new int[] {4, 6, 8, 12} : new int[] {2, 4, 6, 8}) {
            for (int other : cpu ? new int[] {32, 64} : new int[] {8, 16}) {
                DeviceTuning candidate = cpu
                        ? new DeviceTuning(extent, other, tileMicro, tileStep, matrixGroups)
                        : new DeviceTuning(wideRows, wideBytes, extent, other, matrixGroups);
                if (!candidate.equals(this)) {
                    all.add(candidate);
                }
            }
        }
        for (int groups : cpu ? new int[] {} : new int[] {64, 1024}) {
            all.add(withMatrixGroups(groups));
        }
        return all;
    }

    /** The same with another {@link #matrixGroups}. */
    public DeviceTuning withMatrixGroups(int groups) {
        return new DeviceTuning(wideRows, wideBytes, tileMicro, tileStep, groups);
    }

    /** As a section of a file. */
    public String text(DeviceTraits device) {
        String section = section(device);
        return section + "." + ROWS + " = " + wideRows + "\n" + section + "." + BYTES + " = " + wideBytes + "\n"
                + section + "." + MICRO + " = " + tileMicro + "\n" + section + "." + STEP + " = " + tileStep + "\n"
                + section + "." + GROUPS + " = " + matrixGroups + "\n";
    }
}
