package dev.retort.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.nn.MultiheadAttention.Attention;
import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attention against loops written here, head by head. */
class MultiheadAttentionTest {
    private static final int N = 2;
    private static final int K = 3;
    private static final int S = 5;
    private static final int C = 6;
    private static final int HEADS = 2;
    private static final int D = C / HEADS;

    private final Backend backend = TestTensors.reference();
    private final Scope scope = Scope.open();
    private final MultiheadAttention attention = new MultiheadAttention(TestTensors.f64(backend), C, HEADS);
    private final Tensor query = TestTensors.tensor(backend, 1, N, K, C);
    private final Tensor key = TestTensors.tensor(backend, 2, N, S, C);
    private final Tensor value = TestTensors.tensor(backend, 3, N, S, C);
    private final boolean[] padded = {false, true, false, false, true, false, false, false, false, false};
    private final Tensor padding = backend.tensor(padded, N, S);

    @BeforeEach
    void biasesMatter() {
        attention.parameters().forEach((name, parameter) -> {
            if (name.endsWith("bias")) {
                TestTensors.set(parameter.data(), TestTensors.values(9, (int)
                        parameter.data().size()));
            }
        });
    }

    @AfterEach
    void nothingIsLeft() {
        attention.close();
        scope.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    /** Row {@code row} of x times the rows [first, first + C) of a weight, plus bias. */
    private static double[] project(double[] x, int row, double[] weight, double[] bias, int first) {
        double[] y = new double[C];
        for (int o = 0; o < C; o++) {
            y[o] = bias[first + o];
            for (int i = 0; i < C; i++) {
                y[o] += x[row * C + i] * weight[(first + o) * C + i];
            }
        }
        return y;
    }

    private double[] data(String name) {
        return attention.parameters().get(name).data().toDoubles();
    }

    @Test
    void isTheFormula() {
        double[] logits = new double[N * HEADS * K * S];
        double[] weights = new double[logits.length];
        double[] values = new double[N * S * C];
        double[] output = new double[N * K * C];
        for (int n = 0; n < N; n++) {
            for (int s = 0; s < S; s++) {
                double[] v = project(value.toDoubles(), n * S + s, data("in_proj_weight"), data("in_proj_bias"), 2 * C);
                System.arraycopy(v, 0, values, (n * S + s) * C, C);
            }
            for (int k = 0; k < K; k++) {
                double[] q = project(query.toDoubles(), n * K + k, data("in_proj_weight"), data("in_proj_bias"), 0);
                double[] mixed = new double[C];
                for (int h = 0; h < HEADS; h++) {
                    double sum = 0;
                    int row = ((n * HEADS + h) * K + k) * S;
                    for (int s = 0; s < S; s++) {
                        double[] p =
                                project(key.toDoubles(), n * S + s, data("in_proj_weight"), data("in_proj_bias"), C);
                        for (int d = h * D; d < (h + 1) * D; d++) {
                            logits[row + s] += q[d] * p[d] / Math.sqrt(D);
                        }
                        logits[row + s] = padded[n * S + s] ? Double.NEGATIVE_INFINITY : logits[row + s];
                        sum += Math.exp(logits[row + s]);
                    }
                    for (int s = 0; s < S; s++) {
                        weights[row + s] = Math.exp(logits[row + s]) / sum;
                        for (int d = h * D; d < (h + 1) * D; d++) {
                            mixed[d] += weights[row + s] * values[(n * S + s) * C + d];
                        }
                    }
                }
                double[] y = project(mixed, 0, data("out_proj.weight"), data("out_proj.bias"), 0);
                System.arraycopy(y, 0, output, (n * K + k) * C, C);
            }
        }
        Attention result = attention.attend(query, key, value, padding, EnumSet.allOf(Extra.class));
        assertThat(result.output().toDoubles()).containsExactly(output, within(1e-12));
        assertThat(result.weights().toDoubles()).containsExactly(weights, within(1e-12));
        assertThat(result.values().toDoubles()).containsExactly(values, within(1e-12));
        assertThat(result.values().shape().toArray()).containsExactly(N, S, C);
        assertThat(result.logits().shape().toArray()).containsExactly(N, HEADS, K, S);
        double[] found = result.logits().toDoubles();
        for (int i = 0; i < found.length; i++) {
            if (Double.isInfinite(logits[i])) {
                assertThat(found[i]).isEqualTo(logits[i]);
            } else {
                assertThat(found[i]).isCloseTo(logits[i], within(1e-12));
            }
        }
        assertThat(attention.projectValues(value).toDoubles())
                .isEqualTo(result.values().toDoubles());
    }

    @Test
    void handsOutOnlyWhatIsAskedFor() {
        Attention result = attention.attend(query, key, value, Set.of(Extra.VALUES));
        assertThat(result.logits()).isNull();
        assertThat(result.weights()).isNull();
        assertThat(result.values()).isNotNull();
    }

    @Test
    void paddingKeysHaveNoInfluence() {
        double[] before = attention.forward(query, key, value, padding).toDoubles();
        double[] changed = key.toDoubles();
        for (int i = 0; i < C; i++) {
            changed[C + i] += 100;
        }
        Tensor moved = backend.tensor(changed, N, S, C);
        assertThat(attention.forward(query, moved, value, padding).toDoubles()).isEqualTo(before);
        assertThat(attention.forward(query, moved, value).toDoubles()).isNotEqualTo(before);
    }

    @Test
    void gradientsAreSlopes() {
        GradientCheck.on(backend)
                .require(
                        inputs -> attention.forward(inputs.get(0), inputs.get(1), inputs.get(2), padding),
                        List.of(query, key, value));
    }

    @Test
    void badInputIsRefused() {
        assertThatThrownBy(() -> new MultiheadAttention(TestTensors.f64(backend), 6, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 heads");
        assertThatThrownBy(() -> attention.forward(query, query, value))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 3, 6]");
        assertThatThrownBy(() -> attention.forward(query, key, value, backend.tensor(new boolean[6], 2, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("padding mask");
        assertThatThrownBy(() -> attention.forward(query, key, value, backend.tensor(new int[10], 2, 5)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("I32");
    }
}
