package dev.retort.cli.study;

import dev.retort.detection.recipe.EditDistance;
import dev.retort.tensor.io.JsonProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A part of a study file with keys and values, whose errors say where they are.
 *
 * @param where of the file, for messages
 */
record StudyNode(String where, ObjectNode node) {

    /** Passes if every key is one of these. */
    StudyNode require(List<String> known) {
        node.propertyNames().forEach(key -> {
            if (!known.contains(key)) {
                throw error("there is no key '" + JsonProblem.shown(key) + "', did you mean "
                        + EditDistance.nearest(key, known) + "? It may have " + String.join(", ", known));
            }
        });
        return this;
    }

    List<String> keys() {
        return List.copyOf(node.propertyNames());
    }

    boolean has(String key) {
        return node.hasNonNull(key);
    }

    Optional<String> text(String key) {
        return value(key).map(value -> {
            if (!value.isString() || value.stringValue().isBlank()) {
                throw error("'" + key + "' must be a text, not " + JsonProblem.shown(value));
            }
            return value.stringValue().strip();
        });
    }

    OptionalDouble number(String key) {
        Optional<JsonNode> value = value(key);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (!value.get().isNumber() || !Double.isFinite(value.get().doubleValue())) {
            throw error("'" + key + "' must be a number, not " + JsonProblem.shown(value.get()));
        }
        return OptionalDouble.of(value.get().doubleValue());
    }

    OptionalLong integer(String key) {
        Optional<JsonNode> value = value(key);
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(integer(key, value.get()));
    }

    boolean flag(String key, boolean otherwise) {
        return value(key)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw error("'" + key + "' must be true or false, not " + JsonProblem.shown(value));
                    }
                    return value.booleanValue();
                })
                .orElse(otherwise);
    }

    /** A list of whole numbers; none if the key is not given. */
    List<Long> integers(String key) {
        return list(key).stream().map(value -> integer(key, value)).toList();
    }

    /** A list of texts; none if the key is not given. */
    List<String> texts(String key) {
        return list(key).stream()
                .map(value -> {
                    if (!value.isString()) {
                        throw error("'" + key + "' must be a list of texts, not " + JsonProblem.shown(value));
                    }
                    return value.stringValue();
                })
                .toList();
    }

    /** The keys and values of a key; empty if it is not given. */
    StudyNode section(String key) {
        JsonNode value = value(key).orElseGet(node::objectNode);
        if (!(value instanceof ObjectNode inner)) {
            throw error("'" + key + "' must have keys and values, not " + JsonProblem.shown(value));
        }
        return new StudyNode(where + key + ": ", inner);
    }

    /** Values of dotted keys of a recipe as settings, {@code key=value} each. */
    List<String> settings(String key) {
        List<String> settings = new ArrayList<>();
        section(key).node.properties().forEach(field -> settings.add(field.getKey() + "=" + field.getValue()));
        return settings;
    }

    IllegalArgumentException error(String what) {
        return new IllegalArgumentException(where + what);
    }

    private Optional<JsonNode> value(String key) {
        return has(key) ? Optional.of(node.get(key)) : Optional.empty();
    }

    private List<JsonNode> list(String key) {
        JsonNode value = value(key).orElseGet(node::arrayNode);
        if (!value.isArray()) {
            throw error("'" + key + "' must be a list, not " + JsonProblem.shown(value));
        }
        return value.valueStream().toList();
    }

    private long integer(String key, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw error("'" + key + "' must be of whole numbers, not " + JsonProblem.shown(value));
        }
        return value.longValue();
    }
}
