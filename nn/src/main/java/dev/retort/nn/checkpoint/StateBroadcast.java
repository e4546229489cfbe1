package dev.retort.nn.checkpoint;

import dev.retort.nn.Module;
import dev.retort.nn.optim.Optimizer;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.Texts;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gives the state that rank 0 has to all ranks, tensor by tensor. */
record StateBroadcast(Communicator ranks) {
    void model(String section, Module model) {
        model.state().forEach((name, tensor) -> tensor(section + '.' + name, tensor));
    }

    void optimizer(String section, Optimizer optimizer) {
        Map<String, String> own = new LinkedHashMap<>();
        optimizer.steps().forEach((name, count) -> own.put(name, Integer.toString(count)));
        Map<String, Integer> steps = new LinkedHashMap<>();
        Texts.read(ranks.broadcast(Texts.bytes(own)))
                .forEach((name, count) -> steps.put(name, Integer.parseInt(count)));
        if (ranks.rank() == 0) {
            optimizer.state().forEach((name, tensor) -> tensor(section + '.' + name, tensor));
        } else if (!optimizer.parameters().isEmpty()) {
            Tensor example = optimizer.parameters().values().iterator().next().data();
            try (Scope scope = Scope.open()) {
                Map<String, Tensor> state = new LinkedHashMap<>();
                optimizer.expectedState(steps).forEach((name, shape) -> {
                    Tensor tensor = example.backend().zeros(shape, example.dtype());
                    tensor(section + '.' + name, tensor);
                    state.put(name, tensor);
                });
                optimizer.restore(state, steps);
            }
        }
    }

    private void tensor(String name, Tensor tensor) {
        float[] values = tensor.toFloats();
        ranks.broadcast(name, values);
        if (ranks.rank() != 0) {
            Backend backend = tensor.backend();
            try (Scope scope = Scope.open()) {
                backend.assign(tensor, backend.upload(values, tensor.shape(), tensor.dtype()));
            }
        }
    }
}
