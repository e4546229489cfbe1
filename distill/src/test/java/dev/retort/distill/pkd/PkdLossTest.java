package dev.retort.distill.pkd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Maps of values worked out by hand; the golden cases hold larger ones. */
class PkdLossTest {
    /** What the constant that is added to deviations changes at most. */
    private static final Offset<Double> CLOSE = within(1e-5);

    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor map(int images, int height, int width, int channels, double seed) {
        double[] values = new double[images * height * width * channels];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(seed + i * 0.7) + Math.cos(seed * i);
        }
        return backend.tensor(values, Shape.of(images, height, width, channels), DType.F64);
    }

    /** One channel of 4 cells: (m - 1)/m * (1 - r). */
    @ParameterizedTest
    @CsvSource({
        // Any scale and offset: r = 1; the other way round: r = -1.
        "1, 2, 3, 4, 10, 20, 30, 40, 0",
        "1, 2, 3, 4, 8, 6, 4, 2, 1.5",
        // Deviations from the means (-1, -1, 1, 1) and (-1, 1, -1, 1): r = 0.
        "0, 0, 2, 2, 5, 7, 5, 7, 0.75",
        // (-1.5, -0.5, 0.5, 1.5) and (-1, -1, 1, 1): r = 4/sqrt(5 * 4) = 0.894427.
        "1, 2, 3, 4, 0, 0, 2, 2, 0.0791796"
    })
    void theDistanceIsOneLessTheCorrelation(
            double s0, double s1, double s2, double s3, double t0, double t1, double t2, double t3, double expected) {
        Shape shape = Shape.of(1, 2, 2, 1);
        Tensor student = backend.tensor(new double[] {s0, s1, s2, s3}, shape, DType.F64);
        Tensor teacher = backend.tensor(new double[] {t0, t1, t2, t3}, shape, DType.F64);
        assertThat(PkdLoss.distance(student, teacher).item()).isCloseTo(expected, CLOSE);
    }

    /** Statistics are those of a channel over images and cells; the mean is over channels, too. */
    @Test
    void channelsCountAlikeAndImagesTogether() {
        // Channel 0 has r = 1, channel 1 r = -1 over the two cells of two images.
        Tensor student = backend.tensor(new double[] {1, 1, 2, 2, 3, 3, 4, 4}, Shape.of(2, 1, 2, 2), DType.F64);
        Tensor teacher = backend.tensor(new double[] {1, 4, 2, 3, 3, 2, 4, 1}, Shape.of(2, 1, 2, 2), DType.F64);
        assertThat(PkdLoss.distance(student, teacher).item()).isCloseTo(1.5 / 2, CLOSE);
    }

    @ParameterizedTest
    @CsvSource({"3, 4", "2, 2", "6, 8"})
    void gradientsAgreeWithDifferences(int height, int width) {
        Tensor teacher = map(2, 3, 4, 3, 2);
        GradientCheck.on(backend)
                .require(in -> PkdLoss.distance(in.get(0), teacher), List.of(map(2, height, width, 3, 1)));
    }

    /** A channel that is the same everywhere correlates with nothing; its gradient is a number. */
    @Test
    void aDeadChannelHasFiniteGradients() {
        Tensor student = backend.full(Shape.of(1, 2, 2, 1), DType.F64, 3);
        Tensor teacher = map(1, 2, 2, 1, 2);
        try (Tape tape = Tape.on(backend)) {
            Tensor watched = tape.watch(student);
            Tensor distance = PkdLoss.distance(watched, teacher);
            assertThat(distance.item()).isCloseTo(0.375, CLOSE);
            Gradients gradients = tape.gradients(distance);
            assertThat(gradients.of(watched).toDoubles()).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
        }
    }
}
