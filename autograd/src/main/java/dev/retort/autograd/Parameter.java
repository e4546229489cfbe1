package dev.retort.autograd;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.function.Consumer;

/**
 * A tensor that an optimizer may change. While a tape watches it, {@link #value} is the tape's leaf, so models need no tape
 * argument; otherwise it is the plain data and nothing is recorded.
 */
public final class Parameter implements AutoCloseable {
    private final Tensor data;
    private boolean trainable = true;
    private Tape tape;
    private Tensor leaf;
    /** Told of every read of the value; null if nobody asks. */
    private Consumer<Parameter> reader;

    /** Takes over {@code data}: it leaves its scope and closes with the parameter. */
    public Parameter(Tensor data) {
        this.data = Scope.release(data);
    }

    /** What models compute with: the watching tape's leaf, or the plain data. Do not close it. */
    public Tensor value() {
        if (reader != null) {
            reader.accept(this);
        }
        return leaf == null ? data : leaf;
    }

    /** The data itself, for optimizers and checkpoints. Do not close it. */
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

    /**
     * Gives the parameter another value for a while.
     *
     * @param stand a tape's tensor, or the plain data
     * @param told of every read besides who is told already
     * @return puts everything back
     */
    Runnable standIn(Tensor stand, Consumer<Parameter> told) {
        Tape oldTape = tape;
        Tensor oldLeaf = leaf;
        Consumer<Parameter> oldReader = reader;
        if (stand.backend() instanceof Tape beneath) {
            bind(beneath, stand);
        } else {
            bind(null, null);
        }
        reader = oldReader == null ? told : oldReader.andThen(told);
        return () -> {
            bind(oldTape, oldLeaf);
            reader = oldReader;
        };
    }

    @Override
    public void close() {
        data.close();
    }
}
