package dev.retort.detection.train;

import dev.retort.nn.Module;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network's running statistics as they were before a step. They move in the forward pass; a step that fails later takes them
 * back, so that what is saved then is a whole number of steps.
 */
final class StatisticsBackup implements AutoCloseable {
    /** Copies by the tensor they are of. */
    private final Map<Tensor, Tensor> copies = new LinkedHashMap<>();

    private final Module network;

    StatisticsBackup(Module network) {
        this.network = network;
    }

    /** Copies all statistics; the first call allocates. */
    void take() {
        if (copies.isEmpty()) {
            try (Scope scope = Scope.open()) {
                for (Tensor buffer : network.buffers().values()) {
                    copies.put(buffer, Scope.release(buffer.mul(1)));
                }
            }
        } else {
            copies.forEach((buffer, copy) -> backend().assign(copy, buffer));
        }
    }

    /** Takes the statistics back to where {@link #take} found them. */
    void restore() {
        copies.forEach((buffer, copy) -> backend().assign(buffer, copy));
    }

    private Backend backend() {
        return network.backend();
    }

    @Override
    public void close() {
        copies.values().forEach(Tensor::close);
        copies.clear();
    }
}
