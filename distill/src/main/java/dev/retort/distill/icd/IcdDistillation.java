package dev.retort.distill.icd;

import dev.retort.autograd.Parameter;
import dev.retort.detection.ClassMatch;
import dev.retort.detection.Detector;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.CocoDataset;
import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.Distiller;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.nn.MultiheadAttention;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Instance-conditional distillation (arXiv 2110.12724) as a part of training: the conditional decoder with its losses, the
 * sampler of descriptors, and AdamW for the decoder.
 */
public final class IcdDistillation implements Distillation {
    private final Detector teacher;
    private final Detector student;
    private final ComparedLevels levels;
    private final IcdConfig config;
    private final IcdObjective objective;
    private final InstanceSampler sampler;
    private final IcdOptimizer optimizer;

    IcdDistillation(DistillationProvider.Context context, IcdSettings settings, ComparedLevels levels) {
        teacher = context.teacher();
        student = context.student();
        this.levels = levels;
        CocoDataset dataset = context.dataset();
        if (!teacher.categories().equals(dataset.categories())) {
            throw new DistillationException("The teacher's classes are not those of " + dataset.source() + ": "
                    + ClassMatch.difference("the teacher", teacher.categories(), "the data set", dataset.categories())
                    + ". Train a teacher on this data set first");
        }
        // What can be refused comes before what has to be closed.
        InstancePrior prior = settings.uniformPrior()
                ? InstancePrior.uniform(dataset.categories().size())
                : InstancePrior.of(dataset);
        config = settings.config(dataset.categories().size());
        long seed = context.recipe().training().seed();
        objective = new IcdObjective(context.modules(IcdProvider.NAME), config, context.studentChannels());
        sampler = new InstanceSampler(prior, config.descriptors().slots(), seed);
        optimizer = new IcdOptimizer(objective, settings, context.iterations());
    }

    /** The decoder with its losses. */
    public IcdObjective objective() {
        return objective;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        List<LevelPair> pairs = levels.pairs(step);
        return objective.losses(
                instances(step.batch(), step.moment().microBatch()),
                pairs.stream().map(LevelPair::student).toList(),
                pairs.stream().map(LevelPair::teacher).toList(),
                step.moment().iteration(),
                step.moment().iterations());
    }

    /**
     * The batch's instances with their sampled descriptors.
     *
     * @param microBatch counts all micro-batches of the run, so that each draws its own
     */
    public IcdBatch instances(Batch batch, long microBatch) {
        return IcdBatch.of(batch, sampler, microBatch);
    }

    @Override
    public List<Parameter> parameters() {
        return objective.trainableParameters();
    }

    /** The decoder where nothing trains it, and the whole student while the decoder is trained before it; not with weight 0. */
    @Override
    public List<Parameter> held(long iteration) {
        List<Parameter> held = new ArrayList<>();
        if (!objective.trainsDecoder(iteration)) {
            held.addAll(objective.teacher().trainableParameters());
        }
        if (config.distillation().weight() > 0 && config.phases().isPretraining(iteration)) {
            held.addAll(student.network().trainableParameters());
        }
        return held;
    }

    @Override
    public void update(GradientSource gradients, long iteration) {
        optimizer.step(gradients, iteration);
    }

    @Override
    public void addTo(Checkpoint checkpoint) {
        optimizer.addTo(checkpoint);
    }

    /**
     * Where the conditional attention of an image's real instances looks: for each, the last layer's softmax averaged over
     * heads, the distilled levels joined. A map sums to 1.
     *
     * @param batch of one image
     */
    public List<AttentionMap> attention(Batch batch) {
        try (Scope scope = Scope.open()) {
            List<Tensor> all = Distiller.features(teacher, batch);
            List<Tensor> maps = levels.names().stream()
                    .map(levels::teacherIndex)
                    .sorted()
                    .map(all::get)
                    .toList();
            IcdBatch instances = instances(batch, 0);
            InstanceDescriptors described =
                    InstanceDescriptors.of(instances.images(), instances.draws(), config.descriptors());
            PyramidContext pyramid = PyramidContext.of(
                    teacher.backend(),
                    objective.dtype(),
                    config.decoder().channels(),
                    instances.images(),
                    batch.height(),
                    batch.width(),
                    maps);
            List<DecoderOutput> layers = objective
                    .teacher()
                    .forward(described, PyramidContext.flatten(maps), pyramid, MultiheadAttention.Extra.WEIGHTS);
            Tensor mean = layers.get(layers.size() - 1).weights().mean(1);
            float[] weights = mean.toFloats();
            List<AttentionMap> attention = new ArrayList<>();
            for (int k = 0; k < instances.images().get(0).count(); k++) {
                attention.add(AttentionMap.of(weights, k * mean.dim(2), maps));
            }
            return attention;
        }
    }

    @Override
    public void close() {
        optimizer.close();
        objective.close();
    }
}
