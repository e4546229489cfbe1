package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConditionalWeightingTest {
    private static final Offset<Double> CLOSE = within(1e-12);
    private static final double LN3 = Math.log(3);

    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    /**
     * 2 images, 1 head, 2 slots, 2 cells. Image 0: slot 0 real, slot 1 sampled; image 1: slot 0 sampled, slot 1
     * padding.
     */
    private final InstanceTargets targets = new InstanceTargets(
            2, 2, new boolean[] {false, false, false, true}, new boolean[] {true, false, false, false}, new double[16]);

    private final Tensor logits = backend.tensor(new double[] {0, LN3, LN3, 0, 0, 0, 0, 0}, 2, 1, 2, 2);

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private DecoderOutput withLogits() {
        return new DecoderOutput(null, logits, null, null);
    }

    @Test
    void sumsTheAttentionOfRealInstances() {
        Tensor weights = ConditionalWeighting.weights(withLogits(), targets, false, 1);
        assertThat(weights.shape().toArray()).containsExactly(2, 1, 1, 2);
        assertThat(weights.toDoubles()).containsExactly(new double[] {0.25, 0.75, 0, 0}, CLOSE);
    }

    @Test
    void negativesCountWhereAskedAndPaddingNever() {
        Tensor weights = ConditionalWeighting.weights(withLogits(), targets, true, 1);
        assertThat(weights.toDoubles()).containsExactly(new double[] {1, 1, 0.5, 0.5}, CLOSE);
    }

    @Test
    void temperatureFlattens() {
        Tensor weights = ConditionalWeighting.weights(withLogits(), targets, false, 2);
        double odds = Math.sqrt(3);
        assertThat(weights.toDoubles()).containsExactly(new double[] {1 / (1 + odds), odds / (1 + odds), 0, 0}, CLOSE);
    }

    @Test
    void readyWeightsGiveTheSameAsLogits() {
        DecoderOutput ready = new DecoderOutput(null, null, logits.softmax(-1), null);
        assertThat(ConditionalWeighting.weights(ready, targets, true, 1).toDoubles())
                .containsExactly(new double[] {1, 1, 0.5, 0.5}, CLOSE);
        assertThatThrownBy(() -> ConditionalWeighting.weights(ready, targets, true, 2))
                .hasMessageContaining("2.0");
        assertThat(ConditionalWeighting.wanted(Temperature.fixed(1))).isEqualTo(Extra.WEIGHTS);
        assertThat(ConditionalWeighting.wanted(Temperature.learnable())).isEqualTo(Extra.WEIGHTS);
        assertThat(ConditionalWeighting.wanted(Temperature.fixed(2))).isEqualTo(Extra.LOGITS);
        assertThat(ConditionalWeighting.wanted(Temperature.linear(1, 2))).isEqualTo(Extra.LOGITS);
    }

    @Test
    void temperatureMovesLinearly() {
        assertThat(Temperature.linear(3, 0.5).at(22500, 90000)).isEqualTo(2.375);
        assertThat(Temperature.linear(3, 0.5).at(90000, 90000)).isEqualTo(0.5);
        assertThat(Temperature.fixed(2.5).at(7, 10)).isEqualTo(2.5);
        assertThat(Temperature.learnable().at(7, 10)).isEqualTo(1);
        assertThatThrownBy(() -> Temperature.fixed(0)).hasMessageContaining("positive");
    }
}
