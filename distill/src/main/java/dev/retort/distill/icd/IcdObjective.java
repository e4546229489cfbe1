package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The losses that instance-conditional distillation adds to a student's own (arXiv 2110.12724): auxiliary losses, which
 * train encoder and decoder on the frozen teacher's pyramid, and the distillation loss, which trains the student. Its
 * parameters, those of {@link IcdTeacher} and {@link StudentProjection}, have an optimizer of their own.
 */
public final class IcdObjective extends Module {
    /** The name of the distillation loss among the terms. */
    public static final String DISTILLATION = "distillation";

    private final IcdConfig config;
    private final IcdTeacher teacher;
    private final StudentProjection projection;
    private final DistillationLoss loss;

    /** @param studentWidth of the student's pyramid */
    public IcdObjective(BuildContext context, IcdConfig config, int studentWidth) {
        super(context);
        this.config = config;
        teacher = child("teacher", at -> new IcdTeacher(at, config));
        projection = child("student", at -> new StudentProjection(at, config.decoder(), studentWidth));
        loss = new DistillationLoss(
                config.decoder().heads(),
                config.distillation().form(),
                config.distillation().norm());
    }

    public IcdTeacher teacher() {
        return teacher;
    }

    public StudentProjection projection() {
        return projection;
    }

    /**
     * The terms of one step, scalars by name: {@code identification.i} and {@code localization.i} of each decoder
     * layer, and {@link #DISTILLATION} with its weight. With weight 0 the student's pyramid is not read at all, so that
     * the student trains bit for bit as without a teacher. {@link IcdConfig.Phases} say which terms an iteration has; there may be
     * none.
     *
     * @param student its pyramid, [N, h, w, C'] a level, finest first
     * @param teacherLevels the teacher's, [N, h, w, C] a level, of the same sizes; taken as constants
     * @param iteration counts from 0; before the start iteration the student's features are constants too
     * @param iterations length of the run
     */
    public Map<String, Tensor> losses(
            IcdBatch batch, List<Tensor> student, List<Tensor> teacherLevels, long iteration, long iterations) {
        PyramidContext.checkSameLevels(student, teacherLevels);
        IcdConfig.Distillation distillation = config.distillation();
        boolean teaches = distillation.weight() > 0 && config.phases().teachesStudent(iteration);
        if (!teaches && !trainsDecoder(iteration)) {
            return Map.of();
        }
        try (Scope scope = Scope.open()) {
            InstanceDescriptors described = InstanceDescriptors.of(batch.images(), batch.draws(), config.descriptors());
            PyramidContext pyramid = PyramidContext.of(
                    backend().root(),
                    dtype(),
                    config.decoder().channels(),
                    batch.images(),
                    batch.paddedHeight(),
                    batch.paddedWidth(),
                    teacherLevels);
            Extra extra = ConditionalWeighting.wanted(distillation.temperature());
            Tensor features = PyramidContext.flatten(Constants.of(teacherLevels));
            List<DecoderOutput> layers = teacher.forward(described, features, pyramid, extra);
            Map<String, Tensor> terms = new LinkedHashMap<>();
            if (trainsDecoder(iteration)) {
                terms.putAll(teacher.losses(layers, described.targets()));
            }
            if (teaches) {
                boolean learns = iteration >= distillation.startIteration();
                Tensor own = PyramidContext.flatten(learns ? student : Constants.of(student));
                double temperature = distillation.temperature().at(iteration, iterations);
                Tensor term = distil(projection.forward(own, pyramid), layers, described.targets(), temperature);
                terms.put(DISTILLATION, term);
            }
            terms.values().forEach(scope::keep);
            return terms;
        }
    }

    /** Whether encoder and decoder learn at an iteration. */
    boolean trainsDecoder(long iteration) {
        return config.auxiliary().isTrained() && config.phases().trainsDecoder(iteration);
    }

    /** The weighted distillation loss of projected student values [N, S, C] a layer; a scalar. */
    public Tensor distil(List<Tensor> values, List<DecoderOutput> layers, InstanceTargets targets, double temperature) {
        IcdConfig.Distillation distillation = config.distillation();
        try (Scope scope = Scope.open()) {
            List<Tensor> teacherValues = new ArrayList<>();
            List<Tensor> weights = new ArrayList<>();
            for (DecoderOutput layer : layers) {
                teacherValues.add(layer.values());
                weights.add(ConditionalWeighting.weights(layer, targets, distillation.negatives(), temperature));
            }
            return scope.keep(loss.forward(values, teacherValues, weights).mul(distillation.weight()));
        }
    }
}
