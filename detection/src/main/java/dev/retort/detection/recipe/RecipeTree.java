package dev.retort.detection.recipe;

import dev.retort.detection.model.DetectionModelProvider;
import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.model.ModelSettings;
import dev.retort.tensor.io.JsonProblem;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A recipe as a tree of keys and values, and back. The settings of the kind of detector lie in the section {@code model} beside
 * those that all kinds have; sections of other modules lie where their name says.
 */
final class RecipeTree {
    /** A recipe, a section, a section in it, a list in it; more, so that what is wrong there is told by its key. */
    static final int DEPTH = 16;

    static final String MODEL = "model";
    static final String KIND = "kind";

    static final YAMLMapper MAPPER = YAMLMapper.builder(YAMLFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    private static final String DATA = "data";
    private static final String OPTIMIZER = "optimizer";
    private static final String TRAINING = "training";

    /** Today's dotted keys by that of older recipes which gave the value of each. */
    static final Map<String, List<String>> RENAMED = Map.of("optimizer.rate", List.of("optimizer.learningRate"));

    static final String WEIGHTS = "model.weights";

    private RecipeTree() {}

    /** The sections that every recipe has, whatever modules there are. */
    static Set<String> required() {
        return Set.of(MODEL, DATA, OPTIMIZER, TRAINING);
    }

    /** All keys with their defaults, for a kind of detector; sections that have to be chosen are there, too. */
    static ObjectNode defaults(DetectionModelProvider<?> kind, List<RecipeSection> sections) {
        ModelSettings model = ModelSettings.defaults(kind.kind());
        List<Record> own = new ArrayList<>(List.of(kind.defaults()));
        sections.forEach(section -> own.add(section.defaults()));
        return of(
                new Recipe(model, Recipe.Data.defaults(), Recipe.Optimizer.defaults(), Recipe.Training.defaults(), own),
                sections);
    }

    /** A recipe's keys and values. */
    static ObjectNode of(Recipe recipe, List<RecipeSection> sections) {
        ObjectNode tree = MAPPER.createObjectNode();
        ObjectNode model = MAPPER.valueToTree(recipe.model());
        Record kind =
                recipe.own(DetectionModels.of(recipe.model().kind()).defaults().getClass());
        model.setAll(MAPPER.<ObjectNode>valueToTree(kind));
        tree.set(MODEL, model);
        tree.set(DATA, MAPPER.valueToTree(recipe.data()));
        tree.set(OPTIMIZER, MAPPER.valueToTree(recipe.optimizer()));
        tree.set(TRAINING, MAPPER.valueToTree(recipe.training()));
        for (RecipeSection section : sections) {
            recipe.find(section.defaults().getClass()).ifPresent(settings -> place(tree, section.name())
                    .setAll(MAPPER.<ObjectNode>valueToTree(settings)));
        }
        return tree;
    }

    /** The keys of a tree whose values are not those of another one. */
    static ObjectNode differences(ObjectNode tree, ObjectNode other) {
        ObjectNode differences = MAPPER.createObjectNode();
        tree.properties().forEach(property -> {
            JsonNode value = property.getValue();
            JsonNode before = other.path(property.getKey());
            if (value instanceof ObjectNode inner && before instanceof ObjectNode innerBefore) {
                ObjectNode more = differences(inner, innerBefore);
                if (!more.isEmpty()) {
                    differences.set(property.getKey(), more);
                }
            } else if (!value.equals(before)) {
                differences.set(property.getKey(), value);
            }
        });
        return differences;
    }

    /** A tree with the keys of each section in alphabetical order. */
    static ObjectNode sorted(ObjectNode tree) {
        ObjectNode sorted = MAPPER.createObjectNode();
        tree.properties().stream().sorted(Map.Entry.comparingByKey()).forEach(property -> {
            JsonNode value = property.getValue();
            sorted.set(property.getKey(), value instanceof ObjectNode inner ? sorted(inner) : value);
        });
        return sorted;
    }

    /** The value at a dotted key; a missing node if there is none. */
    static JsonNode at(ObjectNode tree, String key) {
        return tree.at("/" + key.replace('.', '/'));
    }

    /** The node of a section, made if it is not there. */
    static ObjectNode place(ObjectNode tree, String name) {
        ObjectNode node = tree;
        for (String part : name.split("\\.")) {
            node = node.get(part) instanceof ObjectNode inner ? inner : node.putObject(part);
        }
        return node;
    }

    /** The recipe of a tree in which every key has a value. */
    static Recipe recipe(ObjectNode tree, List<RecipeSection> sections) {
        ObjectNode model = (ObjectNode) tree.get(MODEL);
        ModelSettings common = settings(model, MODEL, ModelSettings.class);
        List<Record> own = new ArrayList<>();
        own.add(settings(
                model, MODEL, DetectionModels.of(common.kind()).defaults().getClass()));
        for (RecipeSection section : sections) {
            if (isChosen(section, tree)) {
                JsonNode node = at(tree, section.name());
                own.add(settings(
                        (ObjectNode) node, section.name(), section.defaults().getClass()));
            }
        }
        return new Recipe(
                common,
                settings((ObjectNode) tree.get(DATA), DATA, Recipe.Data.class),
                settings((ObjectNode) tree.get(OPTIMIZER), OPTIMIZER, Recipe.Optimizer.class),
                settings((ObjectNode) tree.get(TRAINING), TRAINING, Recipe.Training.class),
                own);
    }

    /** Whether a recipe reads a section. */
    static boolean isChosen(RecipeSection section, ObjectNode tree) {
        if (section.chosenBy().isEmpty()) {
            return true;
        }
        JsonNode names = at(tree, section.chosenBy());
        return names instanceof ArrayNode list
                && list.valueStream()
                        .anyMatch(name ->
                                name.isString() && name.stringValue().strip().equals(section.last()));
    }

    /** Takes the keys of a kind's own settings out. */
    static void removeOwn(ObjectNode tree, DetectionModelProvider<?> kind) {
        ((ObjectNode) tree.get(MODEL)).remove(keys(kind.defaults().getClass()));
        ((ObjectNode) tree.get(MODEL)).remove(KIND);
    }

    private static <S> S settings(ObjectNode node, String section, Class<S> type) {
        Set<String> keys = keys(type);
        ObjectNode taken = MAPPER.createObjectNode();
        node.properties().stream()
                .filter(property -> keys.contains(property.getKey()))
                .forEach(property -> taken.set(property.getKey(), property.getValue()));
        try {
            return MAPPER.treeToValue(taken, type);
        } catch (JacksonException e) {
            List<String> parts = new ArrayList<>(List.of(section.split("\\.")));
            Collections.reverse(parts);
            parts.forEach(part -> e.prependPath(node, part));
            throw e;
        }
    }

    private static Set<String> keys(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
