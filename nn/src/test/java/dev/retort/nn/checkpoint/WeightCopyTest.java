package dev.retort.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Mlp;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightCopyTest {
    @Test
    void copiesWhatFitsAndListsTheRest() {
        try (Backend backend = Backends.create("reference");
                Mlp teacher = new Mlp(BuildContext.root(backend, DType.F32, 1), 6, 4, 2);
                Mlp student = new Mlp(BuildContext.root(backend, DType.F32, 2), 3, 4, 2, 5)) {
            float[] first = student.state().get("layers.0.weight").toFloats();
            WeightCopy report = WeightCopy.matching(teacher, student);
            assertThat(report.copied()).containsExactly("layers.0.bias", "layers.1.weight", "layers.1.bias");
            assertThat(report.kept())
                    .containsExactly(
                            "layers.0.weight: [4, 3] here, [4, 6] there",
                            "layers.2.weight: not there",
                            "layers.2.bias: not there");
            assertThat(student.state().get("layers.0.weight").toFloats()).isEqualTo(first);
            assertThat(student.state().get("layers.1.weight").toFloats())
                    .isEqualTo(teacher.state().get("layers.1.weight").toFloats());
            assertThat(student.state().get("layers.1.weight").storage())
                    .isNotSameAs(teacher.state().get("layers.1.weight").storage());
        }
    }

    @Test
    void whatIsReadBecomesTheTypeOfTheModel() {
        try (Backend backend = Backends.create("reference");
                Mlp model = new Mlp(BuildContext.root(backend, DType.F64, 1), 1, 1)) {
            WeightCopy report = WeightCopy.matching(
                    Map.of(
                            "layers.0.weight", WeightCopy.Source.read(Shape.of(1, 1), () -> new float[] {0.5f}),
                            "layers.0.bias", WeightCopy.Source.read(Shape.of(2), () -> new float[] {1, 2})),
                    model);
            assertThat(report.copied()).containsExactly("layers.0.weight");
            assertThat(report.kept()).containsExactly("layers.0.bias: [1] here, [2] there");
            assertThat(model.state().get("layers.0.weight").item()).isEqualTo(0.5);
        }
    }
}
