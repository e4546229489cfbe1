package dev.retort.nn.checkpoint;

import dev.retort.nn.FirstValues;
import dev.retort.nn.init.Initializer;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A model's first values out of a section of a file. A tensor is held against the file's before memory is taken for it, so a
 * model that is not the file's costs no more than the file has.
 */
final class StoredValues implements FirstValues {
    private final SafeTensors source;
    private final String section;
    private final Backend backend;
    private final DType dtype;
    private final Set<String> given = new HashSet<>();
    private final List<Tensor> made = new ArrayList<>();

    StoredValues(SafeTensors source, String section, Backend backend, DType dtype) {
        this.source = source;
        this.section = section;
        this.backend = backend;
        this.dtype = dtype;
    }

    @Override
    public Tensor tensor(String name, Shape shape, Initializer initializer) {
        SafeTensors.Entry entry = source.entries().get(section + '.' + name);
        try {
            if (entry == null) {
                throw new ArchitectureException(source.file(), section, name, Differences.missing(name, shape));
            }
            if (!entry.shape().equals(shape)) {
                throw new ArchitectureException(
                        source.file(), section, name, Differences.shapes(name, entry.shape(), shape));
            }
            Checkpoint.requireFinite(source.file(), entry);
            given.add(name);
            Tensor tensor = Checkpoint.upload(backend, entry, dtype);
            made.add(tensor);
            return tensor;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses a section that has tensors which nobody asked for. */
    void requireAllGiven() throws ArchitectureException {
        String prefix = section + '.';
        for (SafeTensors.Entry entry : source.entries().values()) {
            String name = entry.name().startsWith(prefix) ? entry.name().substring(prefix.length()) : null;
            if (name != null && !given.contains(name)) {
                throw new ArchitectureException(source.file(), section, name, Differences.surplus(name, entry.shape()));
            }
        }
    }

    /** Gives back all that was made, when the model fails to be built. */
    void discard() {
        made.forEach(Tensor::close);
    }
}
