package dev.retort.detection.weights;

import dev.retort.nn.checkpoint.FileValues;
import dev.retort.nn.weights.WeightFileException;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** The values of another program's file. */
final class ImportedValues extends FileValues {
    private static final String OTHER =
            "The file is of another network than its names say: take another one, or set what differs"
                    + " (--set model.KEY=VALUE)";

    private final Path file;
    private final Map<String, ImportedTensor> tensors;

    ImportedValues(Path file, Map<String, ImportedTensor> tensors) {
        this.file = file;
        this.tensors = tensors;
    }

    @Override
    protected Tensor read(String name, Shape shape, Backend backend, DType dtype) throws IOException {
        ImportedTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new WeightFileException(file, "has nothing for '" + name + "' " + shape, OTHER);
        }
        if (!tensor.shape().equals(shape)) {
            throw new WeightFileException(
                    file, "has " + tensor.shape() + " for '" + name + "', which is " + shape + " here", OTHER);
        }
        Tensor values = backend.upload(tensor.values(file), shape, DType.F32);
        if (dtype == DType.F32) {
            return values;
        }
        try (values) {
            return backend.cast(values, dtype);
        }
    }

    @Override
    protected void requireAllUsed(Set<String> used) throws WeightFileException {
        for (String name : tensors.keySet()) {
            if (!used.contains(name)) {
                throw new WeightFileException(file, "has '" + name + "', which the network has no place for", OTHER);
            }
        }
    }
}
