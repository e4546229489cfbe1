package dev.retort.nn.checkpoint;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.util.Set;

/** The values of a section of a checkpoint. */
final class StoredValues extends FileValues {
    private final SafeTensors source;
    private final String section;

    StoredValues(SafeTensors source, String section) {
        this.source = source;
        this.section = section;
    }

    @Override
    protected Tensor read(String name, Shape shape, Backend backend, DType dtype) throws IOException {
        SafeTensors.Entry entry = source.entries().get(section + '.' + name);
        if (entry == null) {
            throw new ArchitectureException(source.file(), section, name, Differences.missing(name, shape));
        }
        if (!entry.shape().equals(shape)) {
            throw new ArchitectureException(
                    source.file(), section, name, Differences.shapes(name, entry.shape(), shape));
        }
        Checkpoint.requireFinite(source.file(), entry);
        return Checkpoint.upload(backend, entry, dtype);
    }

    @Override
    protected void requireAllUsed(Set<String> used) throws ArchitectureException {
        String prefix = section + '.';
        for (SafeTensors.Entry entry : source.entries().values()) {
            String name = entry.name().startsWith(prefix) ? entry.name().substring(prefix.length()) : null;
            if (name != null && !used.contains(name)) {
                throw new ArchitectureException(source.file(), section, name, Differences.surplus(name, entry.shape()));
            }
        }
    }
}
