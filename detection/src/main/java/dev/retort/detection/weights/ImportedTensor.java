package dev.retort.detection.weights;

import dev.retort.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;

/** A tensor under our name and in our layout, whose values are read when asked for. */
interface ImportedTensor {
    Shape shape();

    /** @param file for messages */
    float[] values(Path file) throws IOException;
}
