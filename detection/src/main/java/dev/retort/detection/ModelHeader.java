package dev.retort.detection;

import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.nn.checkpoint.ArchitectureException;
import dev.retort.tensor.io.JsonProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a model file says of its detector besides the weights: the recipe that it was made by and the classes that it knows,
 * both as JSON in the header's metadata. Nothing in it is trusted: somebody else may have written the file.
 */
record ModelHeader(Recipe recipe, List<Category> categories) {
    static final String RECIPE_KEY = "recipe";
    static final String CLASSES_KEY = "classes";

    /** A list of classes, a class; more, so that what is wrong there is told by its place. */
    private static final int DEPTH = 8;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .build();

    ModelHeader {
        categories = List.copyOf(categories);
    }

    /**
     * Reads a header's metadata.
     *
     * @throws IOException naming the file and the field that is missing or wrong
     */
    static ModelHeader read(Path file, Map<String, String> metadata) throws IOException {
        if (!metadata.containsKey(RECIPE_KEY) || !metadata.containsKey(CLASSES_KEY)) {
            throw new IOException(file + " holds no detector: its header names no recipe and no classes."
                    + " Take a model.safetensors that 'retort train' or 'retort distill' wrote");
        }
        try {
            Recipe recipe = RecipeReader.parseJson(metadata.get(RECIPE_KEY), file + ", the recipe in its header");
            return new ModelHeader(recipe, categories(file, metadata.get(CLASSES_KEY)));
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static List<Category> categories(Path file, String json) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new IOException(file + ": the list of classes in its header " + JsonProblem.of(e, "JSON"), e);
        }
        if (!root.isArray() || root.isEmpty()) {
            throw new IOException(file + ": 'classes' in its header is " + JsonProblem.shown(root)
                    + ", not a list of one class or more");
        }
        List<Category> categories = new ArrayList<>();
        Set<Long> ids = new HashSet<>();
        for (JsonNode entry : root) {
            JsonNode id = entry.path("id");
            JsonNode name = entry.path("name");
            boolean whole = id.isIntegralNumber() && id.canConvertToLong();
            if (!whole || !name.isString()) {
                throw new IOException(file + ": class number " + categories.size() + " in its header is "
                        + JsonProblem.shown(entry) + ", which has no whole number 'id' and text 'name'");
            }
            if (!ids.add(id.longValue())) {
                throw new IOException(file + ": two classes in its header have the id " + id.longValue());
            }
            categories.add(new Category(id.longValue(), name.stringValue()));
        }
        return categories;
    }

    /** As metadata of a file, in a fixed order, so that equal models are equal files. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(RECIPE_KEY, JSON.writeValueAsString(recipe));
        metadata.put(CLASSES_KEY, JSON.writeValueAsString(categories));
        return metadata;
    }

    /** Says which field of the header does not fit the file's tensors. */
    IOException mismatch(Path file, ArchitectureException e) {
        return new IOException(
                file + ": its header does not fit its weights: it says " + field(e.tensor()) + ", but " + e.difference()
                        + ". Restore the file",
                e);
    }

    /** The field that the shape or the being there of a tensor depends on, other fields being right. */
    private String field(String tensor) {
        Recipe.Model model = recipe.model();
        if (tensor.startsWith("backbone.bottom_up.stem.")) {
            return "model.width " + model.width();
        }
        if (tensor.startsWith("backbone.bottom_up.")) {
            return "model.depth " + model.depth() + " and model.width " + model.width();
        }
        if (tensor.startsWith("backbone.")) {
            return "model.pyramidChannels " + model.pyramidChannels();
        }
        if (tensor.startsWith("head.cls_score.")) {
            return categories.size() + " classes";
        }
        return "model.headConvolutions " + model.headConvolutions();
    }
}
