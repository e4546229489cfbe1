package dev.retort.distill.level;

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

/** Channels with the statistics of others. */
class ChannelStatisticsTest {
    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor map(double... values) {
        return backend.tensor(values, Shape.of(2, 1, 2, 2), DType.F64);
    }

    /** Channel 0 is 1, 2, 3, 4 and becomes 10, 20, 30, 40; channel 1, of 8, 6, 4, 2, becomes 3, 2, 1, 0. */
    @Test
    void aMapThatDiffersByScaleAndShiftBecomesTheOther() {
        Tensor moved = ChannelStatistics.transferred(map(1, 8, 2, 6, 3, 4, 4, 2), map(10, 3, 20, 2, 30, 1, 40, 0));
        assertThat(moved.toDoubles()).containsExactly(new double[] {10, 3, 20, 2, 30, 1, 40, 0}, within(1e-4));
    }

    @Test
    void gradientsAgreeWithDifferencesToTheSecondOrder() {
        Tensor other = map(10, 3, 20, 2, 30, 1, 40, 0);
        GradientCheck.on(backend)
                .secondOrder()
                .require(
                        in -> ChannelStatistics.transferred(in.get(0), other),
                        List.of(map(1, 7, 2.5, 6, 3, 4.5, 4, 2)));
    }
}
