package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.ModelHeader;
import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.recipe.WeightConventions;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.checkpoint.WeightCopy;
import dev.retort.tensor.io.SafeTensors;
import dev.retort.tensor.io.SafeTensorsException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
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
        recipe = ModelHeader.recipe(file.file(), file.metadata());
        categories = file.metadata().containsKey(ModelHeader.CLASSES_KEY)
                ? ModelHeader.read(file.file(), file.metadata()).categories()
                : List.of();
    }

    /** The file, if Retort wrote it. */
    static Optional<RetortFile> open(Path path) throws IOException {
        SafeTensors file;
        try {
            file = SafeTensors.open(path);
        } catch (SafeTensorsException | NoSuchFileException e) {
            // Of another format, or not there: the reader of foreign files tells.
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
        return categories.isEmpty()
                ? RecipeReader.settings(recipe, WeightConventions.ALWAYS.toArray(String[]::new))
                : Conventions.of(recipe).settings();
    }

    @Override
    public String description() {
        return kind().map(kind -> kind + " of " + categories.size() + " classes")
                .orElse("backbone");
    }

    @Override
    public Optional<String> kind() {
        return classes().map(known -> recipe.model().kind());
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
