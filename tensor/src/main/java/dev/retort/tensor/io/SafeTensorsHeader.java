package dev.retort.tensor.io;

import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON header of a safetensors file:
 * {@code {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"key": "value"}}}.
 * Reading it checks everything that can be checked without the data.
 */
record SafeTensorsHeader(Map<String, Slot> slots, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");
    /** A header, a tensor in it, its list of extents; more, so that what is wrong there is told by name. */
    private static final int DEPTH = 8;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Where a tensor lies: bytes [begin, end) of the data section, elements of the type that the format calls {@code type}. */
    record Slot(String name, String type, Shape shape, long begin, long end) {}

    /** The header as JSON text. */
    String toJson() {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode strings = root.putObject(METADATA);
            metadata.forEach(strings::put);
        }
        for (Slot slot : slots.values()) {
            ObjectNode tensor = root.putObject(slot.name());
            tensor.put("dtype", slot.type());
            ArrayNode shape = tensor.putArray("shape");
            for (int extent : slot.shape().toArray()) {
                shape.add(extent);
            }
            tensor.putArray("data_offsets").add(slot.begin()).add(slot.end());
        }
        return JSON.writeValueAsString(root);
    }

    /**
     * Reads and checks a header.
     *
     * @param file named in errors
     * @param dataBytes length of the data section that the tensors must fill exactly
     * @param widths the element types that may occur, with the bytes of an element
     */
    static SafeTensorsHeader parse(Path file, byte[] json, long dataBytes, Map<String, Integer> widths)
            throws SafeTensorsException {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new SafeTensorsException(file, "the header " + JsonProblem.of(e, "JSON"), e);
        }
        if (!root.isObject()) {
            throw new SafeTensorsException(file, "the header is not a JSON object");
        }
        Map<String, Slot> slots = new LinkedHashMap<>();
        Map<String, String> metadata = Map.of();
        for (Map.Entry<String, JsonNode> property : root.properties()) {
            if (property.getKey().equals(METADATA)) {
                metadata = metadata(file, property.getValue());
            } else {
                Parser parser = new Parser(file, property.getKey(), widths);
                slots.put(property.getKey(), parser.slot(property.getValue()));
            }
        }
        checkCoverage(file, slots, dataBytes);
        return new SafeTensorsHeader(Collections.unmodifiableMap(slots), metadata);
    }

    private static Map<String, String> metadata(Path file, JsonNode node) throws SafeTensorsException {
        if (!node.isObject()) {
            throw new SafeTensorsException(file, METADATA + " is not a JSON object");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : node.properties()) {
            if (!property.getValue().isString()) {
                throw new SafeTensorsException(
                        file,
                        METADATA + " entry '" + JsonProblem.shown(property.getKey()) + "' is not a string but "
                                + JsonProblem.shown(property.getValue()));
            }
            metadata.put(property.getKey(), property.getValue().stringValue());
        }
        return Collections.unmodifiableMap(metadata);
    }

    /** The tensors must follow each other without gap or overlap, from 0 to the end of the file. */
    private static void checkCoverage(Path file, Map<String, Slot> slots, long dataBytes) throws SafeTensorsException {
        List<Slot> ordered = new ArrayList<>(slots.values());
        ordered.sort(Comparator.comparingLong(Slot::begin).thenComparingLong(Slot::end));
        long position = 0;
        for (Slot slot : ordered) {
            if (slot.end() > dataBytes) {
                throw new SafeTensorsException(
                        file,
                        "tensor '" + JsonProblem.shown(slot.name()) + "' ends at byte " + slot.end()
                                + " of the data, but there are only " + dataBytes
                                + ": the file is truncated or its header is wrong");
            }
            if (slot.begin() != position) {
                throw new SafeTensorsException(
                        file,
                        "tensor '" + JsonProblem.shown(slot.name()) + "' begins at byte " + slot.begin()
                                + " of the data, but "
                                + (slot.begin() < position
                                        ? "overlaps its predecessor, which ends at "
                                        : "leaves a gap after ")
                                + position);
            }
            position = slot.end();
        }
        if (position != dataBytes) {
            throw new SafeTensorsException(
                    file, "the tensors end at byte " + position + " of the data, but there are " + dataBytes);
        }
    }

    /** Reads one tensor's description. */
    private record Parser(Path file, String name, Map<String, Integer> widths) {
        Slot slot(JsonNode node) throws SafeTensorsException {
            if (!node.isObject()) {
                throw problem("is not described by a JSON object but by " + JsonProblem.shown(node));
            }
            for (String field : FIELDS) {
                if (!node.has(field)) {
                    throw problem("has no " + field);
                }
            }
            for (String field : node.propertyNames()) {
                if (!FIELDS.contains(field)) {
                    throw problem("has an unknown field '" + JsonProblem.shown(field) + "'");
                }
            }
            String type = type(node.get("dtype"));
            Shape shape = shape(node.get("shape"));
            long[] offsets = integers(node.get("data_offsets"), "data_offsets");
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw problem("has data_offsets " + JsonProblem.shown(node.get("data_offsets"))
                        + ", not [begin, end] with begin <= end");
            }
            long bytes = offsets[1] - offsets[0];
            if (shape.size() > Long.MAX_VALUE / 8 || bytes != shape.size() * widths.get(type)) {
                throw problem("spans " + bytes + " bytes, but " + type + " " + shape + " does not fit in exactly that");
            }
            return new Slot(name, type, shape, offsets[0], offsets[1]);
        }

        private String type(JsonNode node) throws SafeTensorsException {
            if (!node.isString() || !widths.containsKey(node.stringValue())) {
                throw problem("has dtype " + JsonProblem.shown(node) + "; known are " + widths.keySet());
            }
            return node.stringValue();
        }

        private Shape shape(JsonNode node) throws SafeTensorsException {
            long[] extents = integers(node, "shape");
            int[] shape = new int[extents.length];
            for (int axis = 0; axis < shape.length; axis++) {
                if (extents[axis] > Integer.MAX_VALUE) {
                    throw problem("has shape " + JsonProblem.shown(node) + ": an extent above " + Integer.MAX_VALUE
                            + " cannot be held");
                }
                shape[axis] = (int) extents[axis];
            }
            try {
                return Shape.of(shape);
            } catch (ShapeException overflow) {
                throw problem("has shape " + JsonProblem.shown(node) + ", whose size overflows 64 bits");
            }
        }

        private long[] integers(JsonNode node, String field) throws SafeTensorsException {
            if (!node.isArray()) {
                throw problem("has " + field + " " + JsonProblem.shown(node) + ", not an array");
            }
            long[] values = new long[node.size()];
            for (int i = 0; i < values.length; i++) {
                JsonNode value = node.get(i);
                if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                    throw problem("has " + field + " " + JsonProblem.shown(node) + ": " + JsonProblem.shown(value)
                            + " is not a whole number from 0 up");
                }
                values[i] = value.longValue();
            }
            return values;
        }

        private SafeTensorsException problem(String text) {
            return new SafeTensorsException(file, "tensor '" + JsonProblem.shown(name) + "' " + text);
        }
    }
}
