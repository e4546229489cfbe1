package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A student of width 2 beside a teacher of width 4 with 2 heads, one level of 1x2 cells. */
class RegionObjectiveTest {
    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();
    private final List<Tensor> student = List.of(backend.tensor(new double[] {1, 2, 3, 4}, 1, 1, 2, 2));
    private final List<Tensor> teacher = List.of(backend.tensor(new double[] {1, 0, 2, 5, 7, 7, 0, 1}, 1, 1, 2, 4));
    private final Tensor weights = backend.tensor(new double[] {0.25, 0.75, 0.25, 0.75}, 1, 2, 1, 2);

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private RegionObjective objective(double weight, LossForm form, DistillationNorm norm) {
        IcdConfig config = new IcdConfig(
                IcdConfig.Descriptors.defaults(3),
                new IcdConfig.Decoder(4, 2, 3, true, false),
                IcdConfig.Auxiliary.defaults(),
                new IcdConfig.Distillation(weight, form, norm, Temperature.fixed(1), false, 5));
        return new RegionObjective(BuildContext.root(backend, DType.F64, 3), config, 2);
    }

    /**
     * The projection of (a, b) is (a, b, 0, 0): differences to the teacher are (0, 2 | -2, -5) and (-4, -3 | 0, -1). Mean squares of
     * the heads: 2, 14.5 and 12.5, 0.5; weighted: 0.25*2 + 0.75*12.5 = 9.875 and 0.25*14.5 + 0.75*0.5 = 4.
     */
    @Test
    void theTeachersPyramidIsComparedAsItIs() {
        try (RegionObjective objective = objective(2, LossForm.MSE, DistillationNorm.NONE)) {
            Map<String, Parameter> parameters = objective.parameters();
            assertThat(parameters).containsOnlyKeys("student.matt.0.value.weight", "student.matt.0.value.bias");
            Tensor weight = parameters.get("student.matt.0.value.weight").data();
            backend.assign(weight, backend.tensor(new double[] {1, 0, 0, 1, 0, 0, 0, 0}, weight.shape(), DType.F64));
            double loss = objective.loss(student, teacher, weights, 5).item();
            assertThat(loss).isCloseTo(2 * (9.875 + 4) / 2, within(1e-12));
        }
    }

    @Test
    void beforeTheStartIterationOnlyTheProjectionListens() {
        try (RegionObjective objective = objective(8, LossForm.MSE, DistillationNorm.BOTH)) {
            for (long iteration : new long[] {4, 5}) {
                try (Tape tape = Tape.on(backend)) {
                    tape.watch(objective.trainableParameters());
                    Tensor features = tape.watch(student.get(0));
                    Gradients gradients =
                            tape.gradients(objective.loss(List.of(features), teacher, weights, iteration));
                    assertThat(gradients.of(features) == null).isEqualTo(iteration == 4);
                    objective.trainableParameters().forEach(gradients::require);
                }
            }
        }
    }

    /** The first values are those that a student's projection has beside a decoder: runs of one seed begin alike. */
    @Test
    void theProjectionBeginsAsBesideADecoder() {
        BuildContext root = BuildContext.root(backend, DType.F64, 3);
        IcdConfig config = new IcdConfig(
                IcdConfig.Descriptors.defaults(3),
                new IcdConfig.Decoder(4, 2, 1, true, false),
                IcdConfig.Auxiliary.defaults(),
                IcdConfig.Distillation.defaults());
        try (RegionObjective alone = new RegionObjective(root.at("icd"), config, 2);
                IcdObjective beside = new IcdObjective(root.at("icd"), config, 2)) {
            String name = "student.matt.0.value.weight";
            assertThat(alone.parameters().get(name).data().toDoubles())
                    .isEqualTo(beside.parameters().get(name).data().toDoubles());
        }
    }

    @ParameterizedTest
    @EnumSource(LossForm.class)
    void gradientsAgreeWithDifferences(LossForm form) {
        try (RegionObjective objective = objective(8, form, DistillationNorm.BOTH)) {
            GradientCheck.on(backend)
                    .require(in -> objective.loss(List.of(in.get(0)), teacher, weights, 5), List.of(student.get(0)));
        }
    }

    /** Of both sides of the loss that forms and norms share with the decoder's. */
    @ParameterizedTest
    @EnumSource(DistillationNorm.class)
    void everyFormAndNormAgreesWithDifferences(DistillationNorm norm) {
        Tensor values = backend.tensor(new double[] {0.3, -1, 2, 0.6, -0.2, 1.1, 0.9, 3}, Shape.of(1, 2, 4), DType.F64);
        Tensor taught = backend.tensor(new double[] {1, 0.1, 2.4, 5, 7, 6.2, 0.5, 1.3}, Shape.of(1, 2, 4), DType.F64);
        for (LossForm form : LossForm.values()) {
            GradientCheck.on(backend)
                    .require(
                            in -> new DistillationLoss(2, form, norm).layer(in.get(0), taught, weights),
                            List.of(values));
        }
    }
}
