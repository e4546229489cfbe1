package dev.retort.kernels.device;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Times equivalent kernels when a shape is met for the first time, and caches the fastest in a file for the next process. Kernels differ in
 * the last digits of their results, so the file is also what makes two processes agree; without a file the first candidate is taken always.
 * What cannot be read is measured again.
 */
final class AutotuneCache {
    private static final System.Logger LOG = System.getLogger(AutotuneCache.class.getName());
    private static final int ROUNDS = 3;
    private static final String ARROW = " -> ";

    private final DeviceQueue queue;
    /** Null where nothing is timed. */
    private final Path file;

    private final Map<String, String> fastest;

    /** @param file of the cache; empty to take the first candidate always */
    AutotuneCache(DeviceQueue queue, Optional<Path> file) {
        this.queue = queue;
        this.file = file.orElse(null);
        fastest = file.map(AutotuneCache::read).orElse(Map.of());
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
            LOG.log(System.Logger.Level.DEBUG, "No autotune cache in {0}: {1}", file, e);
        }
        return lines;
    }

    /**
     * Runs the fastest candidate.
     *
     * @param key names the computation with all that its time depends on; asked for only where there are several candidates
     * @param candidates by name, each writing the same result to the same place whenever it is run
     */
    void run(Supplier<String> key, Map<String, Runnable> candidates) {
        if (file == null || candidates.size() == 1) {
            candidates.values().iterator().next().run();
            return;
        }
        String name = key.get();
        Runnable known;
        synchronized (this) {
            known = candidates.get(fastest.getOrDefault(name, ""));
            if (known == null) {
                known = candidates.get(measure(name, candidates));
            }
        }
        known.run();
    }

    /** Times all; the file keeps the result unless a candidate was out of memory: it may not be at another time. */
    private String measure(String key, Map<String, Runnable> candidates) {
        String best = null;
        double least = Double.POSITIVE_INFINITY;
        DeviceMemoryException full = null;
        for (Map.Entry<String, Runnable> candidate : candidates.entrySet()) {
            try {
                double seconds = seconds(candidate.getValue());
                if (seconds < least) {
                    least = seconds;
                    best = candidate.getKey();
                }
            } catch (DeviceMemoryException e) {
                full = e;
            }
        }
        if (best == null) {
            throw full;
        }
        fastest.put(key, best);
        if (full == null) {
            save(key, best);
        }
        return best;
    }

    /** The best of a few runs; the first, which may load kernels, does not count. */
    private double seconds(Runnable candidate) {
        double least = Double.POSITIVE_INFINITY;
        for (int round = -1; round < ROUNDS; round++) {
            queue.finish();
            long start = System.nanoTime();
            candidate.run();
            queue.finish();
            if (round >= 0) {
                least = Math.min(least, (System.nanoTime() - start) / 1e9);
            }
        }
        return least;
    }

    /** Adds a line to the file, in which those of other processes stay. */
    private void save(String key, String candidate) {
        Map<String, String> lines = read(file);
        lines.put(key, candidate);
        StringBuilder text = new StringBuilder();
        lines.forEach((known, name) -> text.append(known + ARROW + name + "\n"));
        try {
            Files.createDirectories(file.getParent());
            AtomicFile.writeString(file, text);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.INFO, "Autotune cache not written: {0}", e.toString());
        }
    }
}
