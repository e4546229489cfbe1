package dev.retort.detection.weights;

import dev.retort.nn.FirstValues;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.weights.WeightFileException;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A network's first values out of another program's file: every one of the network, and none is left over. */
final class ImportedValues implements FirstValues {
    private static final String OTHER =
            "The file is of another network than its names say: take another one, or set what differs"
                    + " (--set model.KEY=VALUE)";

    private final Path file;
    private final Map<String, ImportedTensor> tensors;
    private final Backend backend;
    private final DType dtype;
    private final Set<String> left;
    private final List<Tensor> made = new ArrayList<>();

    ImportedValues(Path file, Map<String, ImportedTensor> tensors, Backend backend, DType dtype) {
        this.file = file;
        this.tensors = tensors;
        this.backend = backend;
        this.dtype = dtype;
        left = new LinkedHashSet<>(tensors.keySet());
    }

    @Override
    public Tensor tensor(String name, Shape shape, Initializer initializer) {
        try {
            ImportedTensor tensor = tensors.get(name);
            if (tensor == null) {
                throw new WeightFileException(file, "has nothing for '" + name + "' " + shape, OTHER);
            }
            if (!tensor.shape().equals(shape)) {
                throw new WeightFileException(
                        file, "has " + tensor.shape() + " for '" + name + "', which is " + shape + " here", OTHER);
            }
            left.remove(name);
            Tensor first = backend.upload(tensor.values(file), shape, DType.F32);
            if (dtype != DType.F32) {
                Tensor narrow = first;
                first = backend.cast(narrow, dtype);
                narrow.close();
            }
            made.add(first);
            return first;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses a file with tensors that the network has no place for. */
    void requireAllUsed() throws WeightFileException {
        if (!left.isEmpty()) {
            throw new WeightFileException(
                    file, "has '" + left.iterator().next() + "', which the network has no place for", OTHER);
        }
    }

    /** Gives back all that was made, when the network fails to be built. */
    void discard() {
        made.forEach(Tensor::close);
    }
}
