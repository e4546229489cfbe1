package dev.retort.nn.checkpoint;

import dev.retort.tensor.io.SafeTensorsException;
import java.nio.file.Path;

/** A file whose tensors are not those of the model that they are meant for. */
public final class ArchitectureException extends SafeTensorsException {
    private static final long serialVersionUID = 1L;

    private final String tensor;
    private final String difference;

    /** @param tensor the first that differs, by its name in the model */
    ArchitectureException(Path file, String section, String tensor, String difference) {
        super(file, "section '" + section + "' is of another architecture: " + difference);
        this.tensor = tensor;
        this.difference = difference;
    }

    /** The first tensor that differs, by its name in the model. */
    public String tensor() {
        return tensor;
    }

    /** What is different about it, with its name and both shapes. */
    public String difference() {
        return difference;
    }
}
