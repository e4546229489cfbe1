package dev.retort.distill.ld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LD's loss and region worked out by hand; the golden cases hold larger ones. */
class LdLossTest {
    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor rows(int columns, double... values) {
        return backend.tensor(values, Shape.of(values.length / columns, columns), DType.F64);
    }

    /** Two edges of two bins: halves against 3/4 and 1/4, whose divergence is 0.130812, and equal ones. */
    @Test
    void theLossIsTheMeanOfTheDivergenceOverBins() {
        Tensor each = LdLoss.each(rows(4, 0, 0, 1, 2), rows(4, Math.log(3), 0, 3, 4), 2, 1);
        double divergence = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
        assertThat(each.toDoubles()).containsExactly(new double[] {divergence / 2, 0}, within(1e-12));
        Tensor sum = LdLoss.sum(each, backend.tensor(new double[] {0.5}, 1));
        assertThat(sum.item()).isCloseTo(divergence / 4, within(1e-12));
    }

    @Test
    void gradientsAgreeWithDifferencesToTheSecondOrder() {
        Tensor teacher = rows(6, 1, -1, 0.5, 2, 0, -2);
        GradientCheck.on(backend)
                .secondOrder()
                .require(in -> LdLoss.each(in.get(0), teacher, 3, 2), List.of(rows(6, 0.3, 1, -1, 0.2, 2, 1)));
    }

    /**
     * A box, an anchor on it, one beside it by half (IoU 1/3, overlap by the anchor's area 1/2, 4/52 less as DIoU: 0.256 and 0.423),
     * and one far away. The threshold is 2/3 + 0.471 = 1.138 of the two nearest; its quarter is 0.2845, its fifth 0.2276.
     */
    @ParameterizedTest
    @CsvSource({"UNION, 0.25, 0", "UNION, 0.2, 0.333333333", "ANCHOR, 0.25, 0.333333333"})
    void theRegionLiesBelowTheThreshold(ValuableRegion.Overlap overlap, double share, double beside) {
        double[] anchors = {0, 0, 4, 4, 2, 0, 6, 4, 90, 90, 94, 94};
        double[] weights = new ValuableRegion(2, share, overlap).weights(List.of(anchors), new double[] {0, 0, 4, 4});
        assertThat(weights).containsExactly(new double[] {1, beside, 0}, within(1e-6));
    }

    @Test
    void withoutBoxesThereIsNoRegion() {
        ValuableRegion region = new ValuableRegion(9, 0.25, ValuableRegion.Overlap.UNION);
        assertThat(region.weights(List.of(new double[] {0, 0, 4, 4}), new double[0]))
                .containsExactly(0);
    }
}
