package dev.retort.detection.weights;

import dev.retort.detection.data.Category;
import dev.retort.nn.checkpoint.WeightCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Weights of another program as a start. */
final class ForeignFile implements StartFile {
    private final ForeignWeights weights;

    ForeignFile(Path path, List<Category> categories) throws IOException {
        weights = ForeignWeights.openToStart(path, categories);
    }

    @Override
    public List<String> conventions() {
        return weights.conventions();
    }

    @Override
    public String description() {
        return weights.source().toString();
    }

    @Override
    public Optional<String> kind() {
        WeightSource.Kind kind = weights.source().kind();
        return kind == WeightSource.Kind.BACKBONE ? Optional.empty() : Optional.of(kind.toString());
    }

    @Override
    public Optional<List<Category>> classes() {
        return weights.knownClasses();
    }

    @Override
    public Map<String, WeightCopy.Source> tensors() {
        Map<String, WeightCopy.Source> sources = new LinkedHashMap<>();
        weights.shapes()
                .forEach((name, shape) -> sources.put(name, WeightCopy.Source.read(shape, () -> weights.values(name))));
        return sources;
    }

    @Override
    public void close() throws IOException {
        weights.close();
    }
}
