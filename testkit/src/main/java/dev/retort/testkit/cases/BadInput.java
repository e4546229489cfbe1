package dev.retort.testkit.cases;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import java.util.function.Consumer;

/**
 * A call that every backend refuses with a {@link dev.retort.tensor.ShapeException}.
 *
 * @param name what is wrong
 * @param call the operation that is called, named as {@link OperationCase#operation} names it
 * @param operation the operation that must be declared for {@code dtype} for the call to get as far as its checks
 */
public record BadInput(String name, String call, Operation operation, DType dtype, Consumer<Backend> action) {
    @Override
    public String toString() {
        return name;
    }
}
