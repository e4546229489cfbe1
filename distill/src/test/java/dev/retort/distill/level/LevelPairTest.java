package dev.retort.distill.level;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.distill.DistillationException;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LevelPairTest {
    @Test
    void mapsOfOtherSizesAreRefusedWhereCellsAreCompared() {
        try (Backend backend = Backends.create("reference");
                Tensor student = backend.full(Shape.of(1, 4, 2, 3), DType.F32, 0);
                Tensor teacher = backend.full(Shape.of(1, 4, 1, 5), DType.F32, 0)) {
            LevelPair same = new LevelPair("p3", student, student);
            assertThat(same.requireSameSize("mgd")).isSameAs(same);
            assertThatThrownBy(() -> new LevelPair("p3", student, teacher).requireSameSize("mgd"))
                    .isInstanceOf(DistillationException.class)
                    .hasMessage("mgd compares cell with cell, but p3 has 4x2 cells in the student and 4x1 in the"
                            + " teacher: take detectors whose levels have the same strides");
        }
    }
}
