package dev.retort.nn.checkpoint;

import dev.retort.nn.BuildContext;
import dev.retort.nn.FirstValues;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializer;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A model's first values out of a file, every one of the model and of the file. A tensor is held against the file's before memory is
 * taken for it, so a model that is not the file's costs no more than the file has.
 */
public abstract class FileValues {
    private final Set<String> given = new HashSet<>();
    private final List<Tensor> made = new ArrayList<>();

    /**
     * Reads a tensor.
     *
     * @param name in the model
     * @throws IOException if the file has it not, has it in another shape or damaged
     */
    protected abstract Tensor read(String name, Shape shape, Backend backend, DType dtype) throws IOException;

    /**
     * Refuses a file with tensors that the model has no place for.
     *
     * @param used names that were read
     */
    protected abstract void requireAllUsed(Set<String> used) throws IOException;

    /**
     * A model of these values; nothing is left behind if it cannot be built.
     *
     * @param constructor makes it in the context that it is given
     */
    public final <M extends Module> M build(Backend backend, DType dtype, Function<BuildContext, M> constructor)
            throws IOException {
        FirstValues values = (String name, Shape shape, Initializer initializer) -> given(name, shape, backend, dtype);
        try {
            M model = constructor.apply(BuildContext.root(backend, dtype, values));
            requireAllUsed(given);
            return model;
        } catch (UncheckedIOException e) {
            made.forEach(Tensor::close);
            throw e.getCause();
        } catch (IOException | RuntimeException | Error e) {
            made.forEach(Tensor::close);
            throw e;
        }
    }

    private Tensor given(String name, Shape shape, Backend backend, DType dtype) {
        try {
            Tensor tensor = read(name, shape, backend, dtype);
            given.add(name);
            made.add(tensor);
            return tensor;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
