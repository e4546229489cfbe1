package dev.retort.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Linear;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Sgd;
import dev.retort.nn.parallel.ThreadRanks;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rank 0's state in every rank. */
@Timeout(60)
class StateBroadcastTest {
    private static Sgd sgd(Linear model) {
        return new Sgd(ParameterGroup.of(model.parameters(), 0), 0.9, new Clipping.None());
    }

    private static Map<String, float[]> values(Linear model, Sgd sgd) {
        Map<String, float[]> values = new TreeMap<>();
        model.state().forEach((name, tensor) -> values.put(name, tensor.toFloats()));
        sgd.state().forEach((name, tensor) -> values.put(name, tensor.toFloats()));
        return values;
    }

    /** Rank r takes 2 steps, then r - 1 more: rank 1 has as many as rank 0 before, rank 2 has another number. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void weightsAndOptimizersAreRankZeros(int size) {
        @SuppressWarnings("unchecked")
        Map<String, float[]>[] seen = new Map[size];
        ThreadRanks.run(size, Duration.ofSeconds(50), ranks -> {
            try (Backend backend = Backends.create("simd");
                    Linear model = new Linear(BuildContext.root(backend, DType.F32, ranks.rank()), 3, 2);
                    Sgd sgd = sgd(model)) {
                for (int step = 0; step < 2 + Math.max(0, ranks.rank() - 1); step++) {
                    try (Scope scope = Scope.open()) {
                        sgd.step(parameter -> parameter.data().mul(0.5 + ranks.rank()), 0.1);
                    }
                }
                Map<String, float[]> before = values(model, sgd);
                new Checkpoint().model("model", model).optimizer("sgd", sgd).broadcast(ranks);
                seen[ranks.rank()] = values(model, sgd);
                assertThat(sgd.steps()).hasSize(2).allSatisfy((name, steps) -> assertThat(steps)
                        .isEqualTo(2));
                if (ranks.rank() == 0) {
                    requireSame(seen[0], before);
                }
            }
        });
        for (Map<String, float[]> values : seen) {
            requireSame(values, seen[0]);
        }
    }

    private static void requireSame(Map<String, float[]> values, Map<String, float[]> expected) {
        assertThat(values.keySet()).isEqualTo(expected.keySet());
        values.forEach((name, numbers) -> assertThat(numbers).as(name).isEqualTo(expected.get(name)));
    }

    /** What rank 0 has not trained yet has no state in the others either. */
    @Test
    void anOptimizerThatHasNotBegunIsEmptyEverywhere() {
        ThreadRanks.run(2, Duration.ofSeconds(50), ranks -> {
            try (Backend backend = Backends.create("simd");
                    Linear model = new Linear(BuildContext.root(backend, DType.F32, 1), 3, 2);
                    Sgd sgd = sgd(model)) {
                if (ranks.rank() == 1) {
                    try (Scope scope = Scope.open()) {
                        sgd.step(parameter -> parameter.data().mul(2), 0.1);
                    }
                }
                new Checkpoint().optimizer("sgd", sgd).broadcast(ranks);
                assertThat(sgd.state()).isEmpty();
                assertThat(sgd.steps()).isEmpty();
            }
        });
    }
}
