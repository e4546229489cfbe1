package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.ModelHeader;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.backbone.ResNet;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A residual net alone in a file of Retort's: what {@code model.weights} of a recipe can start a detector from. */
public final class BackboneFile {
    private BackboneFile() {}

    /** A backbone under the names that it has in a detector. */
    private static final class Backbone extends Module {
        Backbone(BuildContext context, Recipe recipe) {
            super(context);
            String name = NameTable.BACKBONE.substring(0, NameTable.BACKBONE.length() - 1);
            child(name, at -> new ResNet(at, recipe.model().backbone()));
        }
    }

    /**
     * Writes the backbone of weights of another program, whole or not at all.
     *
     * @param weights taken as a backbone
     * @throws IOException if they are damaged, or the file cannot be written
     */
    public static void write(ForeignWeights weights, Path file, Backend backend) throws IOException {
        try (Module backbone = weights.build(backend, DType.F32, at -> new Backbone(at, weights.recipe()))) {
            new Checkpoint().model(Detector.SECTION, backbone).save(file, ModelHeader.metadata(weights.recipe()));
        }
    }

    static Recipe recipe(Path file, Map<String, String> metadata) throws IOException {
        try {
            return RecipeReader.parseJson(metadata.get(ModelHeader.RECIPE_KEY), file + ", the recipe in its header");
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The settings that follow a backbone. */
    static List<String> settings(Recipe recipe) {
        return List.of(
                "model.depth=" + recipe.model().depth(),
                "model.width=" + recipe.model().width(),
                "model.strideIn1x1=" + recipe.model().strideIn1x1(),
                "model.norm=" + recipe.model().norm(),
                "model.freezeAt=" + recipe.model().freezeAt(),
                "data.pixels=" + recipe.data().pixels());
    }
}
