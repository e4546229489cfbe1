package dev.retort.acceptance.golden;

import dev.retort.nn.weights.SourceType;
import dev.retort.nn.weights.WeightFile;
import dev.retort.nn.weights.WeightFileException;
import dev.retort.nn.weights.WeightNode;
import dev.retort.nn.weights.WeightTensor;
import dev.retort.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Golden cases of weight files of other programs: what they hold, and which are refused. */
final class ImportChecks {
    /** Of sums in another order of summands. */
    private static final double SUM_BOUND = 1e-9;

    private static final Map<String, SourceType> TYPES = Map.of(
            "float64", SourceType.F64,
            "float32", SourceType.F32,
            "float16", SourceType.F16,
            "bfloat16", SourceType.BF16,
            "int64", SourceType.I64,
            "int32", SourceType.I32,
            "int16", SourceType.I16,
            "int8", SourceType.I8,
            "uint8", SourceType.U8,
            "bool", SourceType.BOOL);

    private ImportChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "import_refused", ImportChecks::refused,
                "import_state", ImportChecks::state,
                "import_tensors", ImportChecks::tensors);
    }

    /** Every value of every tensor, exactly. */
    private static void tensors(GoldenCase golden) throws IOException {
        try (WeightFile file = WeightFile.open(file(golden))) {
            Map<String, WeightTensor> tensors = section(golden, file).tensors();
            for (String name : golden.expectedNames()) {
                WeightTensor tensor = tensors.get(name.substring("out.".length()));
                if (tensor == null) {
                    throw new AssertionError(golden.name() + ": there is no " + name + " among " + tensors.keySet());
                }
                requireEqual(golden, name + "'s shape", tensor.shape(), Shape.of(golden.shape(name)));
                JsonNode types = golden.attrs().path("dtypes");
                if (types.has(tensor.name())) {
                    SourceType type = TYPES.get(types.required(tensor.name()).stringValue());
                    requireEqual(golden, name + "'s type", tensor.type(), type);
                }
                if (golden.dtype(name).isFloating()) {
                    golden.expectWithin(name, tensor.toDoubles(), 0);
                    if (tensor.type() != SourceType.F64) {
                        golden.expectWithin(name, widened(tensor.toFloats()), 0);
                    }
                } else {
                    golden.expectExact(name, tensor.toLongs());
                }
            }
        }
    }

    /** Names, types, shapes and sums of a training checkpoint's tensors, beside which are objects of foreign classes. */
    private static void state(GoldenCase golden) throws IOException {
        JsonNode names;
        Path list = golden.file(golden.name().substring(golden.name().indexOf('/') + 1) + ".names.json");
        try (InputStream in = Files.newInputStream(list)) {
            names = new JsonMapper().readTree(in);
        }
        try (WeightFile file = WeightFile.open(file(golden))) {
            Map<String, WeightTensor> tensors = section(golden, file).tensors();
            Set<String> listed = new HashSet<>();
            for (JsonNode expected : names) {
                String name = expected.required("source").stringValue();
                listed.add(name);
                WeightTensor tensor = tensors.get(name);
                if (tensor == null) {
                    throw new AssertionError(golden.name() + ": there is no " + name + " among " + tensors.keySet());
                }
                SourceType type = TYPES.get(expected.required("dtype").stringValue());
                requireEqual(golden, name + "'s type", tensor.type(), type);
                int[] shape = Networks.integers(expected.required("shape")).stream()
                        .mapToInt(Integer::intValue)
                        .toArray();
                requireEqual(golden, name + "'s shape", tensor.shape(), Shape.of(shape));
                double sum = 0;
                double size = 0;
                for (double value : tensor.toDoubles()) {
                    sum += value;
                    size += Math.abs(value);
                }
                double expectedSize = expected.required("abs").doubleValue();
                double bound = SUM_BOUND * Math.max(1, expectedSize);
                if (!(Math.abs(sum - expected.required("sum").doubleValue()) <= bound)
                        || !(Math.abs(size - expectedSize) <= bound)) {
                    throw new AssertionError(golden.name() + ": " + name + " sums up to " + sum
                            + ", in absolute values " + size + ", expected " + expected);
                }
            }
            requireEqual(golden, "the set of names", tensors.keySet(), listed);
        }
    }

    /** The file is refused by the reader's own exception, which names it; or, where the case says so, it may be read. */
    private static void refused(GoldenCase golden) throws IOException {
        Path path = file(golden);
        try (WeightFile file = WeightFile.open(path)) {
            for (WeightTensor tensor : file.content().tensors().values()) {
                tensor.toDoubles();
            }
        } catch (WeightFileException refusal) {
            if (!refusal.getMessage().startsWith(path + ": ")) {
                throw new AssertionError(golden.name() + ": the file is not named: " + refusal.getMessage(), refusal);
            }
            return;
        }
        if (!golden.attrs().required("expect").stringValue().equals("either")) {
            throw new AssertionError(golden.name() + ": was read, though it has to be refused");
        }
    }

    private static Path file(GoldenCase golden) {
        return golden.file(golden.attrs().required("file").stringValue());
    }

    private static WeightNode.Mapping section(GoldenCase golden, WeightFile file) throws IOException {
        JsonNode section = golden.attrs().path("section");
        return section.isString() ? file.section(section.stringValue()) : file.content();
    }

    private static double[] widened(float[] values) {
        double[] widened = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            widened[i] = values[i];
        }
        return widened;
    }

    private static void requireEqual(GoldenCase golden, String what, Object actual, Object expected) {
        if (!actual.equals(expected)) {
            throw new AssertionError(golden.name() + ": " + what + " is " + actual + ", expected " + expected);
        }
    }
}
