package dev.retort.detection.weights;

import dev.retort.detection.data.Category;
import dev.retort.nn.checkpoint.WeightCopy;
import dev.retort.nn.weights.WeightFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A file that training starts from: of another program, or a model or backbone of Retort's. */
interface StartFile extends AutoCloseable {
    /** Settings of a recipe that follow the file, {@code key=value} each. */
    List<String> conventions();

    /** For messages: {@code torchvision ResNet}. */
    String description();

    /** The kind of detector that it holds, as recipes name it; none for a backbone. */
    Optional<String> kind();

    /** The classes that it knows by name; none if it does not, or knows none. */
    Optional<List<Category>> classes();

    /** The tensors by our names, without the section's. */
    Map<String, WeightCopy.Source> tensors() throws IOException;

    @Override
    void close() throws IOException;

    /**
     * Opens a file.
     *
     * @param categories of the detector that is to start from it; empty if only conventions are asked for
     * @throws WeightFileException if it is no weight file
     * @throws IOException if it cannot be read
     */
    static StartFile open(Path path, List<Category> categories) throws IOException {
        Optional<RetortFile> own = RetortFile.open(path);
        return own.isPresent() ? own.get() : new ForeignFile(path, categories);
    }
}
