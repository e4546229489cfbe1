package dev.retort.autograd;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/** A tensor whose making a tape recorded. Owns the value beneath. */
final class TapeTensor extends Tensor {
    private final Tensor value;
    private final Node node;

    TapeTensor(Tape tape, Node node, Tensor value) {
        super(tape, value);
        this.value = Scope.release(value);
        this.node = node;
    }

    /**
     * What the backend beneath sees.
     *
     * @throws IllegalStateException if this tensor is closed
     */
    Tensor value() {
        storage();
        return value;
    }

    Node node() {
        return node;
    }

    @Override
    public Tensor alias() {
        return Scope.release(new TapeTensor((Tape) backend(), node, value.alias()));
    }

    @Override
    public Tensor detach() {
        Tensor constant = value.detach();
        ((Tape) backend()).detached(this, constant);
        return constant;
    }

    @Override
    public void close() {
        if (!isClosed()) {
            value.close();
            super.close();
        }
    }
}
