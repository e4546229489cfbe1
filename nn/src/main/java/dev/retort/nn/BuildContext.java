package dev.retort.nn;

import dev.retort.autograd.Parameter;
import dev.retort.nn.init.Initializer;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;

/**
 * Where a module under construction stands: the backend and type of its tensors, the seed, and its dotted path in the
 * model. The draws of a parameter are keyed by (seed, full name), so a new layer never shifts another's.
 *
 * @param path dotted, without a dot at its end; empty at the root
 */
public record BuildContext(Backend backend, DType dtype, long seed, String path) {

    public BuildContext {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("Models compute in F32 or F64, not in " + dtype);
        }
    }

    /** The context of a whole model. */
    public static BuildContext root(Backend backend, DType dtype, long seed) {
        return new BuildContext(backend, dtype, seed, "");
    }

    /** The context of a child; an empty name stays here. */
    public BuildContext at(String name) {
        return new BuildContext(backend, dtype, seed, join(path, name));
    }

    /** A parameter with its first values. */
    Parameter parameter(String name, Shape shape, Initializer initializer) {
        return new Parameter(draw(name, shape, initializer));
    }

    /** A tensor that belongs to no scope. */
    Tensor draw(String name, Shape shape, Initializer initializer) {
        long stream = CounterRandom.stream(seed, Purpose.INITIALISATION, hash(join(path, name)));
        return Scope.release(backend.tensor(initializer.values(shape, stream), shape, dtype));
    }

    static String join(String prefix, String name) {
        return prefix.isEmpty() || name.isEmpty() ? prefix + name : prefix + '.' + name;
    }

    /** FNV-1a over the UTF-16 units: 64 bits, the same everywhere. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
