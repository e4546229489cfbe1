package dev.retort.acceptance.golden;

import dev.retort.tensor.DType;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * One case of the golden set: its attributes, its tensors, and the comparison of computed values with the expected ones.
 * It notes which expected tensors were compared, so that a check cannot forget one. Tensors are read when first asked
 * for and held until {@link #release}.
 */
public class GoldenCase {
    /** Largest difference of a float64 implementation, relative to the tensor's largest value (at least 1). */
    public static final double FLOAT64_BOUND = 1e-9;
    /** The same where the set holds the expected values rounded to float32. */
    public static final double FLOAT64_BOUND_OF_ROUNDED = 1e-7;

    private final GoldenSet set;
    private final JsonNode manifest;
    private final Map<String, Expected> tensors = new LinkedHashMap<>();
    private final Set<String> compared = new LinkedHashSet<>();

    /** A tensor of the file, in its own type. */
    private record Expected(DType dtype, int[] shape, double[] doubles, long[] longs) {}

    GoldenCase(GoldenSet set, JsonNode manifest) {
        this.set = set;
        this.manifest = manifest;
    }

    /** Group and name, as {@code det/nms_ties}. */
    public String name() {
        return text("name");
    }

    public String group() {
        return text("group");
    }

    /** What the case is about; a check serves all cases of an op. */
    public String op() {
        return text("op");
    }

    /** The case's settings. */
    public JsonNode attrs() {
        return manifest.required("attrs");
    }

    /** Names of the expected tensors, {@code out.*} and {@code grad.*}; empty for cases that are not tensors. */
    public List<String> expectedNames() {
        return Stream.of("outputs", "grads").flatMap(this::names).toList();
    }

    /** Names of the inputs and parameters, {@code in.*} and {@code param.*}. */
    public List<String> inputNames() {
        return Stream.of("inputs", "params").flatMap(this::names).toList();
    }

    /** Another case of the same set. */
    GoldenCase other(String name) {
        return set.get(name);
    }

    /** A file that belongs to the case, for example {@code gt.json} of an evaluation case. */
    public Path file(String name) {
        return set.resolve(text("file")).resolveSibling(name);
    }

    /** Whether the case, or the one it takes its inputs from, has a tensor of this name. */
    public boolean has(String name) throws IOException {
        load();
        return tensors.containsKey(name);
    }

    /** Extents of a tensor. */
    public int[] shape(String name) throws IOException {
        return tensor(name).shape.clone();
    }

    /** Type of a tensor in the file. */
    public DType dtype(String name) throws IOException {
        return tensor(name).dtype;
    }

    /** A tensor as float64. */
    public double[] doubles(String name) throws IOException {
        return tensor(name).doubles.clone();
    }

    /** A tensor as float32. */
    public float[] floats(String name) throws IOException {
        double[] doubles = tensor(name).doubles;
        float[] floats = new float[doubles.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) doubles[i];
        }
        return floats;
    }

    /** An I64 or BOOL tensor as integers. */
    public long[] longs(String name) throws IOException {
        long[] longs = tensor(name).longs;
        if (longs == null) {
            throw new AssertionError(name() + ": " + name + " is floating");
        }
        return longs.clone();
    }

    /** An I64 or BOOL tensor as 32-bit integers. */
    public int[] ints(String name) throws IOException {
        long[] longs = longs(name);
        int[] ints = new int[longs.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = Math.toIntExact(longs[i]);
        }
        return ints;
    }

    /** The largest difference that the manifest allows a float32 implementation; 0 means exact. */
    public double tolerance(String name) {
        JsonNode tolerance = manifest.required("tolerance").get(name);
        if (tolerance == null) {
            throw new AssertionError(name() + " states no tolerance for " + name);
        }
        return tolerance.doubleValue();
    }

    /** Compares the result of a float64 implementation with tensor {@code name}. */
    public void expectFloat64(String name, double[] actual) throws IOException {
        Expected expected = tensor(name);
        double scale = 1;
        for (double value : expected.doubles) {
            if (Double.isFinite(value)) {
                scale = Math.max(scale, Math.abs(value));
            }
        }
        double bound = expected.dtype == DType.F64 ? FLOAT64_BOUND : FLOAT64_BOUND_OF_ROUNDED;
        expectWithin(name, actual, tolerance(name) == 0 ? 0 : bound * scale);
    }

    /** Compares the result of a float32 implementation with tensor {@code name} under the manifest's tolerance. */
    public void expectFloat32(String name, float[] actual) throws IOException {
        double[] widened = new double[actual.length];
        for (int i = 0; i < widened.length; i++) {
            widened[i] = actual[i];
        }
        expectWithin(name, widened, tolerance(name));
    }

    /** Compares whole numbers with tensor {@code name}, exactly. */
    public void expectExact(String name, long[] actual) throws IOException {
        double[] widened = new double[actual.length];
        for (int i = 0; i < widened.length; i++) {
            widened[i] = actual[i];
        }
        expectWithin(name, widened, 0);
    }

    /** Compares whole numbers with tensor {@code name}, exactly. */
    public void expectExact(String name, int[] actual) throws IOException {
        long[] widened = new long[actual.length];
        for (int i = 0; i < widened.length; i++) {
            widened[i] = actual[i];
        }
        expectExact(name, widened);
    }

    /**
     * Compares values with tensor {@code name}: equal count, infinities and NaN in the same places, every other
     * difference at most {@code bound}.
     */
    public void expectWithin(String name, double[] actual, double bound) throws IOException {
        double[] expected = tensor(name).doubles;
        compared.add(name);
        if (actual.length != expected.length) {
            throw new AssertionError(name() + ": " + name + " has " + actual.length + " elements, expected "
                    + expected.length + " of shape " + Arrays.toString(tensor(name).shape));
        }
        int misses = 0;
        int worst = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = difference(actual[i], expected[i]);
            misses += difference > bound ? 1 : 0;
            if (difference > largest) {
                largest = difference;
                worst = i;
            }
        }
        if (misses > 0) {
            throw new AssertionError(name() + ": " + name + " is off by more than " + bound + " in " + misses + " of "
                    + expected.length + " elements; worst at " + worst + ": " + actual[worst] + ", expected "
                    + expected[worst]);
        }
    }

    /** The expected tensors that no {@code expect} call has named since {@link #release}. */
    List<String> uncompared() {
        return expectedNames().stream().filter(name -> !compared.contains(name)).toList();
    }

    /** Lets the tensors go and forgets what was compared. */
    void release() {
        tensors.clear();
        compared.clear();
    }

    @Override
    public String toString() {
        return name();
    }

    /** Infinite where the values are of different kinds, NaN or an infinity against anything else. */
    private static double difference(double actual, double expected) {
        if (Double.isFinite(actual) && Double.isFinite(expected)) {
            return Math.abs(actual - expected);
        }
        return Double.compare(actual, expected) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }

    private Expected tensor(String name) throws IOException {
        load();
        Expected tensor = tensors.get(name);
        if (tensor == null) {
            throw new AssertionError(name() + " has no tensor " + name + " among " + tensors.keySet());
        }
        return tensor;
    }

    private void load() throws IOException {
        if (!tensors.isEmpty()) {
            return;
        }
        if (manifest.has("inputs_from")) {
            GoldenCase source = set.get(text("inputs_from"));
            read(source, name -> name.startsWith("in.") || name.startsWith("param."));
        }
        read(this, name -> true);
    }

    private void read(GoldenCase source, Predicate<String> wanted) throws IOException {
        Path path = set.resolve(source.text("file"));
        if (!Files.exists(path)) {
            throw new IOException(source.name() + ": there is no file " + path);
        }
        try (SafeTensors file = SafeTensors.open(path)) {
            for (SafeTensors.Entry entry : file.entries().values()) {
                if (wanted.test(entry.name())) {
                    long[] longs = entry.dtype().isFloating() ? null : entry.toLongs();
                    tensors.put(
                            entry.name(),
                            new Expected(entry.dtype(), entry.shape().toArray(), entry.toDoubles(), longs));
                }
            }
        }
    }

    private Stream<String> names(String field) {
        JsonNode names = manifest.get(field);
        return names == null
                ? Stream.of()
                : StreamSupport.stream(names.spliterator(), false).map(JsonNode::stringValue);
    }

    private String text(String field) {
        return manifest.required(field).stringValue();
    }
}
