package dev.retort.detection.weights;

import dev.retort.detection.recipe.WeightConventions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a recipe follows where it has {@code model.weights}. */
public final class StartConventions implements WeightConventions {
    @Override
    public List<String> settings(Path weights) throws IOException {
        try (StartFile file = StartFile.open(weights, List.of())) {
            return file.conventions();
        }
    }
}
