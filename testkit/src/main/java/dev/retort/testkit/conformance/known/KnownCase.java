package dev.retort.testkit.conformance.known;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.function.Function;

/**
 * A call whose result is known from elsewhere than any backend: by hand, or from {@link ExactMath}. The reference owes it as every other
 * backend does, and a backend that borrows the reference's formulas cannot hide behind them.
 *
 * @param operation what is called
 * @param variant what sets the case apart from others of the operation
 * @param dtype the type that the case runs in
 * @param call uploads the operands and calls
 * @param expected what has to come out
 */
public record KnownCase(
        Operation operation, String variant, DType dtype, Function<Backend, Tensor> call, Expected expected) {

    /** What a result has to be. */
    interface Expected {
        /** What is wrong with a result, or null. */
        String difference(Tensor actual);
    }

    /** As checks are called. */
    public String name() {
        return operation + " " + variant + ", known values in " + dtype;
    }

    /** Throws {@link AssertionError} with what is wrong with a backend's result. */
    public void check(Backend backend) {
        long before = backend.memory().liveBytes();
        try (Scope scope = Scope.open()) {
            String difference = expected.difference(call.apply(backend));
            if (difference != null) {
                throw new AssertionError(difference);
            }
        }
        if (backend.memory().liveBytes() != before) {
            throw new AssertionError("live bytes before: " + before + ", afterwards: "
                    + backend.memory().liveBytes());
        }
    }
}
