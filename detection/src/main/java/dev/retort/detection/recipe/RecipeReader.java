package dev.retort.detection.recipe;

import dev.retort.detection.model.DetectionModelProvider;
import dev.retort.detection.model.DetectionModels;
import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Reads recipes from YAML and writes them back. A file gives the fields that differ from {@link Recipe#defaults()};
 * settings such as {@code training.epochs=3} go over it. An unknown key, a wrong type and a value out of range are errors
 * that name the key in full, where it was given, and what would be right.
 */
public final class RecipeReader {
    private static final String DEFAULT_KIND = "retinanet";
    /** No recipe is as long. */
    private static final int MOST_BYTES = 100_000;

    private static final YAMLMapper MAPPER = RecipeTree.MAPPER;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(RecipeTree.DEPTH))
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final List<RecipeSection> sections = RecipeSections.all();

    /** What was given, in the order in which it counts. */
    private final List<ObjectNode> given = new ArrayList<>();

    /** Where a key was given, by its dotted name. */
    private final Map<String, String> origins = new HashMap<>();

    private final List<String> notices = new ArrayList<>();
    private final String name;

    /** All keys with what was read so far. */
    private ObjectNode values;

    /** What a recipe had that is changed; null where one is read. */
    private ObjectNode base;

    private String baseKind = DEFAULT_KIND;

    private RecipeReader(String name) {
        this.name = name;
    }

    /**
     * A recipe that was read.
     *
     * @param notices for the user, one sentence each: old keys that were taken, sections that are not read
     */
    public record Read(Recipe recipe, List<String> notices) {
        public Read {
            notices = List.copyOf(notices);
        }
    }

    /**
     * Reads a recipe file.
     *
     * @param settings {@code key=value} each, the key dotted, the value in YAML; a later one wins
     * @throws RecipeException if the file cannot be read, or it or a setting is wrong
     */
    public static Read read(Path file, List<String> settings) {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > MOST_BYTES) {
                throw new RecipeException(file + " is no recipe: it has " + Files.size(file)
                        + " bytes, and a recipe at most " + MOST_BYTES);
            }
            return parse(Utf8File.read(file), file.toString(), settings);
        } catch (IOException e) {
            throw new RecipeException("Cannot read the recipe " + reason(file, e), e);
        }
    }

    /** Reads a recipe from a text; {@code name} stands for its file in messages. */
    public static Read parse(String yaml, String name, List<String> settings) {
        RecipeReader reader = new RecipeReader(name);
        reader.take(yaml);
        settings.forEach(reader::set);
        return new Read(reader.recipe(), reader.notices);
    }

    /** A recipe with other values. */
    static Recipe change(Recipe recipe, List<String> settings) {
        RecipeReader reader = new RecipeReader("the recipe");
        settings.forEach(reader::set);
        reader.base = RecipeTree.of(recipe, reader.sections);
        reader.baseKind = recipe.model().kind();
        return reader.recipe();
    }

    /**
     * Reads a recipe out of a model's header. A key that is missing, since it came with a later version, has its default; a
     * section of a module that is not on the class path is passed over, and so is its name where a list chooses it.
     *
     * @param name stands for its place in messages
     * @throws RecipeException if anything is wrong with it
     */
    public static Recipe parseJson(String json, String name) {
        RecipeReader reader = new RecipeReader(name);
        ObjectNode tree = reader.header(json);
        for (String section : RecipeTree.required()) {
            if (!tree.has(section)) {
                throw new RecipeException(name + " has no section '" + section + "'");
            }
        }
        reader.give(tree);
        reader.passOverMissingModules(tree);
        return reader.recipe();
    }

    /** A header's recipe under today's keys; it may lack some. Where it has a section and no list that chooses it, that is added. */
    static ObjectNode upgraded(String json, String name) {
        RecipeReader reader = new RecipeReader(name);
        ObjectNode tree = reader.header(json);
        reader.give(tree);
        for (RecipeSection section : reader.sections) {
            boolean isGiven = RecipeTree.at(tree, section.name()).isObject();
            if (isGiven
                    && RecipeTree.at(tree, section.chosenBy()).isMissingNode()
                    && !section.chosenBy().isEmpty()) {
                parent(tree, section.chosenBy())
                        .putArray(last(section.chosenBy()))
                        .add(section.last());
            }
        }
        return tree;
    }

    private ObjectNode header(String json) {
        JsonNode read;
        try {
            read = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new RecipeException(name + " " + JsonProblem.of(e, "JSON"), e);
        }
        if (!(read instanceof ObjectNode tree)) {
            throw new RecipeException(name + " is " + JsonProblem.shown(read) + ", not an object");
        }
        return tree;
    }

    private void passOverMissingModules(ObjectNode tree) {
        Set<String> known = new HashSet<>(RecipeTree.required());
        sections.forEach(section -> known.add(section.name()));
        tree.retain(known);
        for (RecipeSection section : sections) {
            if (RecipeTree.at(tree, section.name()) instanceof ObjectNode outer) {
                outer.properties()
                        .removeIf(property -> property.getValue().isObject()
                                && !known.contains(join(section.name(), property.getKey())));
            }
            if (RecipeTree.at(tree, section.chosenBy()) instanceof ArrayNode names) {
                String outer = section.name().substring(0, section.name().lastIndexOf('.'));
                names.removeIf(chosen -> chosen.isString() && !known.contains(join(outer, chosen.stringValue())));
                if (names.isEmpty()) {
                    parent(tree, section.chosenBy()).remove(last(section.chosenBy()));
                }
            }
        }
    }

    /** The recipe as YAML with every key, so that a record of it stays right when defaults change. */
    public static String write(Recipe recipe) {
        return MAPPER.writeValueAsString(RecipeTree.of(recipe, RecipeSections.all()));
    }

    /** The recipe as JSON with every key, for a model's header. */
    public static String writeJson(Recipe recipe) {
        return JSON.writeValueAsString(RecipeTree.of(recipe, RecipeSections.all()));
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
        JsonNode read;
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
            read = MAPPER.readTree(yaml);
        } catch (JacksonException e) {
            String line =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new RecipeException(
                    "The recipe is not valid YAML: " + JsonProblem.words(e) + " (" + name + line + ")", e);
        }
        if (read.isMissingNode() || read.isNull()) {
            return;
        }
        if (!(read instanceof ObjectNode tree)) {
            List<String> names = new ArrayList<>(List.of("model", "data", "optimizer", "training"));
            sections.stream()
                    .map(RecipeSection::name)
                    .filter(section -> !section.contains("."))
                    .forEach(names::add);
            throw new RecipeException("A recipe consists of the sections " + String.join(", ", names)
                    + ", each with keys and values (" + name + ")");
        }
        give(tree);
    }

    private void set(String setting) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
            throw new RecipeException("A setting is key=value, such as training.epochs=3, not '" + setting + "'");
        }
        String key = setting.substring(0, equals).strip();
        ObjectNode tree = MAPPER.createObjectNode();
        ObjectNode section = tree;
        String[] parts = key.split("\\.", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            section = section.putObject(parts[i]);
        }
        try {
            section.set(parts[parts.length - 1], MAPPER.readTree(setting.substring(equals + 1)));
        } catch (JacksonException e) {
            throw new RecipeException("The value of the setting '" + setting + "' is not YAML", e);
        }
        String dotted = "";
        for (String part : parts) {
            dotted = join(dotted, part);
            origins.put(dotted, "the setting " + setting);
        }
        give(tree);
    }

    /** Takes keys and values in, old keys under their new names. */
    private void give(ObjectNode tree) {
        for (RecipeSection section : sections) {
            section.renamed().forEach((old, now) -> rename(tree, old, now));
        }
        given.add(tree);
    }

    private void rename(ObjectNode tree, String old, String now) {
        JsonNode value = RecipeTree.at(tree, old);
        if (value.isMissingNode()) {
            return;
        }
        if (!RecipeTree.at(tree, now).isMissingNode()) {
            throw error(old, old + " is the old name of " + now + ", and both are given: leave the old one out");
        }
        String section = now.substring(0, now.lastIndexOf('.'));
        JsonNode place = RecipeTree.at(tree, section);
        if (!place.isMissingNode() && !place.isObject()) {
            throw error(section, section + " is a section with keys and values, not " + JsonProblem.shown(place));
        }
        parent(tree, old).remove(last(old));
        parent(tree, now).set(last(now), value);
        String origin = origins.get(old);
        if (origin != null) {
            origins.put(now, origin);
            notices.add(old + " is the old name of " + now + " (" + origin + ")");
        }
    }

    private static ObjectNode parent(ObjectNode tree, String key) {
        return RecipeTree.place(tree, key.substring(0, key.lastIndexOf('.')));
    }

    private static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
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

    /** Elements of a list; those that are numbers in a text are numbers. */
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
        DetectionModelProvider<?> kind = kind();
        values = RecipeTree.defaults(kind, sections);
        if (base != null) {
            if (!kind.kind().equals(baseKind)) {
                RecipeTree.removeOwn(base, DetectionModels.of(baseKind));
            }
            merge(base, values, "");
        }
        given.forEach(tree -> merge(tree, values, ""));
        for (RecipeSection section : sections) {
            boolean isGiven = given.stream()
                    .anyMatch(tree -> !RecipeTree.at(tree, section.name()).isMissingNode());
            if (isGiven && !RecipeTree.isChosen(section, values)) {
                notices.add(section.name() + " is not read, as " + section.chosenBy() + " is "
                        + JsonProblem.shown(RecipeTree.at(values, section.chosenBy())) + " ("
                        + origins.getOrDefault(section.name(), name) + ")");
            }
        }
        try {
            return RecipeTree.recipe(values, sections);
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

    /** The kind of detector that was given last. */
    private DetectionModelProvider<?> kind() {
        String key = RecipeTree.MODEL + "." + RecipeTree.KIND;
        String kind = baseKind;
        for (ObjectNode tree : given) {
            JsonNode value = RecipeTree.at(tree, key);
            if (isNothing(value)) {
                continue;
            }
            kind = value.isString() ? value.stringValue().strip() : JsonProblem.shown(value);
        }
        try {
            return DetectionModels.of(kind);
        } catch (IllegalArgumentException e) {
            throw error(key, e.getMessage());
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

    private RecipeException error(String key, String message) {
        return new RecipeException(message + " (" + origins.getOrDefault(key, name) + ")");
    }

    private String nearest(String key) {
        List<String> known = new ArrayList<>();
        keys(values, "", known);
        return EditDistance.nearest(key, known);
    }

    private static void keys(ObjectNode node, String section, List<String> into) {
        node.properties().forEach(property -> {
            String key = join(section, property.getKey());
            into.add(key);
            if (property.getValue() instanceof ObjectNode inner) {
                keys(inner, key, into);
            }
        });
    }

    private static String names(ObjectNode node) {
        return node.properties().stream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
    }

    private static String join(String section, String key) {
        return section.isEmpty() ? key : section + "." + key;
    }
}
