package dev.retort.detection.recipe;

import dev.retort.detection.model.DetectionModelProvider;
import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.model.ModelSettings;
import dev.retort.tensor.io.JsonProblem;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The recipe that some input makes: its values over those of another recipe, and these over the defaults. */
final class RecipeAssembly {
    private static final int LONGEST_PATH = 1000;

    private final RecipeInput input;
    private final ObjectNode values;

    private RecipeAssembly(RecipeInput input, DetectionModelProvider<?> kind) {
        this.input = input;
        values = RecipeTree.defaults(kind, input.sections());
    }

    /** A recipe over the defaults of the kind of detector that the input names, {@code fallback} if it names none. */
    static Recipe over(String fallback, RecipeInput input) {
        RecipeAssembly assembly = new RecipeAssembly(input, kind(input, fallback));
        return assembly.recipe();
    }

    /** As {@link #over(String, RecipeInput)}, over the conventions of the weights that the input starts from, if it does. */
    static Recipe overWeights(String fallback, RecipeInput input) {
        String weights = input.value(RecipeTree.WEIGHTS)
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .orElse(ModelSettings.NO_WEIGHTS);
        if (weights.equals(ModelSettings.NO_WEIGHTS)
                || WeightConventions.ALWAYS.stream()
                        .allMatch(key -> input.value(key).isPresent())) {
            return over(fallback, input);
        }
        if (weights.length() > LONGEST_PATH) {
            throw input.error(
                    RecipeTree.WEIGHTS,
                    RecipeTree.WEIGHTS + " must be a path of at most " + LONGEST_PATH + " characters, not "
                            + JsonProblem.shown(weights));
        }
        RecipeInput conventions = new RecipeInput("the conventions of " + weights);
        try {
            WeightConventions.of(Path.of(weights)).forEach(conventions::setting);
        } catch (InvalidPathException e) {
            throw input.error(RecipeTree.WEIGHTS, RecipeTree.WEIGHTS + " is no path: " + JsonProblem.shown(weights));
        } catch (IOException e) {
            throw new RecipeException(
                    "model.weights cannot be read: " + e.getMessage() + " (" + input.origin(RecipeTree.WEIGHTS) + ")",
                    e);
        }
        return over(over(fallback, conventions), input);
    }

    /** A recipe with other values. */
    static Recipe over(Recipe recipe, RecipeInput input) {
        DetectionModelProvider<?> before = DetectionModels.of(recipe.model().kind());
        DetectionModelProvider<?> kind = kind(input, before.kind());
        RecipeAssembly assembly = new RecipeAssembly(input, kind);
        ObjectNode tree = RecipeTree.of(recipe, input.sections());
        if (!kind.kind().equals(before.kind())) {
            RecipeTree.removeOwn(tree, before);
        }
        assembly.merge(tree, assembly.values, "");
        return assembly.recipe();
    }

    private void merge(ObjectNode given, ObjectNode into, String section) {
        for (Map.Entry<String, JsonNode> property : given.properties()) {
            String key = RecipeInput.join(section, property.getKey());
            JsonNode known = into.get(property.getKey());
            JsonNode value = property.getValue();
            if (known == null) {
                throw input.error(
                        key,
                        "The recipe has no key " + JsonProblem.shown(key) + "; the nearest one is "
                                + nearest(JsonProblem.shown(key)));
            }
            if (RecipeInput.isNothing(value)) {
                throw input.error(key, key + " has no value: give one, or leave the key out");
            }
            if (known instanceof ObjectNode knownSection) {
                if (!(value instanceof ObjectNode)) {
                    throw input.error(
                            key,
                            key + " is a section with the keys " + names(knownSection) + ", not "
                                    + JsonProblem.shown(value));
                }
                merge((ObjectNode) value, knownSection, key);
            } else {
                into.set(
                        property.getKey(),
                        known.isNumber() ? number(value) : known.isArray() ? numbers(value, key) : value);
            }
        }
    }

    /** Elements of a list; those that are numbers in a text are numbers. */
    private JsonNode numbers(JsonNode value, String key) {
        if (!value.isArray()) {
            return value;
        }
        ArrayNode list = RecipeTree.MAPPER.createArrayNode();
        for (JsonNode element : value) {
            if (RecipeInput.isNothing(element)) {
                throw input.error(key, key + " has an element without a value: give one, or leave the element out");
            }
            list.add(number(element));
        }
        return list;
    }

    /** YAML 1.2 reads 1e-4, which has no point, as a text. A whole number that no type holds is infinite as a real one. */
    private static JsonNode number(JsonNode value) {
        if (value.isBigInteger()) {
            return RecipeTree.MAPPER
                    .getNodeFactory()
                    .numberNode(value.bigIntegerValue().doubleValue());
        }
        if (value.isString()) {
            try {
                return RecipeTree.MAPPER.getNodeFactory().numberNode(Double.parseDouble(value.stringValue()));
            } catch (NumberFormatException e) {
                return value;
            }
        }
        return value;
    }

    private Recipe recipe() {
        input.given().forEach(tree -> merge(tree, values, ""));
        tellUnread();
        try {
            return RecipeTree.recipe(values, input.sections());
        } catch (ValueInstantiationException e) {
            // The record's own check, whose words begin with the field.
            String refused = e.getCause().getMessage();
            throw input.error(refused.split(" ", 2)[0], refused);
        } catch (MismatchedInputException e) {
            throw mismatch(e, e.getTargetType());
        } catch (InputCoercionException e) {
            throw mismatch(e, e.getTargetType());
        }
    }

    /** One notice for all sections that one key leaves out, where they are given without that key: with it, they are kept by choice. */
    private void tellUnread() {
        Map<String, List<String>> unread = new LinkedHashMap<>();
        for (RecipeSection section : input.sections()) {
            boolean isGiven = input.given().stream()
                    .anyMatch(tree -> !RecipeTree.at(tree, section.name()).isMissingNode()
                            && RecipeTree.at(tree, section.chosenBy()).isMissingNode());
            if (isGiven && !RecipeTree.isChosen(section, values)) {
                unread.computeIfAbsent(section.chosenBy(), key -> new ArrayList<>())
                        .add(section.name());
            }
        }
        unread.forEach((key, sections) -> input.notices()
                .add(String.join(", ", sections) + (sections.size() == 1 ? " is" : " are") + " not read, as " + key
                        + " is " + JsonProblem.shown(RecipeTree.at(values, key)) + " ("
                        + input.origin(sections.get(0)) + ")"));
    }

    /** The kind of detector that was given last, {@code fallback} if none was. */
    private static DetectionModelProvider<?> kind(RecipeInput input, String fallback) {
        String key = RecipeTree.MODEL + "." + RecipeTree.KIND;
        String kind = fallback;
        for (ObjectNode tree : input.given()) {
            JsonNode value = RecipeTree.at(tree, key);
            if (RecipeInput.isNothing(value)) {
                continue;
            }
            kind = value.isString() ? JsonProblem.shown(value.stringValue().strip()) : JsonProblem.shown(value);
        }
        try {
            return DetectionModels.of(kind);
        } catch (IllegalArgumentException e) {
            throw input.error(key, e.getMessage());
        }
    }

    private RecipeException mismatch(JacksonException e, Class<?> type) {
        String key = e.getPath().stream()
                .map(JacksonException.Reference::getPropertyName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."));
        JsonNode value = RecipeTree.at(values, key);
        boolean element = e.getPath().stream().anyMatch(reference -> reference.getPropertyName() == null);
        String expected = (element ? "a list, each element " : "") + expected(type);
        return input.error(key, key + " must be " + expected + ", not " + JsonProblem.shown(value));
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return List.of(type.getEnumConstants()).stream()
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(" or "));
        }
        if (List.class.isAssignableFrom(type)) {
            return "a list, such as [1, 2]";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a text";
        }
        boolean real = type == double.class || type == Double.class;
        return real ? "a number" : "a whole number of type " + type.getSimpleName();
    }

    private String nearest(String key) {
        List<String> known = new ArrayList<>();
        keys(values, "", known);
        return EditDistance.nearest(key, known);
    }

    private static void keys(ObjectNode node, String section, List<String> into) {
        node.properties().forEach(property -> {
            String key = RecipeInput.join(section, property.getKey());
            into.add(key);
            if (property.getValue() instanceof ObjectNode inner) {
                keys(inner, key, into);
            }
        });
    }

    private static String names(ObjectNode node) {
        return node.properties().stream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
    }
}
