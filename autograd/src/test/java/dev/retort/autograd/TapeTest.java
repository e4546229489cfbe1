package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a tape records, what it does not, and what it says when it is misused. */
class TapeTest {
    private final Backend backend = Backends.create("reference");

    @AfterEach
    void nothingIsLeft() {
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    @Test
    void gradientOfAProductOfAParameterAndAConstant() {
        try (Parameter w = parameter(2, -3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor x = backend.tensor(new double[] {5, 7}, 2);
            Gradients gradients = tape.gradients(w.value().mul(x).sum());
            assertThat(gradients.of(w).toDoubles()).containsExactly(5, 7);
        }
    }

    @Test
    void everyUseOfALeafAddsUp() {
        try (Parameter w = parameter(2, -3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor v = w.value();
            // w*w + 3w + w: 2w + 4
            Gradients gradients = tape.gradients(v.mul(v).add(v.mul(3)).add(v).sum());
            assertThat(gradients.of(w).toDoubles()).containsExactly(8, -2);
        }
    }

    @Test
    void broadcastAxesAreSummedOut() {
        try (Parameter bias = parameter(1, 2, 3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(bias));
            Tensor x = backend.tensor(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
            Gradients gradients = tape.gradients(x.mul(bias.value()).sum());
            assertThat(gradients.of(bias).toDoubles()).containsExactly(5, 7, 9);
        }
    }

    @Test
    void constantsAreNotRecorded() {
        try (Parameter w = parameter(1);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            int leaves = tape.size();
            Tensor x = backend.tensor(new double[] {5}, 1);
            Tensor y = x.mul(x).exp();
            assertThat(tape.size()).isEqualTo(leaves);
            assertThat(y.backend()).isSameAs(backend);
        }
    }

    @Test
    void detachedValuesAreConstants() {
        try (Parameter w = parameter(3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            try (Tensor constant = w.value().mul(2).detach()) {
                Gradients gradients = tape.gradients(w.value().mul(constant).sum());
                assertThat(gradients.of(w).toDoubles()).containsExactly(6);
            }
        }
    }

    @Test
    void intermediatesThatTheirScopeClosedStayForTheirRule() {
        try (Parameter w = parameter(2);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor y;
            try (Scope scope = Scope.open()) {
                y = scope.keep(w.value().exp().square().sum());
            }
            assertThat(tape.gradients(y).of(w).item()).isCloseTo(2 * Math.exp(4), within(1e-9));
        }
    }

    @Test
    void aTapeOverATapeGivesSecondDerivatives() {
        try (Parameter w = parameter(2);
                Tape first = Tape.on(backend)) {
            first.watch(List.of(w));
            Tensor slope;
            try (Tape second = Tape.on(first)) {
                second.watch(List.of(w));
                Tensor v = w.value();
                slope = second.gradients(v.mul(v).mul(v).sum()).of(w).alias();
            }
            assertThat(slope.item()).isCloseTo(12, within(1e-12));
            assertThat(first.gradients(slope).of(w).item()).isCloseTo(12, within(1e-12));
            slope.close();
        }
    }

    @Test
    void severalOutputsShareOnePass() {
        try (Parameter w = parameter(2, 3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor up = backend.tensor(new double[] {10, 100}, 2);
            Gradients gradients =
                    tape.gradients(List.of(w.value().square(), w.value().neg()), List.of(up, up), false);
            assertThat(gradients.of(w).toDoubles()).containsExactly(30, 500);
        }
    }

    @Test
    void aSecondPassNeedsRetain() {
        try (Parameter w = parameter(2);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor loss = w.value().square().sum();
            Tensor one = backend.tensor(new double[] {1}).reshape();
            tape.gradients(List.of(loss), List.of(one), true);
            assertThat(tape.gradients(loss).of(w).item()).isEqualTo(4);
            assertThatThrownBy(() -> tape.gradients(loss))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("SUM")
                    .hasMessageContaining("retain");
        }
    }

    @Test
    void aLossThatDependsOnNothingWatchedIsAnError() {
        try (Tape tape = Tape.on(backend)) {
            Tensor x = backend.tensor(new double[] {5}, 1);
            assertThatThrownBy(() -> tape.gradients(x))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("watch");
        }
    }

    @Test
    void aLossOfSeveralElementsIsAnError() {
        try (Parameter w = parameter(1, 2);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            assertThatThrownBy(() -> tape.gradients(w.value().neg()))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[2]");
        }
    }

    @Test
    void writingInPlaceWhatATapeSavedIsNoticed() {
        try (Parameter w = parameter(2);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor loss = w.value().square().sum();
            backend.axpy(w.data(), 1, w.data());
            assertThatThrownBy(() -> tape.gradients(loss))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("SQUARE")
                    .hasMessageContaining("in place");
        }
    }

    @Test
    void twoUnrelatedTapesCannotWatchOneParameter() {
        try (Parameter w = parameter(2);
                Tape first = Tape.on(backend)) {
            first.watch(List.of(w));
            try (Tape other = Tape.on(backend)) {
                assertThatThrownBy(() -> other.watch(List.of(w)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("unrelated");
            }
        }
    }

    @Test
    void closingATapeUnbindsItsParameters() {
        try (Parameter w = parameter(2)) {
            try (Tape tape = Tape.on(backend)) {
                tape.watch(List.of(w));
                assertThat(w.value()).isNotSameAs(w.data());
            }
            assertThat(w.value()).isSameAs(w.data());
        }
    }

    @Test
    void anUnusedParameterHasNoGradient() {
        try (Parameter used = parameter(2);
                Parameter unused = parameter(3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(used, unused));
            Gradients gradients = tape.gradients(used.value().square().sum());
            assertThat(gradients.of(unused)).isNull();
        }
    }

    /** The loss is first^2 * (second + first) * (3 checkpoint(last)): first is used at the beginning, so it is whole at the end. */
    @Test
    void gradientsAreToldAsSoonAsTheyAreWhole() {
        try (Parameter first = parameter(2);
                Parameter second = parameter(3);
                Parameter unused = parameter(5);
                Parameter last = parameter(7);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(second, first, unused, last));
            Tensor x = first.value().square().mul(second.value().add(first.value()));
            Tensor y = tape.checkpoint(inner -> inner.mul(last.value()), x).mul(3);
            List<Parameter> told = new ArrayList<>();
            List<Double> values = new ArrayList<>();
            Gradients gradients = tape.gradients(y.sum(), (parameter, gradient) -> {
                told.add(parameter);
                values.add(gradient.item());
            });
            assertThat(told).containsExactly(last, second, first);
            assertThat(values).containsExactly(3 * 20.0, 21 * 4.0, 21 * (2 * 2 * 5 + 4.0));
            for (int i = 0; i < told.size(); i++) {
                assertThat(gradients.of(told.get(i)).item()).isEqualTo(values.get(i));
            }
            assertThat(gradients.of(unused)).isNull();
        }
    }

    @Test
    void aScalarThatIsAParameterHasAWholeGradientAtOnce() {
        try (Parameter w = new Parameter(backend.tensor(new double[] {4}, 1));
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            List<Double> values = new ArrayList<>();
            tape.gradients(w.value(), (parameter, gradient) -> values.add(gradient.item()));
            assertThat(values).containsExactly(1.0);
        }
    }

    @Test
    void whatAListenerThrowsEndsThePassAndFreesItsGradients() {
        try (Parameter w = parameter(2, 3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor loss = w.value().square().sum();
            assertThatThrownBy(() -> tape.gradients(loss, (parameter, gradient) -> {
                        throw new IllegalStateException("enough");
                    }))
                    .hasMessage("enough");
        }
    }

    @Test
    void aShiftOfALayerNormWithoutScaleHasItsGradient() {
        try (Parameter beta = parameter(1, 2, 3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(beta));
            Tensor x = backend.tensor(new double[] {1, 2, 4, 7, 5, 6}, 2, 3);
            Tensor y = tape.layerNorm(x, null, beta.value(), 1e-5);
            Tensor weights = backend.tensor(new double[] {1, 10, 100, 2, 20, 200}, 2, 3);
            assertThat(tape.gradients(y.mul(weights).sum()).of(beta).toDoubles())
                    .containsExactly(3, 30, 300);
        }
    }

    @Test
    void aPowerOfExponentZeroIsFlatAlsoAtZero() {
        try (Parameter w = parameter(0, 3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            assertThat(tape.gradients(w.value().pow(0).sum()).of(w).toDoubles()).containsExactly(0, 0);
        }
    }

    @Test
    void whatACallerDoesToItsArraysLaterChangesNoGradient() {
        try (Parameter w = parameter(1, 2, 3, 4, 5, 6);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            int[] axes = {1, 0};
            Tensor y = w.value().reshape(2, 3).permute(axes);
            axes[0] = 0;
            axes[1] = 1;
            Tensor weights = backend.tensor(new double[] {1, 4, 2, 5, 3, 6}, 3, 2);
            assertThat(tape.gradients(y.mul(weights).sum()).of(w).toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
            assertThatThrownBy(() -> w.value().reshape(2, 3, 1).permute(2, 1)).isInstanceOf(ShapeException.class);
        }
    }

    @Test
    void aClosedTapeRecordsNothingMore() {
        try (Parameter w = parameter(2)) {
            Tensor kept;
            try (Tape tape = Tape.on(backend)) {
                tape.watch(List.of(w));
                kept = w.value().alias();
            }
            assertThatThrownBy(kept::neg)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            kept.close();
        }
    }

    @Test
    void aLeafOfAnotherTapeIsRefused() {
        try (Parameter w = parameter(2);
                Parameter v = parameter(3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Gradients gradients = tape.gradients(w.value().square().sum());
            try (Tape other = Tape.on(backend)) {
                Tensor foreign = other.watch(v.data());
                assertThatThrownBy(() -> gradients.of(foreign))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("Not watched by this tape");
            }
        }
    }

    @Test
    void onlyWhatLeadsToTheSoughtIsComputed() {
        CountingBackend counting = new CountingBackend();
        try (Parameter w = new Parameter(counting.tensor(new double[] {2, 3}, 2));
                Parameter v = new Parameter(counting.tensor(new double[] {5, 7}, 2));
                Tape tape = Tape.on(counting)) {
            tape.watch(List.of(w, v));
            Tensor loss = w.value().mul(3).sum().add(v.value().exp().exp().exp().sum());
            counting.operations = 0;
            Gradients gradients = tape.gradients(loss, List.of(w));
            assertThat(gradients.of(w).toDoubles()).containsExactly(3, 3);
            assertThat(gradients.of(v)).isNull();
            // The product by 3 alone: no exponential is gone back through.
            assertThat(counting.operations).isEqualTo(1);
        }
        assertThat(counting.memory().liveBytes()).isZero();
    }

    /** Counts products and exponentials. */
    private static final class CountingBackend extends ReferenceBackend {
        private int operations;

        @Override
        public Tensor binary(BinaryOp op, Tensor a, Tensor b) {
            operations += op == BinaryOp.MUL ? 1 : 0;
            return super.binary(op, a, b);
        }
    }

    @Test
    void theGradientOfAnIntermediateResult() {
        try (Parameter w = parameter(2, 3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor hidden = w.value().mul(2);
            Tensor other = hidden.square();
            Gradients gradients = tape.gradients(other.sum().add(hidden.sum()), hidden, other);
            assertThat(gradients.of(hidden).toDoubles()).containsExactly(9, 13);
            assertThat(gradients.of(other).toDoubles()).containsExactly(1, 1);
            assertThat(gradients.of(w)).isNull();
        }
    }

    @Test
    void anIntermediateResultAndALeafTogether() {
        try (Parameter w = parameter(2, 3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor hidden = w.value().mul(2);
            Gradients gradients = tape.gradients(hidden.square().sum(), hidden, w.value());
            assertThat(gradients.of(hidden).toDoubles()).containsExactly(8, 12);
            assertThat(gradients.of(w).toDoubles()).containsExactly(16, 24);
        }
    }

    @Test
    void lossesOneAfterTheOtherShareWhatIsRetained() {
        try (Parameter w = parameter(2, 3);
                Tape tape = Tape.on(backend)) {
            tape.watch(List.of(w));
            Tensor trunk = w.value().square();
            Tensor first = trunk.sum();
            Tensor second = trunk.mul(trunk).sum();
            Tensor one = backend.tensor(new double[] {1}).reshape();
            Gradients ofFirst = tape.gradients(List.of(first), List.of(one), true);
            Gradients ofSecond = tape.gradients(second);
            assertThat(ofFirst.of(w).toDoubles()).containsExactly(4, 6);
            assertThat(ofSecond.of(w).toDoubles()).containsExactly(32, 108);
            // Accumulated by hand, as over two micro-batches.
            assertThat(ofFirst.of(w).add(ofSecond.of(w)).toDoubles()).containsExactly(36, 114);
        }
    }

    @Test
    void memoryFallsAsTheBackwardPassGoesOn() {
        LevelsBackend levels = new LevelsBackend();
        int length = 1000;
        long bytes = 8L * length;
        try (Parameter w = new Parameter(levels.zeros(Shape.of(length), DType.F64));
                Tape tape = Tape.on(levels)) {
            tape.watch(List.of(w));
            Tensor loss;
            try (Scope scope = Scope.open()) {
                Tensor y = w.value();
                for (int i = 0; i < 10; i++) {
                    y = y.mul(0.5).unary(UnaryOp.SIN);
                }
                loss = scope.keep(y.sum());
            }
            levels.atCosines.clear();
            tape.gradients(loss);
            // Each sine's rule asks for one cosine of what it saved; by the next one, that is given back.
            assertThat(levels.atCosines).hasSize(10);
            for (int i = 2; i < 10; i++) {
                assertThat(levels.atCosines.get(i - 1) - levels.atCosines.get(i))
                        .isBetween(bytes, bytes * 5 / 4);
            }
        }
        assertThat(levels.memory().liveBytes()).isZero();
    }

    /** Notes the live bytes at every cosine. */
    private static final class LevelsBackend extends ReferenceBackend {
        private final List<Long> atCosines = new ArrayList<>();

        @Override
        public Tensor unary(UnaryOp op, Tensor x) {
            if (op == UnaryOp.COS) {
                atCosines.add(memory().liveBytes());
            }
            return super.unary(op, x);
        }
    }

    @Test
    void waitingGoesToTheBackendThatComputes() {
        int[] waits = new int[1];
        Backend slow = new ReferenceBackend() {
            @Override
            public void synchronize() {
                waits[0]++;
            }
        };
        try (Tape tape = Tape.on(slow);
                Tape second = Tape.on(tape)) {
            second.synchronize();
        }
        assertThat(waits[0]).isEqualTo(1);
        slow.close();
    }

    private Parameter parameter(double... values) {
        return new Parameter(backend.tensor(values, values.length));
    }

    /** Where p is 0, so is the summand, whatever q is there. */
    @Test
    void divergenceHasNoGradientWhereThereIsNoProbability() {
        try (Tape tape = Tape.on(backend)) {
            Tensor logQ = tape.watch(backend.tensor(new double[] {0, Double.NEGATIVE_INFINITY}, 2));
            Tensor p = tape.watch(backend.tensor(new double[] {1, 0}, 2));
            Gradients gradients = tape.gradients(tape.klDivergence(logQ, p).sum());
            assertThat(gradients.of(logQ).toDoubles()).containsExactly(new double[] {-1, 0}, within(0.0));
            assertThat(gradients.of(p).toDoubles()).containsExactly(1, 0);
        }
    }
}
