package dev.retort.detection.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/**
 * How the network that some weights are of takes images: what a recipe with {@code model.weights} has unless it says otherwise. Found
 * by {@link ServiceLoader}, as recipes know nothing of files of weights.
 */
public interface WeightConventions {
    /** Keys that every file settles; a recipe that gives them all was written whole, and needs no file. */
    List<String> ALWAYS =
            List.of("model.depth", "model.width", "model.strideIn1x1", "model.norm", "model.freezeAt", "data.pixels");

    /**
     * Settings of a recipe, {@code key=value} each: depth, stride, norms, pixels, and of a whole detector the rest of its section
     * {@code model}.
     *
     * @throws IOException if the file is none, naming it
     */
    List<String> settings(Path weights) throws IOException;

    /** As {@link #settings} of the one that there is. */
    static List<String> of(Path weights) throws IOException {
        WeightConventions found = ServiceLoader.load(WeightConventions.class, WeightConventions.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No jar of detection is on the class path with its"
                        + " META-INF/services/" + WeightConventions.class.getName()));
        return found.settings(weights);
    }
}
