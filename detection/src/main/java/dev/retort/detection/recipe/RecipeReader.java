package dev.retort.detection.recipe;

import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Reads recipes from YAML and writes them back. A file gives the fields that differ from {@link Recipe#defaults()};
 * settings such as {@code training.epochs=3} go over it. An unknown key, a wrong type and a value out of range are errors
 * that name the key in full, where it was given, and what would be right.
 */
public final class RecipeReader {
    /** A recipe, a section, a list in it; more, so that what is wrong there is told by its key. */
    private static final int DEPTH = 16;
    /** No recipe is as long. */
    private static final int MOST_BYTES = 100_000;

    private static final YAMLMapper MAPPER = YAMLMapper.builder(YAMLFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** All fields with what was read so far. */
    private final ObjectNode values = MAPPER.valueToTree(Recipe.defaults());

    /** Where a key was given, by its dotted name. */
    private final Map<String, String> origins = new HashMap<>();

    private final String name;

    private RecipeReader(String name) {
        this.name = name;
    }

    /**
     * Reads a recipe file.
     *
     * @param settings {@code key=value} each, the key dotted, the value in YAML; a later one wins
     * @throws IllegalArgumentException if the file or a setting is wrong
     * @throws UncheckedIOException if the file cannot be read
     */
    public static Recipe read(Path file, List<String> settings) {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > MOST_BYTES) {
                throw new IllegalArgumentException(file + " is no recipe: it has " + Files.size(file)
                        + " bytes, and a recipe at most " + MOST_BYTES);
            }
            return parse(Utf8File.read(file), file.toString(), settings);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the recipe " + reason(file, e), e);
        }
    }

    /** Reads a recipe from a text; {@code name} stands for its file in messages. */
    public static Recipe parse(String yaml, String name, List<String> settings) {
        RecipeReader reader = new RecipeReader(name);
        reader.take(yaml);
        settings.forEach(reader::set);
        return reader.recipe();
    }

    /**
     * Reads a recipe out of a model's header: JSON with all sections. A field that is missing, since it came with a later
     * version, has its default.
     *
     * @param name stands for its place in messages
     * @throws IllegalArgumentException if anything is wrong with it
     */
    public static Recipe parseJson(String json, String name) {
        RecipeReader reader = new RecipeReader(name);
        JsonNode given;
        try {
            given = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(name + " " + JsonProblem.of(e, "JSON"), e);
        }
        if (!(given instanceof ObjectNode sections)) {
            throw new IllegalArgumentException(name + " is " + JsonProblem.shown(given) + ", not an object");
        }
        for (String section : reader.values.propertyNames()) {
            if (!sections.has(section)) {
                throw new IllegalArgumentException(name + " has no section '" + section + "'");
            }
        }
        reader.merge(sections, reader.values, "");
        return reader.recipe();
    }

    /** The recipe as YAML with every field, so that a record of it stays right when defaults change. */
    public static String write(Recipe recipe) {
        return MAPPER.writeValueAsString(recipe);
    }

    private static String reason(Path file, IOException e) {
        if (!Files.exists(file)) {
            return file + ": there is no such file";
        }
        // A message of the file system's may be without the file, and one about the encoding begins with it.
        String message = String.valueOf(e.getMessage());
        return message.startsWith(file.toString()) ? message : file + ": " + message;
    }

    private void take(String yaml) {
        JsonNode given;
        try {
            try (JsonParser parser = MAPPER.createParser(yaml)) {
                for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (token == JsonToken.PROPERTY_NAME) {
                        String pointer =
                                parser.streamReadContext().pathAsPointer().toString();
                        int line = parser.currentTokenLocation().getLineNr();
                        origins.put(pointer.substring(1).replace('/', '.'), name + ", line " + line);
                    }
                }
            }
            given = MAPPER.readTree(yaml);
        } catch (JacksonException e) {
            String line =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new IllegalArgumentException(
                    "The recipe is not valid YAML: " + JsonProblem.words(e) + " (" + name + line + ")", e);
        }
        if (given.isMissingNode() || given.isNull()) {
            return;
        }
        if (!(given instanceof ObjectNode)) {
            throw new IllegalArgumentException("A recipe consists of the sections " + names(values)
                    + ", each with keys and values (" + name + ")");
        }
        merge((ObjectNode) given, values, "");
    }

    private void set(String setting) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    "A setting is key=value, such as training.epochs=3, not '" + setting + "'");
        }
        String key = setting.substring(0, equals).strip();
        ObjectNode given = MAPPER.createObjectNode();
        ObjectNode section = given;
        String[] parts = key.split("\\.", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            section = section.putObject(parts[i]);
        }
        try {
            section.set(parts[parts.length - 1], MAPPER.readTree(setting.substring(equals + 1)));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("The value of the setting '" + setting + "' is not YAML", e);
        }
        String dotted = "";
        for (String part : parts) {
            dotted = join(dotted, part);
            origins.put(dotted, "the setting " + setting);
        }
        merge(given, values, "");
    }

    private void merge(ObjectNode given, ObjectNode into, String section) {
        for (Map.Entry<String, JsonNode> property : given.properties()) {
            String key = join(section, property.getKey());
            JsonNode known = into.get(property.getKey());
            JsonNode value = property.getValue();
            if (known == null) {
                throw error(
                        key,
                        "The recipe has no key " + JsonProblem.shown(key) + "; the nearest one is "
                                + nearest(JsonProblem.shown(key)));
            }
            if (isNothing(value)) {
                throw error(key, key + " has no value: give one, or leave the key out");
            }
            if (known instanceof ObjectNode knownSection) {
                if (!(value instanceof ObjectNode)) {
                    throw error(
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

    /** A text of blanks and control characters is null to the mapper where a number, a list or a constant is wanted. */
    private static boolean isNothing(JsonNode value) {
        return value.isNull()
                || value.isMissingNode()
                || value.isString() && value.stringValue().trim().isEmpty();
    }

    /** The recipe's lists are of numbers. */
    private JsonNode numbers(JsonNode value, String key) {
        if (!value.isArray()) {
            return value;
        }
        ArrayNode list = MAPPER.createArrayNode();
        for (JsonNode element : value) {
            if (isNothing(element)) {
                throw error(key, key + " has an element without a value: give one, or leave the element out");
            }
            list.add(number(element));
        }
        return list;
    }

    /** YAML 1.2 reads 1e-4, which has no point, as a text. A whole number that no type holds is infinite as a real one. */
    private static JsonNode number(JsonNode value) {
        if (value.isBigInteger()) {
            return MAPPER.getNodeFactory().numberNode(value.bigIntegerValue().doubleValue());
        }
        if (value.isString()) {
            try {
                return MAPPER.getNodeFactory().numberNode(Double.parseDouble(value.stringValue()));
            } catch (NumberFormatException e) {
                return value;
            }
        }
        return value;
    }

    private Recipe recipe() {
        try {
            return MAPPER.treeToValue(values, Recipe.class);
        } catch (ValueInstantiationException e) {
            // The record's own check, whose words begin with the field.
            String refused = e.getCause().getMessage();
            throw error(refused.split(" ", 2)[0], refused);
        } catch (MismatchedInputException e) {
            throw mismatch(e, e.getTargetType());
        } catch (InputCoercionException e) {
            throw mismatch(e, e.getTargetType());
        }
    }

    private IllegalArgumentException mismatch(JacksonException e, Class<?> type) {
        String key = e.getPath().stream()
                .map(JacksonException.Reference::getPropertyName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."));
        JsonNode value = values.at("/" + key.replace('.', '/'));
        boolean element = e.getPath().stream().anyMatch(reference -> reference.getPropertyName() == null);
        String expected = (element ? "a list, each element " : "") + expected(type);
        return error(key, key + " must be " + expected + ", not " + JsonProblem.shown(value));
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

    private IllegalArgumentException error(String key, String message) {
        return new IllegalArgumentException(message + " (" + origins.getOrDefault(key, name) + ")");
    }

    private String nearest(String key) {
        List<String> known = new ArrayList<>();
        values.properties().forEach(section -> {
            known.add(section.getKey());
            section.getValue().properties().forEach(field -> known.add(join(section.getKey(), field.getKey())));
        });
        return EditDistance.nearest(key, known);
    }

    private static String names(ObjectNode node) {
        return node.properties().stream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
    }

    private static String join(String section, String key) {
        return section.isEmpty() ? key : section + "." + key;
    }
}
