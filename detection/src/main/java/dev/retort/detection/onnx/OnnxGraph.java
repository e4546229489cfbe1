package dev.retort.detection.onnx;

import dev.retort.detection.proto.ProtoMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A graph of ONNX operators that grows node by node, in the order in which they compute (github.com/onnx/onnx, docs/IR.md and
 * docs/Operators.md). Numbers of fields are those of onnx.proto.
 */
public final class OnnxGraph {
    /** Element types, as in TensorProto.DataType. */
    static final int FLOAT = 1;

    static final int INT64 = 7;

    private final ProtoMessage nodes = new ProtoMessage();
    private final ProtoMessage initializers = new ProtoMessage();
    private final ProtoMessage ends = new ProtoMessage();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, OnnxValue> constants = new HashMap<>();

    OnnxGraph() {}

    /** The only output of an operator without attributes. */
    public OnnxValue node(String type, OnnxValue... inputs) {
        return node(type, Map.of(), inputs);
    }

    /**
     * The only, or first, output of an operator.
     *
     * @param attributes by name: Integer, Float, String or long[]
     * @param inputs {@link #none} for one that is left out
     */
    public OnnxValue node(String type, Map<String, ?> attributes, OnnxValue... inputs) {
        return nodes(type, 1, attributes, inputs).get(0);
    }

    /** As {@link #node(String, Map, OnnxValue...)}, for an operator with several outputs. */
    public List<OnnxValue> nodes(String type, int outputs, Map<String, ?> attributes, OnnxValue... inputs) {
        String name = unused(type);
        List<OnnxValue> values = IntStream.range(0, outputs)
                .mapToObj(i -> new OnnxValue(this, i == 0 ? name : name + "." + i))
                .toList();
        add(type, name, attributes, List.of(inputs), values);
        return values;
    }

    private void add(
            String type, String name, Map<String, ?> attributes, List<OnnxValue> inputs, List<OnnxValue> outputs) {
        ProtoMessage node = new ProtoMessage();
        inputs.forEach(input -> node.text(1, input.name()));
        outputs.forEach(output -> node.text(2, output.name()));
        node.text(3, name).text(4, type);
        // In a fixed order, so that equal models are equal files.
        new TreeMap<>(attributes).forEach((key, value) -> node.message(5, attribute(key, value)));
        nodes.message(1, node);
    }

    private static ProtoMessage attribute(String name, Object value) {
        ProtoMessage attribute = new ProtoMessage().text(1, name);
        if (value instanceof Integer whole) {
            return attribute.integer(3, whole).integer(20, 2);
        }
        if (value instanceof Float number) {
            return attribute.number(2, number).integer(20, 1);
        }
        if (value instanceof String text) {
            return attribute.text(4, text).integer(20, 3);
        }
        if (value instanceof long[] integers) {
            Arrays.stream(integers).forEach(integer -> attribute.integer(8, integer));
            return attribute.integer(20, 7);
        }
        throw new IllegalArgumentException("Attribute " + name + " is a "
                + value.getClass().getSimpleName() + ", not an Integer, Float, String or long[]");
    }

    /** An input that is left out where others follow it. */
    public OnnxValue none() {
        return new OnnxValue(this, "");
    }

    /** A constant int64 scalar. */
    public OnnxValue integer(long value) {
        return integers(new long[0], value);
    }

    /** A constant of int64 [n]. */
    public OnnxValue integers(long... values) {
        return integers(new long[] {values.length}, values);
    }

    private OnnxValue integers(long[] shape, long... values) {
        return constants.computeIfAbsent(key("int64", shape, Arrays.toString(values)), key -> {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asLongBuffer().put(values);
            return initializer(unused("constant"), INT64, shape, tensor -> tensor.bytes(9, bytes.array()));
        });
    }

    /** A constant float32 scalar. */
    public OnnxValue number(double value) {
        return numbers(new long[0], value);
    }

    /**
     * A constant of float32.
     *
     * @param shape whose product is the number of values
     */
    public OnnxValue numbers(long[] shape, double... values) {
        return constants.computeIfAbsent(key("float", shape, Arrays.toString(values)), key -> {
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            return floats(unused("constant"), shape, () -> floats);
        });
    }

    private static String key(String type, long[] shape, String values) {
        return type + Arrays.toString(shape) + values;
    }

    /**
     * A constant of float32 under a name of its own, added once.
     *
     * @param values asked for when the file is written
     */
    public OnnxValue weights(String name, long[] shape, Supplier<float[]> values) {
        return constants.computeIfAbsent("weights " + name, key -> floats(name, shape, values));
    }

    private OnnxValue floats(String name, long[] shape, Supplier<float[]> values) {
        long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        return initializer(name, FLOAT, shape, tensor -> tensor.floats(9, count, values));
    }

    private OnnxValue initializer(String name, int type, long[] shape, Function<ProtoMessage, ProtoMessage> data) {
        ProtoMessage tensor = new ProtoMessage();
        Arrays.stream(shape).forEach(extent -> tensor.integer(1, extent));
        initializers.message(5, data.apply(tensor.integer(2, type).text(8, name)));
        return new OnnxValue(this, name);
    }

    private String unused(String type) {
        String stem = type.toLowerCase(Locale.ROOT);
        return stem + "_" + counts.merge(stem, 1, Integer::sum);
    }

    /** An extent of an input or output: a number, or a name where it is told at run time. */
    record Extent(String name, long value) {
        static Extent of(long value) {
            return new Extent("", value);
        }

        static Extent named(String name) {
            return new Extent(name, 0);
        }
    }

    /** Declares an input of float32. */
    OnnxValue input(String name, Extent... shape) {
        ends.message(11, declaration(name, FLOAT, shape));
        return new OnnxValue(this, name);
    }

    /** Declares a value as an output under a name of its own. */
    void output(String name, OnnxValue value, int type, Extent... shape) {
        add("Identity", name, Map.of(), List.of(value), List.of(new OnnxValue(this, name)));
        ends.message(12, declaration(name, type, shape));
    }

    private static ProtoMessage declaration(String name, int type, Extent... shape) {
        ProtoMessage dims = new ProtoMessage();
        for (Extent extent : shape) {
            ProtoMessage dim = new ProtoMessage();
            dims.message(1, extent.name.isEmpty() ? dim.integer(1, extent.value) : dim.text(2, extent.name));
        }
        ProtoMessage tensor = new ProtoMessage().integer(1, type).message(2, dims);
        return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
    }

    /** This graph as a GraphProto. */
    ProtoMessage message(String name) {
        return new ProtoMessage()
                .addAll(nodes)
                .text(2, name)
                .addAll(initializers)
                .addAll(ends);
    }
}
