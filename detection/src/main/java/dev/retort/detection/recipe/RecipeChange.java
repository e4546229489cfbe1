package dev.retort.detection.recipe;

import dev.retort.tensor.io.JsonProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A key whose value is not what it was when a run began.
 *
 * @param key as a recipe file has it, {@code model.depth}
 * @param before its old value, as a text
 * @param now its new value
 */
public record RecipeChange(String key, String before, String now) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What a change of a key does to a run that goes on. */
    public enum Effect {
        /** The checkpoint's numbers belong to another network or optimiser: there is no going on. */
        ARCHITECTURE,
        /** The same network learns something else from here on. */
        MEANING,
        /** The run takes another course, with a result of the same kind. */
        COURSE,
        /** No number changes. */
        NONE
    }

    /**
     * The keys that differ, in the recipe's order.
     *
     * @param before a recipe as JSON, of this version or an older one; keys that it lacks are passed over
     * @param distilling whether the keys of distillation count
     * @throws JacksonException if {@code before} is no JSON
     * @throws IllegalArgumentException if it is no object
     */
    public static List<RecipeChange> between(String before, Recipe now, boolean distilling) {
        JsonNode old = JSON.readTree(before);
        if (!old.isObject()) {
            throw new IllegalArgumentException("A recipe is an object, not " + before);
        }
        // Both as a text has them: 0.0 and 0 are one number.
        JsonNode current = JSON.readTree(JSON.writeValueAsString(now));
        List<RecipeChange> changes = new ArrayList<>();
        for (Map.Entry<String, JsonNode> section : current.properties()) {
            for (Map.Entry<String, JsonNode> field : section.getValue().properties()) {
                JsonNode earlier = old.path(section.getKey()).path(field.getKey());
                boolean counts = distilling || !section.getKey().equals("distillation");
                if (counts && !earlier.isMissingNode() && !earlier.equals(field.getValue())) {
                    changes.add(new RecipeChange(
                            section.getKey() + "." + field.getKey(), text(earlier), text(field.getValue())));
                }
            }
        }
        return changes;
    }

    /** As a recipe file has it: constants in small letters. */
    private static String text(JsonNode value) {
        return value.isString() ? value.stringValue().toLowerCase(Locale.ROOT) : value.toString();
    }

    /** What this change does. */
    public Effect effect() {
        return effect(key);
    }

    /**
     * What a change of a key does.
     *
     * @throws IllegalArgumentException if a recipe has no such key
     */
    static Effect effect(String key) {
        return switch (key) {
            case "model.depth",
                    "model.width",
                    "model.pyramidChannels",
                    "model.headConvolutions",
                    "model.norm",
                    "model.strideIn1x1",
                    "model.freezeAt",
                    "model.anchorSizes",
                    "optimizer.kind",
                    "distillation.heads",
                    "distillation.layers",
                    "distillation.hidden" -> Effect.ARCHITECTURE;
            case "data.shortEdges", "data.longEdge", "data.pixels", "data.keepEmpty" -> Effect.MEANING;
            // Which pictures are learnt from is compared by content.
            case "data.trainSplit",
                    "data.testSplit",
                    "data.broken",
                    "data.flip",
                    "optimizer.rate",
                    "optimizer.momentum",
                    "optimizer.weightDecay",
                    "optimizer.schedule",
                    "optimizer.steps",
                    "optimizer.warmupIterations",
                    "optimizer.warmupFactor",
                    "optimizer.clipValue",
                    "optimizer.clipNorm",
                    "training.iterations",
                    "training.epochs",
                    "training.batch",
                    "training.accumulate",
                    "training.seed",
                    "distillation.weight",
                    "distillation.startIteration",
                    "distillation.negativesPerPositive",
                    "distillation.maxInstances",
                    "distillation.auxiliaryWeight",
                    "distillation.temperature",
                    "distillation.uniformPrior",
                    "distillation.rate",
                    "distillation.weightDecay",
                    "distillation.clipNorm" -> Effect.COURSE;
            // Inheritance was done when the run began.
            case "data.cacheMegabytes",
                    "training.checkpointEvery",
                    "training.logEvery",
                    "training.recomputeBlocks",
                    "distillation.inheritPyramid",
                    "distillation.inheritHead" -> Effect.NONE;
            default -> throw new IllegalArgumentException("A recipe has no key " + key);
        };
    }

    /** For example {@code optimizer.rate: 0.01 in the checkpoint, 0.001 now}. */
    @Override
    public String toString() {
        return key + ": " + JsonProblem.shown(before) + " in the checkpoint, " + JsonProblem.shown(now) + " now";
    }
}
