package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Linear;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * ICD's distillation loss without its decoder, for the comparison of weightings in the paper (arXiv 2110.12724): weights of another
 * origin in place of the instances' attention. The student's projection, layer norm per head, form and weight of the loss stay.
 *
 * <p>What is compared: the student's pyramid through its projection, and the teacher's pyramid as it is, split among the heads as
 * projected values are. In ICD the auxiliary task trains the teacher's value projection; where nothing trains it, it would be a
 * random mixture, another one for each seed.
 */
final class RegionObjective extends Module {
    private final IcdConfig config;
    private final Linear projection;
    private final DistillationLoss loss;

    /**
     * @param config of which encoder, decoder and auxiliary task are not made
     * @param studentWidth of the student's pyramid
     */
    RegionObjective(BuildContext context, IcdConfig config, int studentWidth) {
        super(context);
        this.config = config;
        int channels = config.decoder().channels();
        // The name, and so the first values, of the first layer's projection beside a decoder.
        projection = child("student.matt.0.value", at -> StudentProjection.value(at, studentWidth, channels));
        loss = new DistillationLoss(
                config.decoder().heads(),
                config.distillation().form(),
                config.distillation().norm());
    }

    /**
     * The weighted distillation loss, a scalar.
     *
     * @param student its pyramid, [N, h, w, C'] a level
     * @param teacher the teacher's, [N, h, w, C] a level, of the same sizes; taken as constants
     * @param weights [N, heads, 1, S], as {@link RegionWeighting} gives them
     * @param iteration counts from 0; before the start iteration the student's features are constants too
     */
    Tensor loss(List<Tensor> student, List<Tensor> teacher, Tensor weights, long iteration) {
        PyramidContext.checkSameLevels(student, teacher);
        boolean learns = iteration >= config.distillation().startIteration();
        try (Scope scope = Scope.open()) {
            Tensor own = PyramidContext.flatten(learns ? student : Constants.of(student));
            Tensor taught = PyramidContext.flatten(Constants.of(teacher));
            return scope.keep(loss.layer(projection.forward(own), taught, weights)
                    .mul(config.distillation().weight()));
        }
    }
}
