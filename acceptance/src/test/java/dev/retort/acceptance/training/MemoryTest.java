package dev.retort.acceptance.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Training the demo's student does not grow: {@link SteadyMemory}. {@code -Dretort.memory.steps=1000} takes more steps than the few of
 * the ordinary build, {@code -Dretort.memory.device=opencl} another device; docs/memory.md has its figures.
 */
class MemoryTest {
    private static final int STEPS = Integer.getInteger("retort.memory.steps", 24);

    @Test
    void trainingDoesNotGrow() {
        try (Backend backend = Backends.create(System.getProperty("retort.memory.device", "auto"))) {
            List<SteadyMemory.Mark> marks = SteadyMemory.of(backend, STEPS);
            marks.forEach(System.out::println);
            assertThat(marks).hasSize(4);
        }
    }
}
