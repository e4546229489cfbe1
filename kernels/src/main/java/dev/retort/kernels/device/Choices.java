package dev.retort.kernels.device;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Which of several ways to compute the same is the fastest on a device: measured when a shape is met for the first time, and kept in a file
 * for the next process. The ways differ in the last digits of their results, so the file is also what makes two processes agree; without a
 * file the first way is taken always. What cannot be read is measured again.
 */
final class Choices {
    private static final System.Logger LOG = System.getLogger(Choices.class.getName());
    private static final int ROUNDS = 3;
    private static final String ARROW = " -> ";

    private final DeviceQueue queue;
    private final Path file;
    private final Map<String, String> chosen;

    /** @param file where they are kept; null to take the first way always */
    Choices(DeviceQueue queue, Path file) {
        this.queue = queue;
        this.file = file;
        chosen = file == null ? Map.of() : read(file);
    }

    private static Map<String, String> read(Path file) {
        Map<String, String> lines = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int arrow = line.indexOf(ARROW);
                if (arrow > 0) {
                    lines.put(line.substring(0, arrow), line.substring(arrow + ARROW.length()));
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "No choices in {0}: {1}", file, e);
        }
        return lines;
    }

    /**
     * Computes something by the fastest way.
     *
     * @param name names it with all that its time depends on; asked for only where there is a choice
     * @param ways by name, each giving the same result at the same place whenever it is run
     */
    void run(Supplier<String> name, Map<String, Runnable> ways) {
        if (file == null || ways.size() == 1) {
            ways.values().iterator().next().run();
            return;
        }
        String what = name.get();
        Runnable known;
        synchronized (this) {
            known = ways.get(chosen.getOrDefault(what, ""));
            if (known == null) {
                known = ways.get(fastest(what, ways));
            }
        }
        known.run();
    }

    /** Measures; the file keeps the result unless a way found no memory: it may at another time. */
    private String fastest(String what, Map<String, Runnable> ways) {
        String fastest = null;
        double least = Double.POSITIVE_INFINITY;
        DeviceMemoryException full = null;
        for (Map.Entry<String, Runnable> way : ways.entrySet()) {
            try {
                double seconds = seconds(way.getValue());
                if (seconds < least) {
                    least = seconds;
                    fastest = way.getKey();
                }
            } catch (DeviceMemoryException e) {
                full = e;
            }
        }
        if (fastest == null) {
            throw full;
        }
        chosen.put(what, fastest);
        if (full == null) {
            save(what, fastest);
        }
        return fastest;
    }

    /** The best of a few runs; the first, which may load kernels, does not count. */
    private double seconds(Runnable way) {
        double least = Double.POSITIVE_INFINITY;
        for (int round = -1; round < ROUNDS; round++) {
            queue.finish();
            long start = System.nanoTime();
            way.run();
            queue.finish();
            if (round >= 0) {
                least = Math.min(least, (System.nanoTime() - start) / 1e9);
            }
        }
        return least;
    }

    /** Adds a line to the file, in which those of other processes stay. */
    private void save(String what, String way) {
        Map<String, String> lines = read(file);
        lines.put(what, way);
        StringBuilder text = new StringBuilder();
        lines.forEach((known, fastest) -> text.append(known + ARROW + fastest + "\n"));
        try {
            Files.createDirectories(file.getParent());
            AtomicFile.writeString(file, text);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.INFO, "Choices are not kept: {0}", e.toString());
        }
    }
}
