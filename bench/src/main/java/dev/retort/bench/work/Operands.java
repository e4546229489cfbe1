package dev.retort.bench.work;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What a piece of work computes with while it is measured: tensors, models, files that a peer reads too. */
public final class Operands implements AutoCloseable {
    private static final long SEED = 1;

    /** What goes back or is deleted when the work is done. */
    @FunctionalInterface
    private interface Release {
        void run() throws Exception;
    }

    private final Backend backend;
    private final Map<String, Object> told = new LinkedHashMap<>();
    private final Deque<Release> releases = new ArrayDeque<>();
    private int drawn;

    public Operands(Backend backend) {
        this.backend = backend;
    }

    public Backend backend() {
        return backend;
    }

    /** A float32 tensor, uniform in [-1, 1): neither zeros nor numbers so small that processors slow down. */
    public Tensor random(int... extents) {
        Shape shape = Shape.of(extents);
        float[] values = values(drawn++, Math.toIntExact(shape.size()));
        return closing(backend.upload(values, shape, DType.F32));
    }

    /** What the tensor has that {@link #random} gives first (0), second (1) and so on: for a peer that shares this process. */
    public static float[] values(int index, int size) {
        float[] values = new float[size];
        long stream = CounterRandom.stream(SEED, Purpose.INITIALIZATION, index);
        for (int i = 0; i < size; i++) {
            values[i] = (float) (2 * CounterRandom.uniform(stream, i) - 1);
        }
        return values;
    }

    /** Closes {@code resource} with these operands, those registered last first. */
    public <C extends AutoCloseable> C closing(C resource) {
        releases.push(resource::close);
        return resource;
    }

    /** A new folder of its own that is deleted with these operands. */
    public Path folder() {
        try {
            Path folder = Files.createTempDirectory("retort-bench-");
            releases.push(() -> delete(folder));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a temporary folder: " + e.getMessage(), e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Adds an entry to the task that the peer is given, such as the path of a file. */
    public void tell(String key, Object value) {
        told.put(key, value);
    }

    /** What {@link #tell} was called with. */
    public Map<String, Object> told() {
        return told;
    }

    @Override
    public void close() {
        Exception first = null;
        while (!releases.isEmpty()) {
            try {
                releases.pop().run();
            } catch (Exception e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw new IllegalStateException("Operands were not given back whole: " + first.getMessage(), first);
        }
    }
}
