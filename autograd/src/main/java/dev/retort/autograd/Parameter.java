package dev.retort.autograd;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * A tensor that an optimiser may change. While a tape watches it, {@link #value} is the tape's leaf, so models need no tape
 * argument; otherwise it is the plain data and nothing is recorded.
 */
public final class Parameter implements AutoCloseable {
    private final Tensor data;
    private boolean trainable = true;
    private Tape tape;
    private Tensor leaf;

    /** Takes over {@code data}: it leaves its scope and closes with the parameter. */
    public Parameter(Tensor data) {
        this.data = Scope.release(data);
    }

    /** What models compute with: the watching tape's leaf, or the plain data. Do not close it. */
    public Tensor value() {
        return leaf == null ? data : leaf;
    }

    /** The data itself, for optimisers and checkpoints. Do not close it. */
    public Tensor data() {
        return data;
    }

    /** Whether {@code Module.trainableParameters()} lists it. A frozen parameter is simply not watched. */
    public boolean isTrainable() {
        return trainable;
    }

    public void setTrainable(boolean trainable) {
        this.trainable = trainable;
    }

    /** The tape that watches this parameter, or null. */
    Tape tape() {
        return tape;
    }

    Tensor leaf() {
        return leaf;
    }

    void bind(Tape newTape, Tensor newLeaf) {
        tape = newTape;
        leaf = newLeaf;
    }

    @Override
    public void close() {
        data.close();
    }
}
