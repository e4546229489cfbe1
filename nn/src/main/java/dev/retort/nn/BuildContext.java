package dev.retort.nn;

import dev.retort.autograd.Parameter;
import dev.retort.nn.init.Initializer;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * Where a module under construction stands: the backend and type of its tensors, where their first values come from, and its
 * dotted path in the model.
 *
 * @param path dotted, without a dot at its end; empty at the root
 */
public record BuildContext(Backend backend, DType dtype, FirstValues values, String path) {

    public BuildContext {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("Models compute in F32 or F64, not in " + dtype);
        }
    }

    /** The context of a whole model whose values are drawn from a seed. */
    public static BuildContext root(Backend backend, DType dtype, long seed) {
        return root(backend, dtype, FirstValues.drawn(backend, dtype, seed));
    }

    /** The context of a whole model. */
    public static BuildContext root(Backend backend, DType dtype, FirstValues values) {
        return new BuildContext(backend, dtype, values, "");
    }

    /** The context of a child; an empty name stays here. */
    public BuildContext at(String name) {
        return new BuildContext(backend, dtype, values, join(path, name));
    }

    /** A parameter with its first values. */
    Parameter parameter(String name, Shape shape, Initializer initializer) {
        return new Parameter(tensor(name, shape, initializer));
    }

    /** A tensor with its first values, which belongs to no scope. */
    Tensor tensor(String name, Shape shape, Initializer initializer) {
        return Scope.release(values.tensor(join(path, name), shape, initializer));
    }

    static String join(String prefix, String name) {
        return prefix.isEmpty() || name.isEmpty() ? prefix + name : prefix + '.' + name;
    }
}
