package dev.retort.detection.recipe;

import dev.retort.tensor.io.JsonProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys and values that were given for a recipe, in the order in which they count, old keys under their new names. */
final class RecipeInput {
    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(RecipeTree.DEPTH))
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final List<ObjectNode> given = new ArrayList<>();

    /** Where a key was given, by its dotted name. */
    private final Map<String, String> origins = new HashMap<>();

    private final List<String> notices = new ArrayList<>();
    private final List<RecipeSection> sections = RecipeSections.all();
    private final String name;

    /** @param name stands for a file in messages */
    RecipeInput(String name) {
        this.name = name;
    }

    /** The trees that were given; a later one wins. */
    List<ObjectNode> given() {
        return given;
    }

    List<RecipeSection> sections() {
        return sections;
    }

    /** For the user, one sentence each. */
    List<String> notices() {
        return notices;
    }

    /** Takes a file's content in. */
    void yaml(String yaml) {
        JsonNode read;
        try {
            try (JsonParser parser = RecipeTree.MAPPER.createParser(yaml)) {
                for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (token == JsonToken.PROPERTY_NAME) {
                        String pointer =
                                parser.streamReadContext().pathAsPointer().toString();
                        int line = parser.currentTokenLocation().getLineNr();
                        origins.put(pointer.substring(1).replace('/', '.'), name + ", line " + line);
                    }
                }
            }
            read = RecipeTree.MAPPER.readTree(yaml);
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

    /** Takes {@code key=value} in. */
    void setting(String setting) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
            throw new RecipeException("A setting is key=value, such as training.epochs=3, not '" + setting + "'");
        }
        String key = setting.substring(0, equals).strip();
        ObjectNode tree = RecipeTree.MAPPER.createObjectNode();
        ObjectNode section = tree;
        String[] parts = key.split("\\.", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            section = section.putObject(parts[i]);
        }
        try {
            section.set(parts[parts.length - 1], RecipeTree.MAPPER.readTree(setting.substring(equals + 1)));
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
        RecipeTree.RENAMED.forEach((old, now) -> rename(tree, old, now));
        for (RecipeSection section : sections) {
            section.renamed().forEach((old, now) -> rename(tree, old, now));
        }
        given.add(tree);
    }

    private void rename(ObjectNode tree, String old, List<String> now) {
        JsonNode value = RecipeTree.at(tree, old);
        if (value.isMissingNode()) {
            return;
        }
        for (String key : now) {
            if (!RecipeTree.at(tree, key).isMissingNode()) {
                throw error(old, old + " is the old name of " + key + ", and both are given: leave the old one out");
            }
            String section = key.substring(0, key.lastIndexOf('.'));
            JsonNode place = RecipeTree.at(tree, section);
            if (!place.isMissingNode() && !place.isObject()) {
                throw error(section, section + " is a section with keys and values, not " + JsonProblem.shown(place));
            }
        }
        parent(tree, old).remove(last(old));
        now.forEach(key -> parent(tree, key).set(last(key), value));
        String origin = origins.get(old);
        if (origin != null) {
            now.forEach(key -> origins.put(key, origin));
            notices.add(old + " is the old name of " + String.join(" and ", now) + " (" + origin + ")");
        }
    }

    static ObjectNode parent(ObjectNode tree, String key) {
        return RecipeTree.place(tree, key.substring(0, key.lastIndexOf('.')));
    }

    static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** Takes the recipe of a model's header in, and gives its tree. */
    ObjectNode header(String json) {
        JsonNode read;
        try {
            read = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new RecipeException(name + " " + JsonProblem.of(e, "JSON"), e);
        }
        if (!(read instanceof ObjectNode tree)) {
            throw new RecipeException(name + " is " + JsonProblem.shown(read) + ", not an object");
        }
        give(tree);
        return tree;
    }

    /** Takes out of a tree what belongs to a module that is not there. */
    void passOverMissingModules(ObjectNode tree) {
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

    /** What was wrong with a key, and where it was given. */
    RecipeException error(String key, String message) {
        return new RecipeException(message + " (" + origin(key) + ")");
    }

    /** The text, number or list that was given last for a key; none if it was not given. */
    Optional<JsonNode> value(String key) {
        JsonNode last = null;
        for (ObjectNode tree : given) {
            JsonNode value = RecipeTree.at(tree, key);
            last = value.isMissingNode() ? last : value;
        }
        return Optional.ofNullable(last);
    }

    /** Where a key was given. */
    String origin(String key) {
        return origins.getOrDefault(key, name);
    }

    /** Whether a value says nothing: a text of blanks and control characters is null to the mapper where a number is wanted. */
    static boolean isNothing(JsonNode value) {
        return value.isNull()
                || value.isMissingNode()
                || value.isString() && value.stringValue().trim().isEmpty();
    }

    static String join(String section, String key) {
        return section.isEmpty() ? key : section + "." + key;
    }
}
