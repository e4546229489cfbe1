package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.ModelHeader;
import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.checkpoint.WeightCopy;
import dev.retort.tensor.io.SafeTensors;
import dev.retort.tensor.io.SafeTensorsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A detector or a {@linkplain BackboneFile backbone} that Retort wrote, as a start. */
final class RetortFile implements StartFile {
    private final SafeTensors file;
    private final Recipe recipe;
    private final List<Category> categories;

    private RetortFile(SafeTensors file) throws IOException {
        this.file = file;
        ModelHeader.requireReadable(file.file(), file.metadata());
        if (file.metadata().containsKey(ModelHeader.CLASSES_KEY)) {
            ModelHeader header = ModelHeader.read(file.file(), file.metadata());
            recipe = header.recipe();
            categories = header.categories();
        } else {
            recipe = BackboneFile.recipe(file.file(), file.metadata());
            categories = List.of();
        }
    }

    /** The file, if Retort wrote it. */
    static Optional<RetortFile> open(Path path) throws IOException {
        SafeTensors file;
        try {
            file = SafeTensors.open(path);
        } catch (SafeTensorsException e) {
            // Of another format, or one that says nothing to us: the reader of foreign files tells what it is.
            return Optional.empty();
        }
        try {
            if (file.metadata().containsKey(ModelHeader.RECIPE_KEY)) {
                return Optional.of(new RetortFile(file));
            }
            file.close();
            return Optional.empty();
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    @Override
    public List<String> conventions() {
        return kind() == WeightSource.Kind.BACKBONE ? BackboneFile.settings(recipe) : Conventions.ofDetector(recipe);
    }

    @Override
    public String description() {
        return kind() == WeightSource.Kind.BACKBONE
                ? "backbone"
                : recipe.model().kind() + " of " + categories.size() + " classes";
    }

    @Override
    public WeightSource.Kind kind() {
        return categories.isEmpty()
                ? WeightSource.Kind.BACKBONE
                : WeightSource.Kind.valueOf(recipe.model().kind().toUpperCase(Locale.ROOT));
    }

    @Override
    public Optional<List<Category>> classes() {
        return categories.isEmpty() ? Optional.empty() : Optional.of(categories);
    }

    @Override
    public Map<String, WeightCopy.Source> tensors() throws IOException {
        return Checkpoint.sources(file, Detector.SECTION);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
