package dev.retort.distill.fbkd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Tape;
import dev.retort.nn.BuildContext;
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

/** Numbers worked out by hand; the golden cases hold larger ones. */
class FbkdLossTest {
    private static final Offset<Double> CLOSE = within(1e-12);
    private static final double TEMPERATURE = 0.5;
    private static final int STUDENT = 2;
    private static final int TEACHER = 3;

    private final Backend backend = Backends.create("reference");
    private final BuildContext context = BuildContext.root(backend, DType.F64, 5);
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor tensor(Shape shape, double... values) {
        return backend.tensor(values, shape, DType.F64);
    }

    /** Two cells of one channel. */
    private Tensor pair(double first, double second) {
        return tensor(Shape.of(1, 1, 2, 1), first, second);
    }

    private Tensor map(int channels, double seed) {
        double[] values = new double[2 * 3 * 4 * channels];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(seed + i * 0.7) + Math.cos(seed * i);
        }
        return tensor(Shape.of(2, 3, 4, channels), values);
    }

    /** Attentions (0.5, 1.5), from softmaxes of (0, ln 3), and (1, 1). */
    @Test
    void theMaskIsTheMeanOfBothSidesAttention() {
        Tensor student = pair(0, TEMPERATURE * Math.log(3));
        assertThat(FbkdLoss.mask(student, pair(4, -4), TEMPERATURE).toDoubles())
                .containsExactly(new double[] {0.75, 1.25}, CLOSE);
    }

    /** The root of 3^2 * 1 + 8^2 * 0.25. */
    @Test
    void theFeaturePartIsARootOfAMaskedSum() {
        assertThat(FbkdLoss.feature(pair(4, 8), pair(1, 0), pair(1, 0.25)).item())
                .isCloseTo(5, CLOSE);
        assertThat(FbkdLoss.distance(pair(4, 8), pair(1, 4)).item()).isCloseTo(5, CLOSE);
    }

    @Test
    void aNonLocalBlockStartsAsTheIdentity() {
        Tensor map = map(TEACHER, 1);
        try (NonLocal block = new NonLocal(context, TEACHER, 2)) {
            assertThat(block.forward(map).toDoubles()).isEqualTo(map.toDoubles());
        }
    }

    /** The mask is a constant, so the feature part is checked with one that stays as it is. */
    @Test
    void gradientsAgreeWithDifferences() {
        Tensor teacher = map(TEACHER, 2);
        Tensor mask = FbkdLoss.mask(map(STUDENT, 1), teacher, TEMPERATURE);
        GradientCheck check = GradientCheck.on(backend);
        check.secondOrder().require(in -> FbkdLoss.feature(in.get(0), teacher, mask), List.of(map(TEACHER, 1)));
        try (FbkdPart channel = new FbkdPart.Channel(context, STUDENT, TEACHER);
                FbkdPart spatial = new FbkdPart.Spatial(context);
                FbkdPart relation = new FbkdPart.Relation(context, STUDENT, TEACHER, 2)) {
            Tensor gamma = relation.parameters().get("student.gamma").data();
            backend.assign(gamma, tensor(gamma.shape(), 2, -1));
            for (FbkdPart part : List.of(channel, spatial, relation)) {
                check.require(in -> part.loss(in.get(0), teacher), List.of(map(STUDENT, 1)));
            }
        }
    }

    /** Windows are cut to a map that is smaller. */
    @Test
    void gradientsAreNumbersWhereStudentAndTeacherAgree() {
        try (FbkdPart feature = new FbkdPart.Feature(context, 1, 1, TEMPERATURE);
                FbkdPart channel = new FbkdPart.Channel(context, 1, 1);
                FbkdPart spatial = new FbkdPart.Spatial(context);
                FbkdPart relation = new FbkdPart.Relation(context, 1, 1, 8);
                Tape tape = Tape.on(backend)) {
            Tensor zero = backend.full(Shape.of(1, 2, 3, 1), DType.F64, 0);
            Tensor student = tape.watch(zero);
            Tensor loss = null;
            for (FbkdPart part : List.of(feature, channel, spatial, relation)) {
                part.parameters().forEach((name, parameter) -> {
                    if (name.equals("adapter.bias")) {
                        backend.assign(parameter.data(), tensor(Shape.of(1), 0));
                    }
                });
                tape.watch(part.trainableParameters());
                Tensor own = part.loss(student, zero);
                loss = loss == null ? own : loss.add(own);
            }
            assertThat(loss.item()).isZero();
            var gradients = tape.gradients(loss);
            assertThat(gradients.of(student).toDoubles()).containsOnly(0);
            for (FbkdPart part : List.of(feature, channel, spatial, relation)) {
                part.trainableParameters()
                        .forEach(parameter ->
                                assertThat(gradients.of(parameter).toDoubles()).containsOnly(0));
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        List<String> levels = List.of("p3", "p4");
        List<Integer> pool = List.of(4, 2);
        assertThatThrownBy(() -> new FbkdSettings(0, 0, 0, -1, 0.5, pool, levels))
                .hasMessage("distillation.fbkd.relation must be 0 or more, not -1.0");
        assertThatThrownBy(() -> new FbkdSettings(0, 0, 0, 0, 0, pool, levels))
                .hasMessage("distillation.fbkd.temperature must be positive, not 0.0");
        for (List<Integer> bad : List.of(List.of(4), List.of(4, 0))) {
            assertThatThrownBy(() -> new FbkdSettings(0, 0, 0, 0, 0.5, bad, levels))
                    .hasMessage("distillation.fbkd.pool must be a list of 2 sizes from 1, one for each of"
                            + " distillation.fbkd.levels, not " + bad);
        }
    }
}
