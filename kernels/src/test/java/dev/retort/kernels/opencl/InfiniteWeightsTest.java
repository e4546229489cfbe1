package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions with an infinite weight have infinity and NaN where the reference has them, and nowhere else. */
class InfiniteWeightsTest {
    private static final Shape INPUT = Shape.of(2, 7, 6, 3);
    private static final int[] WEIGHT = {5, 3, 3, 3};

    @ParameterizedTest(name = "stride {0}, padding {1}")
    @CsvSource({"1, 0", "1, 1", "2, 0", "2, 1"})
    void infinityGoesNoFurtherThanItsWindows(int stride, int padding) {
        Conv2dSpec spec = Conv2dSpec.of(stride, padding);
        assertSame(ops -> ops.conv2d(values(ops, INPUT), weight(ops), spec));
        Shape output = spec.outputShape(INPUT, Shape.of(WEIGHT));
        assertSame(ops -> ops.conv2dInputGradient(values(ops, output), weight(ops), INPUT, spec));
    }

    private static void assertSame(Function<Backend, Tensor> operation) {
        try (Backend backend = OpenCl.backend(OpenCl.device());
                Backend reference = new ReferenceBackend();
                Scope scope = Scope.open()) {
            double[] expected = operation.apply(reference).toDoubles();
            assertThat(expected).contains(Double.POSITIVE_INFINITY);
            assertThat(operation.apply(backend).toDoubles()).containsExactly(expected);
        }
    }

    /** Small whole numbers, so that sums are exact; none is 0. */
    private static Tensor values(Backend ops, Shape shape) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + i % 7;
        }
        return ops.tensor(values, shape.toArray());
    }

    private static Tensor weight(Backend ops) {
        Shape shape = Shape.of(WEIGHT);
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 5 - 2;
        }
        // The second output's, at the left of the lowest row, of the last channel.
        values[27 + 18 + 2] = Float.POSITIVE_INFINITY;
        return ops.tensor(values, WEIGHT);
    }
}
