package dev.retort.detection;

import dev.retort.detection.data.Category;
import dev.retort.detection.model.ModelSettings;
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
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a model file says of its detector besides the weights: the recipe that it was made by and the classes that it knows,
 * both as JSON in the header's metadata. Nothing in it is trusted: somebody else may have written the file.
 */
public record ModelHeader(Recipe recipe, List<Category> categories) {
    public static final String RECIPE_KEY = "recipe";
    public static final String CLASSES_KEY = "classes";
    public static final String VERSION_KEY = "retort";

    private static final String FORMAT_KEY = "format";
    private static final String UNKNOWN = "unknown";

    /** The newest format that this version reads, and the one that it writes. Files without a number are of format 1. */
    private static final int FORMAT = 3;

    /** A list of classes, a class; more, so that what is wrong there is told by its place. */
    private static final int DEPTH = 8;

    /** The layer that gives a number for each class. */
    private static final Pattern CLASS_LAYER = Pattern.compile("head\\.cls_(score|logits)\\.");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .build();

    public ModelHeader {
        categories = List.copyOf(categories);
    }

    /**
     * Reads a header's metadata.
     *
     * @throws IOException naming the file and the field that is missing or wrong
     */
    public static ModelHeader read(Path file, Map<String, String> metadata) throws IOException {
        if (!metadata.containsKey(RECIPE_KEY) || !metadata.containsKey(CLASSES_KEY)) {
            throw new IOException(file + " holds no detector: its header names no recipe and no classes."
                    + " Take a model.safetensors that 'retort train' or 'retort distill' wrote");
        }
        requireReadable(file, metadata);
        return new ModelHeader(recipe(file, metadata), categories(file, metadata.get(CLASSES_KEY)));
    }

    /**
     * Reads the recipe of a header's metadata, which has one.
     *
     * @throws IOException naming the file and the field that is missing or wrong
     */
    public static Recipe recipe(Path file, Map<String, String> metadata) throws IOException {
        try {
            return RecipeReader.parseJson(metadata.get(RECIPE_KEY), file + ", the recipe in its header");
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * Refuses a file that a later version of Retort wrote in a format that this one does not read.
     *
     * @throws IOException naming both formats and the version
     */
    public static void requireReadable(Path file, Map<String, String> metadata) throws IOException {
        String format = metadata.getOrDefault(FORMAT_KEY, "1");
        int number;
        try {
            number = Integer.parseInt(format);
        } catch (NumberFormatException e) {
            throw new IOException(
                    file + ": its entry '" + FORMAT_KEY + "' is '" + JsonProblem.shown(format)
                            + "', not a number: the file is damaged",
                    e);
        }
        if (number > FORMAT) {
            String version = metadata.getOrDefault(VERSION_KEY, UNKNOWN);
            throw new IOException(file + " has format " + number + ", and this version of Retort reads formats up to "
                    + FORMAT + ": take "
                    + (version.equals(UNKNOWN)
                            ? "a later version"
                            : "Retort " + JsonProblem.shown(version) + ", which wrote it, or a later version"));
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
    public Map<String, String> metadata() {
        Map<String, String> metadata = metadata(recipe);
        metadata.put(CLASSES_KEY, JSON.writeValueAsString(categories));
        return metadata;
    }

    /** What a file says that holds no detector, but weights with a recipe. */
    public static Map<String, String> metadata(Recipe recipe) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FORMAT_KEY, Integer.toString(FORMAT));
        metadata.put(VERSION_KEY, version());
        metadata.put(RECIPE_KEY, RecipeReader.writeJson(recipe));
        return metadata;
    }

    /** This version of Retort; unknown where its classes do not come from a jar. */
    private static String version() {
        String version = ModelHeader.class.getPackage().getImplementationVersion();
        return version == null ? UNKNOWN : version;
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
        ModelSettings model = recipe.model();
        if (tensor.startsWith("backbone.bottom_up.stem.")) {
            return "model.width " + model.width();
        }
        if (tensor.startsWith("backbone.bottom_up.")) {
            return "model.depth " + model.depth() + " and model.width " + model.width();
        }
        if (tensor.startsWith("backbone.")) {
            return "model.pyramidChannels " + model.pyramidChannels();
        }
        if (CLASS_LAYER.matcher(tensor).lookingAt()) {
            return categories.size() + " classes";
        }
        return "model.headConvolutions " + model.headConvolutions();
    }
}
