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
import dev.retort.nn.BuildContext;
import dev.retort.nn.MultiheadAttention;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.optim.AdamW;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.GradientSource;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Schedule;
import dev.retort.nn.optim.Warmup;
import dev.retort.nn.optim.WarmupCosine;
import dev.retort.tensor.DType;
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
    private static final String OBJECTIVE = "icd";
    private static final String OPTIMIZER = "icd_adamw";

    private final Detector teacher;
    private final IcdConfig config;
    private final IcdObjective objective;
    private final InstanceSampler sampler;
    private final AdamW optimizer;
    private final Schedule schedule;

    IcdDistillation(DistillationProvider.Context context, IcdSettings settings) {
        teacher = context.teacher();
        CocoDataset dataset = context.dataset();
        if (!teacher.categories().equals(dataset.categories())) {
            throw new DistillationException("The teacher's classes are not those of " + dataset.source() + ": "
                    + ClassMatch.difference("the teacher", teacher.categories(), "the data set", dataset.categories())
                    + ". Train a teacher on this data set first");
        }
        int width = teacher.recipe().model().pyramidChannels();
        if (settings.hidden() != width) {
            throw new DistillationException("distillation.icd.hidden is " + settings.hidden()
                    + ", the teacher's pyramid has " + width + " channels: set distillation.icd.hidden to " + width);
        }
        int studentWidth = context.recipe().model().pyramidChannels();
        if (settings.positionsOnValues() && !settings.projectPositions() && studentWidth != width) {
            throw new DistillationException("distillation.icd.positionsOnValues adds positions of width " + width
                    + " to the student's pyramid of " + studentWidth + " channels: set"
                    + " distillation.icd.projectPositions=true, or model.pyramidChannels=" + width);
        }
        // What can be refused comes before what has to be closed.
        InstancePrior prior = settings.uniformPrior()
                ? InstancePrior.uniform(dataset.categories().size())
                : InstancePrior.of(dataset);
        config = settings.config(dataset.categories().size());
        long seed = context.recipe().training().seed();
        BuildContext at = BuildContext.root(teacher.backend(), DType.F32, seed).at(OBJECTIVE);
        objective = new IcdObjective(at, config, studentWidth);
        sampler = new InstanceSampler(prior, config.descriptors().slots(), seed);
        Clipping clipping =
                settings.clipNorm() > 0 ? new Clipping.GlobalNorm(settings.clipNorm()) : new Clipping.None();
        optimizer = new AdamW(ParameterGroup.of(objective.parameters(), settings.weightDecay()), clipping);
        schedule = new WarmupCosine(settings.learningRate(), 0, context.iterations(), Warmup.linear(1, 0));
    }

    /** The decoder with its losses. */
    public IcdObjective objective() {
        return objective;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        return objective.losses(
                instances(step.batch(), step.moment().microBatch()),
                step.student().features(),
                step.teacher().features(),
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

    @Override
    public void update(GradientSource gradients, long iteration) {
        optimizer.step(gradients, schedule.learningRate(iteration));
    }

    @Override
    public void addTo(Checkpoint checkpoint) {
        checkpoint.model(OBJECTIVE, objective).optimizer(OPTIMIZER, optimizer);
    }

    /**
     * Where the conditional attention of an image's real instances looks: for each, the last layer's softmax averaged over
     * heads, all levels joined. A map sums to 1.
     *
     * @param batch of one image
     */
    public List<AttentionMap> attention(Batch batch) {
        try (Scope scope = Scope.open()) {
            List<Tensor> levels = Distiller.features(teacher, batch);
            IcdBatch instances = instances(batch, 0);
            InstanceDescriptors described =
                    InstanceDescriptors.of(instances.images(), instances.draws(), config.descriptors());
            PyramidContext pyramid = PyramidContext.of(
                    teacher.backend(),
                    DType.F32,
                    config.decoder().channels(),
                    instances.images(),
                    batch.height(),
                    batch.width(),
                    levels);
            List<DecoderOutput> layers = objective
                    .teacher()
                    .forward(described, PyramidContext.flatten(levels), pyramid, MultiheadAttention.Extra.WEIGHTS);
            Tensor mean = layers.get(layers.size() - 1).weights().mean(1);
            float[] weights = mean.toFloats();
            List<AttentionMap> maps = new ArrayList<>();
            for (int k = 0; k < instances.images().get(0).count(); k++) {
                maps.add(AttentionMap.of(weights, k * mean.dim(2), levels));
            }
            return maps;
        }
    }

    @Override
    public void close() {
        optimizer.close();
        objective.close();
    }
}
