package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.ModelHeader;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.backbone.ResNet;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;

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
}
