package dev.retort.detection.recipe;

import dev.retort.detection.model.DetectionModels;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads recipes from YAML and writes them back. A file gives the fields that differ from {@link Recipe#defaults()};
 * settings such as {@code training.epochs=3} go over it. An unknown key, a wrong type and a value out of range are errors
 * that name the key in full, where it was given, and what would be right.
 */
public final class RecipeReader {
    private static final String DEFAULT_KIND = "retinanet";
    /** No recipe is as long. */
    private static final int MOST_BYTES = 100_000;

    private RecipeReader() {}

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
        RecipeInput input = new RecipeInput(name);
        input.yaml(yaml);
        settings.forEach(input::setting);
        return new Read(RecipeAssembly.overWeights(DEFAULT_KIND, input), input.notices());
    }

    /** A recipe with other values. */
    static Recipe change(Recipe recipe, List<String> settings) {
        RecipeInput input = new RecipeInput("the recipe");
        settings.forEach(input::setting);
        return RecipeAssembly.over(recipe, input);
    }

    /**
     * Reads a recipe out of a model's header. A key that is missing, since it came with a later version, has its default; a
     * section of a module that is not on the class path is passed over, and so is its name where a list chooses it.
     *
     * @param name stands for its place in messages
     * @throws RecipeException if anything is wrong with it
     */
    public static Recipe parseJson(String json, String name) {
        RecipeInput input = new RecipeInput(name);
        ObjectNode tree = input.header(json);
        for (String section : RecipeTree.required()) {
            if (!tree.has(section)) {
                throw new RecipeException(name + " has no section '" + section + "'");
            }
        }
        input.passOverMissingModules(tree);
        return RecipeAssembly.over(DEFAULT_KIND, input);
    }

    /** A header's recipe under today's keys; it may lack some. Where it has a section and no list that chooses it, that is added. */
    static ObjectNode upgraded(String json, String name) {
        RecipeInput input = new RecipeInput(name);
        ObjectNode tree = input.header(json);
        for (RecipeSection section : input.sections()) {
            boolean isGiven = RecipeTree.at(tree, section.name()).isObject();
            if (isGiven
                    && RecipeTree.at(tree, section.chosenBy()).isMissingNode()
                    && !section.chosenBy().isEmpty()) {
                RecipeInput.parent(tree, section.chosenBy())
                        .putArray(RecipeInput.last(section.chosenBy()))
                        .add(section.last());
            }
        }
        return tree;
    }

    /** The recipe as YAML with every key, so that a record of it stays right when defaults change. */
    public static String write(Recipe recipe) {
        return RecipeTree.MAPPER.writeValueAsString(RecipeTree.of(recipe, RecipeSections.all()));
    }

    /** The recipe as JSON with every key, for a model's header. */
    public static String writeJson(Recipe recipe) {
        return RecipeInput.JSON.writeValueAsString(RecipeTree.of(recipe, RecipeSections.all()));
    }

    /**
     * What decides a recipe, as JSON: its kind and the keys whose values are not the defaults, sorted. A key that comes with a
     * later version changes no text of an older recipe, as long as its default is what was there before.
     */
    public static String writeDifferences(Recipe recipe) {
        List<RecipeSection> sections = RecipeSections.all();
        ObjectNode defaults =
                RecipeTree.defaults(DetectionModels.of(recipe.model().kind()), sections);
        ObjectNode differences = RecipeTree.differences(RecipeTree.of(recipe, sections), defaults);
        RecipeTree.place(differences, RecipeTree.MODEL)
                .put(RecipeTree.KIND, recipe.model().kind());
        return RecipeInput.JSON.writeValueAsString(RecipeTree.sorted(differences));
    }

    /**
     * Values of a recipe as settings, {@code key=value} each. What {@code model.weights} names is not among them.
     *
     * @param keys dotted, of sections or single ones
     */
    public static List<String> settings(Recipe recipe, String... keys) {
        ObjectNode tree = RecipeTree.of(recipe, RecipeSections.all());
        List<String> settings = new ArrayList<>();
        for (String key : keys) {
            JsonNode value = RecipeTree.at(tree, key);
            if (value instanceof ObjectNode section) {
                section.properties()
                        .forEach(field -> settings.add(key + "." + field.getKey() + "=" + field.getValue()));
            } else {
                settings.add(key + "=" + value);
            }
        }
        settings.removeIf(setting -> setting.startsWith(RecipeTree.WEIGHTS + "="));
        return settings;
    }

    private static String reason(Path file, IOException e) {
        if (!Files.exists(file)) {
            return file + ": there is no such file";
        }
        // A message of the file system's may be without the file, and one about the encoding begins with it.
        String message = String.valueOf(e.getMessage());
        return message.startsWith(file.toString()) ? message : file + ": " + message;
    }
}
