package dev.retort.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ModuleTest {
    private final Backend backend = TestTensors.reference();

    private static final class Pair extends Module {
        final Linear first;

        Pair(BuildContext context, boolean withExtra) {
            super(context);
            if (withExtra) {
                child("extra", at -> new Linear(at, 5, 5));
            }
            first = child("a.0", at -> new Linear(at, 3, 2));
            child("", at -> new LayerNorm(at, 4));
            child("conv", at -> new Conv2d(at, Conv2d.of(2, 3, 1).withNorm(Norm.BATCH)));
            parameter("own", Shape.of(2), Initializers.ones());
        }
    }

    @Test
    void namesAreDottedPathsInTreeOrder() {
        try (Pair pair = new Pair(TestTensors.f64(backend), false)) {
            assertThat(pair.parameters().keySet())
                    .containsExactly(
                            "own",
                            "a.0.weight",
                            "a.0.bias",
                            "weight",
                            "bias",
                            "conv.weight",
                            "conv.norm.weight",
                            "conv.norm.bias");
            assertThat(pair.buffers().keySet()).containsExactly("conv.norm.running_mean", "conv.norm.running_var");
            assertThat(pair.state()).hasSize(10);
        }
    }

    @Test
    void modulesOfATypeAreFoundByTheirNames() {
        try (Pair pair = new Pair(TestTensors.f64(backend), true)) {
            assertThat(pair.modules(Linear.class).keySet()).containsExactly("extra", "a.0");
            assertThat(pair.modules(Linear.class)).containsEntry("a.0", pair.first);
            assertThat(pair.modules(BatchNorm2d.class).keySet()).containsExactly("conv.norm");
            // The child without a name has its parent's.
            assertThat(pair.modules(Module.class).get("")).isInstanceOf(LayerNorm.class);
        }
    }

    @Test
    void aNameIsGivenOnce() {
        class Twice extends Module {
            Twice(BuildContext context) {
                super(context);
                parameter("x", Shape.SCALAR, Initializers.ones());
                child("x", at -> new LayerNorm(at, 2));
            }
        }
        assertThatThrownBy(() -> new Twice(TestTensors.f64(backend)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'");
    }

    @Test
    void drawsDependOnTheNameAlone() {
        try (Pair plain = new Pair(TestTensors.f64(backend), false);
                Pair more = new Pair(TestTensors.f64(backend), true);
                Pair other = new Pair(BuildContext.root(backend, DType.F64, 8), false);
                Pair deeper = new Pair(TestTensors.f64(backend).at("head"), false)) {
            double[] values = plain.first.parameters().get("weight").data().toDoubles();
            assertThat(more.first.parameters().get("weight").data().toDoubles()).isEqualTo(values);
            assertThat(other.first.parameters().get("weight").data().toDoubles())
                    .isNotEqualTo(values);
            assertThat(deeper.first.parameters().get("weight").data().toDoubles())
                    .isNotEqualTo(values);
        }
    }

    @Test
    void freezingLeavesNothingToTrain() {
        try (Pair pair = new Pair(TestTensors.f64(backend), false)) {
            assertThat(pair.trainableParameters()).hasSize(8);
            pair.first.freeze();
            assertThat(pair.trainableParameters()).hasSize(6);
            pair.freeze();
            assertThat(pair.trainableParameters()).isEmpty();
        }
    }

    @Test
    void modeReachesEveryModule() {
        try (Pair pair = new Pair(TestTensors.f64(backend), false)) {
            assertThat(pair.first.isTraining()).isTrue();
            pair.setTraining(false);
            assertThat(pair.first.isTraining()).isFalse();
        }
    }

    @Test
    void closingGivesAllMemoryBack() {
        Pair pair = new Pair(TestTensors.f64(backend), true);
        try (Tensor x = TestTensors.tensor(backend, 1, 4, 3)) {
            pair.first.forward(x).close();
        }
        assertThat(backend.memory().liveBytes()).isPositive();
        pair.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    @Test
    void modelsAreFloating() {
        assertThatThrownBy(() -> BuildContext.root(backend, DType.I32, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("I32");
    }
}
