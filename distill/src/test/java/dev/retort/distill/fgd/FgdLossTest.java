package dev.retort.distill.fgd;

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
class FgdLossTest {
    private static final Offset<Double> CLOSE = within(1e-12);
    private static final double TEMPERATURE = 0.5;

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

    /** Two cells of one channel. */
    private Tensor pair(double first, double second) {
        return tensor(Shape.of(1, 1, 2, 1), first, second);
    }

    private Tensor map(double seed) {
        double[] values = new double[2 * 3 * 2 * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(seed + i * 0.7) + Math.cos(seed * i);
        }
        return tensor(Shape.of(2, 3, 2, 4), values);
    }

    private FgdAttention attention(Tensor map) {
        return FgdAttention.of(map, TEMPERATURE);
    }

    /** Softmaxes of (0, ln 3), times 2. */
    @Test
    void attentionIsASoftmaxOfMeanMagnitudes() {
        double large = TEMPERATURE * Math.log(3);
        assertThat(attention(pair(0, -large)).cells().toDoubles()).containsExactly(new double[] {0.5, 1.5}, CLOSE);
        FgdAttention ofChannels = attention(tensor(Shape.of(1, 2, 1, 2), 0, large, 0, -large));
        assertThat(ofChannels.channels().toDoubles()).containsExactly(new double[] {0.5, 1.5}, CLOSE);
        assertThat(ofChannels.cells().toDoubles()).containsExactly(new double[] {1, 1}, CLOSE);
        assertThat(ofChannels.channels().shape()).isEqualTo(Shape.of(1, 1, 1, 2));
    }

    /** 2^2 * 0.5 and 1^2 * 1.5, the second cell counting a third in the foreground. */
    @Test
    void gapsAreWeightedByTheTeachersAttentionAndTheMask() {
        double large = TEMPERATURE * Math.log(3);
        Tensor teacher = pair(0, large);
        Tensor gaps = FgdLoss.gaps(pair(2, large + 1), teacher, attention(teacher));
        assertThat(gaps.toDoubles()).containsExactly(new double[] {2, 1.5}, CLOSE);
        assertThat(FgdLoss.focal(gaps, pair(0, 1.0 / 3)).item()).isCloseTo(0.5, CLOSE);
    }

    @Test
    void attentionsAreComparedCellByCellAndChannelByChannel() {
        Tensor teacher = pair(0, TEMPERATURE * Math.log(3));
        assertThat(FgdLoss.attention(attention(pair(7, 7)), attention(teacher)).item())
                .isCloseTo(1, CLOSE);
    }

    /** (1 + 5 - 0 - 3)^2 twice. */
    @Test
    void theRelationAddsEachSidesContext() {
        Tensor five = tensor(Shape.of(1, 1, 1, 1), 5);
        Tensor three = tensor(Shape.of(1, 1, 1, 1), 3);
        assertThat(FgdLoss.relation(pair(1, 1), pair(0, 0), five, three).item()).isCloseTo(18, CLOSE);
    }

    /** (9 + 0)/1 without contexts. */
    @Test
    void contextsStartAtNothing() {
        BuildContext context = BuildContext.root(backend, DType.F64, 5);
        try (FgdModules modules = new FgdModules(context, List.of("p3"), 1, 1, true)) {
            assertThat(modules.contexts().relation("p3", pair(4, 2), pair(1, 2)).item())
                    .isCloseTo(9, CLOSE);
        }
    }

    /** Attentions have kinks where values or gaps are 0; there are none here. */
    @Test
    void gradientsAgreeWithDifferences() {
        Tensor teacher = map(2);
        FgdAttention looked = attention(teacher);
        GradientCheck check = GradientCheck.on(backend);
        check.secondOrder().samples(8).require(in -> FgdLoss.gaps(in.get(0), teacher, looked), List.of(map(1)));
        check.require(in -> FgdLoss.attention(attention(in.get(0)), looked), List.of(map(1)));
        BuildContext context = BuildContext.root(backend, DType.F64, 5);
        try (FgdModules modules = new FgdModules(context, List.of("p3"), 4, 4, true)) {
            Tensor outer =
                    modules.parameters().get("context.student.p3.outer.weight").data();
            backend.assign(outer, tensor(outer.shape(), 1, -2, 0.5, 1, 2, 1, -1, 0.5));
            check.require(in -> modules.contexts().relation("p3", in.get(0), teacher), List.of(map(1)));
        }
    }

    @Test
    void gradientsAreNumbersWhereStudentAndTeacherAgree() {
        BuildContext context = BuildContext.root(backend, DType.F64, 5);
        for (Tensor teacher : List.of(map(2), backend.full(Shape.of(1, 2, 2, 2), DType.F64, 0))) {
            try (FgdModules modules = new FgdModules(context, List.of("p3"), teacher.dim(3), teacher.dim(3), true);
                    Tape tape = Tape.on(backend)) {
                tape.watch(modules.trainableParameters());
                Tensor student = tape.watch(teacher);
                FgdAttention looked = attention(teacher);
                Tensor loss = FgdLoss.gaps(student, teacher, looked)
                        .sum()
                        .add(FgdLoss.attention(attention(student), looked))
                        .add(modules.contexts().relation("p3", student, teacher));
                assertThat(loss.item()).isZero();
                var gradients = tape.gradients(loss);
                assertThat(gradients.of(student).toDoubles()).containsOnly(0);
                modules.trainableParameters()
                        .forEach(parameter ->
                                assertThat(gradients.of(parameter).toDoubles()).doesNotContain(Double.NaN));
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        List<String> levels = List.of("p3");
        assertThatThrownBy(() -> new FgdSettings(-1, 0, 0, 0, 0.5, BoxMapping.STRIDE, levels))
                .hasMessage("distillation.fgd.foreground must be 0 or more, not -1.0");
        assertThatThrownBy(() -> new FgdSettings(1, 0, 0, 0, 0, BoxMapping.STRIDE, levels))
                .hasMessage("distillation.fgd.temperature must be positive, not 0.0");
        assertThatThrownBy(() -> new FgdSettings(1, 0, 0, 0, 1, BoxMapping.STRIDE, List.of()))
                .hasMessageContaining("distillation.fgd.levels must be a list of different levels");
    }
}
