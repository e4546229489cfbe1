package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.autograd.GradientCheck.Report;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A net of two layers whose second one may lose its gradient. */
class ParameterCheckTest {
    private final Backend backend = Backends.create("reference");

    private static double[] values(int count, double phase) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Math.sin(phase + 1.7 * i);
        }
        return values;
    }

    private Report check(boolean detached) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            parameters.put("first.weight", new Parameter(backend.tensor(values(40, 1), 10, 4)));
            parameters.put("first.bias", new Parameter(backend.tensor(values(10, 2), 10)));
            parameters.put("second.weight", new Parameter(backend.tensor(values(20, 3), 2, 10)));
            Tensor x = backend.tensor(values(12, 4), 3, 4);
            Report report = ParameterCheck.on(backend).check(ParameterCheck.groups(parameters, 1), () -> {
                Tensor hidden = x.matmul(parameters.get("first.weight").value(), false, true)
                        .add(parameters.get("first.bias").value())
                        .relu();
                Tensor second = parameters.get("second.weight").value();
                // A millionth of the loss: only a relative measure sees that its gradient is gone.
                Tensor y = hidden.matmul(detached ? second.detach() : second, false, true);
                return hidden.square().sum().add(y.square().sum().mul(1e-3));
            });
            assertThat(parameters.get("first.weight").data().toDoubles()).isEqualTo(values(40, 1));
            return report;
        } finally {
            parameters.values().forEach(Parameter::close);
            assertThat(backend.memory().liveBytes()).isZero();
            backend.close();
        }
    }

    @Test
    void groupsOfAModelAreChecked() {
        Report report = check(false);
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.worst()).extracting(GradientCheck.Worst::name).containsExactly("first", "second");
    }

    @Test
    void aGroupWithoutGradientIsFound() {
        Report report = check(true);
        assertThat(report.worst().get(0).error()).isLessThan(1e-5);
        assertThat(report.worst().get(1).error()).isGreaterThan(0.1);
        assertThat(report.passed()).isFalse();
    }

    @Test
    void groupsAreTheFirstPartsOfNames() {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        for (String name : List.of("a.b.c.weight", "a.b.c.bias", "a.d.weight", "alone")) {
            parameters.put(name, null);
        }
        Map<String, Map<String, Parameter>> groups = ParameterCheck.groups(parameters, 2);
        assertThat(groups.keySet()).containsExactly("a.b", "a.d", "alone");
        assertThat(groups.get("a.b").keySet()).containsExactly("a.b.c.weight", "a.b.c.bias");
        backend.close();
    }
}
