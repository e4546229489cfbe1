package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.distill.region.PaddingMask;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two images on levels of 1x3 and 1x2 cells; the second image has 2 valid cells on the first level and 1 on the other. */
class RegionWeightingTest {
    private static final List<PaddingMask> MASKS = List.of(
            new PaddingMask(1, 3, new int[] {1, 1}, new int[] {3, 2}),
            new PaddingMask(1, 2, new int[] {1, 1}, new int[] {2, 1}));

    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();
    private final List<Tensor> levels = List.of(
            backend.tensor(new double[] {1, 2, 3, 4, 12, 9}, 2, 1, 3, 1),
            backend.tensor(new double[] {0.5, 1.5, 3, 7}, 2, 1, 2, 1));

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    @Test
    void paddingIsZeroAndHeadsAreAlike() {
        Tensor weights = RegionWeighting.weights(levels, MASKS, false, 2);
        assertThat(weights.shape()).isEqualTo(Shape.of(2, 2, 1, 5));
        assertThat(weights.toDoubles())
                .containsExactly(1, 2, 3, 0.5, 1.5, 1, 2, 3, 0.5, 1.5, 4, 12, 0, 3, 0, 4, 12, 0, 3, 0);
    }

    /** Image 0: (1, 2, 3)/2 and (0.5, 1.5)/1; image 1: (4, 12)/8 and 3/3. */
    @Test
    void spreadWeightsHaveAMeanOfOneInTheValidCells() {
        double[] expected = {0.5, 1, 1.5, 0.5, 1.5, 0.5, 1.5, 0, 1, 0};
        assertThat(RegionWeighting.weights(levels, MASKS, true, 1).toDoubles())
                .containsExactly(expected, within(1e-12));
    }
}
