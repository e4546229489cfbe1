package dev.retort.distill.mgd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.nn.BuildContext;
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

/** Numbers worked out by hand; the golden cases hold larger ones. */
class MgdLossTest {
    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor tensor(Shape shape, double... values) {
        return backend.tensor(values, shape, DType.F64);
    }

    private Tensor map(int channels, double seed) {
        double[] values = new double[2 * 3 * 2 * channels];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(seed + i * 0.7) + Math.cos(seed * i);
        }
        return tensor(Shape.of(2, 3, 2, channels), values);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1, 1", "0.65, 1, 1, 0", "0.7, 1, 0, 0", "1, 1, 0, 0"})
    void numbersAboveTheShareThatIsKeptAreMasked(double masked, double first, double second, double third) {
        Tensor uniform = tensor(Shape.of(1, 3, 1, 1), 0, 0.35, 0.9);
        assertThat(MgdLoss.keep(uniform, masked).toDoubles()).containsExactly(first, second, third);
    }

    /** (1 + 4 + 0 + 9)/2 images. */
    @Test
    void theDistanceIsASumOverCellsAndChannelsAndAMeanOverImages() {
        Tensor generated = tensor(Shape.of(2, 1, 1, 2), 1, 2, 3, 4);
        Tensor teacher = tensor(Shape.of(2, 1, 1, 2), 2, 0, 3, 7);
        assertThat(MgdLoss.distance(generated, teacher).item()).isCloseTo(7, within(1e-12));
    }

    /** The adapter and the generator are part of it. The ReLU bends, so that only first gradients are checked. */
    @Test
    void gradientsAgreeWithDifferences() {
        Tensor teacher = map(2, 2);
        Tensor keep = tensor(Shape.of(2, 3, 2, 1), 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1);
        BuildContext context = BuildContext.root(backend, DType.F64, 5);
        try (MgdGenerators generators = new MgdGenerators(context, List.of("p3"), 3, 2)) {
            GradientCheck.on(backend)
                    .require(
                            in -> MgdLoss.distance(generators.forward("p3", in.get(0), keep), teacher),
                            List.of(map(3, 1)));
        }
    }

    @Test
    void ofADistanceSecondGradientsAgreeToo() {
        Tensor teacher = map(2, 2);
        GradientCheck.on(backend).secondOrder().require(in -> MgdLoss.distance(in.get(0), teacher), List.of(map(2, 1)));
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        List<String> levels = List.of("p3");
        assertThatThrownBy(() -> new MgdSettings(-1, 0.65, levels))
                .hasMessage("distillation.mgd.weight must be 0 or more, not -1.0");
        assertThatThrownBy(() -> new MgdSettings(1, 1.5, levels))
                .hasMessage("distillation.mgd.masked must be a probability from 0 to 1, not 1.5");
        assertThatThrownBy(() -> new MgdSettings(1, 0.5, List.of("p3", "p3")))
                .hasMessageContaining("distillation.mgd.levels must be a list of different levels");
    }
}
