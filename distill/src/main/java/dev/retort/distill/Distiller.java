package dev.retort.distill;

import dev.retort.detection.ClassMatch;
import dev.retort.detection.Detector;
import dev.retort.detection.train.TrainingException;
import dev.retort.distill.icd.AttentionMap;

import dev.retort.detection.data.Batch;
import dev.retort.detection.data.CocoDataset;
import dev.retort.distill.icd.DecoderOutput;
import dev.retort.distill.icd.DistillationNorm;
import dev.retort.distill.icd.IcdBatch;
import dev.retort.distill.icd.IcdConfig;
import dev.retort.distill.icd.IcdObjective;
import dev.retort.distill.icd.Inheritance;
import dev.retort.distill.icd.InstanceDescriptors;
import dev.retort.distill.icd.InstancePrior;
import dev.retort.distill.icd.InstanceSampler;
import dev.retort.distill.icd.LossForm;
import dev.retort.distill.icd.PyramidContext;
import dev.retort.distill.icd.SlotRule;
import dev.retort.distill.icd.Temperature;
import dev.retort.detection.recipe.Recipe;
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
 * What instance-conditional distillation adds to the training of a student: a frozen teacher, the conditional decoder with
 * its losses, and AdamW for it. The teacher stays the caller's.
 */
public final class Distiller implements AutoCloseable {
    private static final String OBJECTIVE = "icd";
    private static final String OPTIMIZER = "icd_adamw";

    private final Detector teacher;
    private final IcdConfig config;
    private final IcdObjective objective;
    private final InstanceSampler sampler;
    private final AdamW optimizer;
    private final Schedule schedule;
    private String teacherDigest;

    /**
     * @param recipe the student's
     * @param dataset whose instances the prior of sampled descriptors is computed from
     * @param iterations length of the run
     * @throws TrainingException if the teacher knows other classes, or another width than the recipe's
     */
    public Distiller(Recipe recipe, CocoDataset dataset, Detector teacher, long iterations) {
        this.teacher = teacher;
        teacher.network().setTraining(false);
        Recipe.Distillation settings = recipe.distillation();
        if (!teacher.categories().equals(dataset.categories())) {
            throw new TrainingException("The teacher's classes are not those of " + dataset.source() + ": "
                    + ClassMatch.difference("the teacher", teacher.categories(), "the data set", dataset.categories())
                    + ". Train a teacher on this data set first");
        }
        int width = teacher.recipe().model().pyramidChannels();
        if (settings.hidden() != width) {
            throw new TrainingException("distillation.hidden is " + settings.hidden() + ", the teacher's pyramid has "
                    + width + " channels: set distillation.hidden to " + width);
        }
        // What can be refused comes before what has to be closed.
        InstancePrior prior = settings.uniformPrior()
                ? InstancePrior.uniform(dataset.categories().size())
                : InstancePrior.of(dataset);
        config = config(settings, dataset.categories().size());
        BuildContext context = BuildContext.root(
                        teacher.backend(), DType.F32, recipe.training().seed())
                .at(OBJECTIVE);
        objective = new IcdObjective(context, config, recipe.model().pyramidChannels());
        sampler = new InstanceSampler(
                prior, config.descriptors().slots(), recipe.training().seed());
        Clipping clipping =
                settings.clipNorm() > 0 ? new Clipping.GlobalNorm(settings.clipNorm()) : new Clipping.None();
        optimizer = new AdamW(ParameterGroup.of(objective.parameters(), settings.weightDecay()), clipping);
        schedule = new WarmupCosine(settings.rate(), 0, iterations, Warmup.linear(1, 0));
    }

    private static IcdConfig config(Recipe.Distillation s, int classes) {
        return new IcdConfig(
                new IcdConfig.Descriptors(
                        classes, SlotRule.relative(s.negativesPerPositive(), s.maxInstances()), 0.3, true, false),
                new IcdConfig.Decoder(s.hidden(), s.heads(), s.layers(), true, false),
                new IcdConfig.Auxiliary(s.auxiliaryWeight(), s.auxiliaryWeight()),
                new IcdConfig.Distillation(
                        s.weight(),
                        LossForm.MSE,
                        DistillationNorm.BOTH,
                        Temperature.fixed(s.temperature()),
                        false,
                        s.startIteration()));
    }

    /** Starts the student's pyramid and head from the teacher's, as the recipe asks; tells what did not fit. */
    public static List<String> inherit(Recipe.Distillation settings, Detector teacher, Detector student) {
        List<String> kept = new ArrayList<>();
        if (settings.inheritPyramid()) {
            kept.addAll(Inheritance.copy(
                            teacher.network().pyramid(), student.network().pyramid())
                    .kept());
        }
        if (settings.inheritHead()) {
            kept.addAll(
                    Inheritance.copy(teacher.network().head(), student.network().head())
                            .kept());
        }
        return kept;
    }

    public IcdObjective objective() {
        return objective;
    }

    public Detector teacher() {
        return teacher;
    }

    /** SHA-256 of the teacher's weights, which stay as they are: 64 hexadecimal digits. */
    String teacherDigest() {
        if (teacherDigest == null) {
            teacherDigest = teacher.digest();
        }
        return teacherDigest;
    }

    /** The teacher's pyramid of a batch, in the caller's scope. Called outside of any tape. */
    public List<Tensor> teacherFeatures(Batch batch) {
        try (Scope scope = Scope.open()) {
            List<Tensor> features = teacher.network().features(teacher.input(batch));
            features.forEach(scope::keep);
            return features;
        }
    }

    /**
     * The terms that a batch adds, scalars by name.
     *
     * @param microBatch counts all micro-batches of the run, so that each draws its own descriptors
     */
    public Map<String, Tensor> losses(
            Batch batch,
            List<Tensor> student,
            List<Tensor> teacherFeatures,
            long microBatch,
            long iteration,
            long iterations) {
        return objective.losses(icdBatch(batch, microBatch), student, teacherFeatures, iteration, iterations);
    }

    /** The batch's instances with their sampled descriptors. */
    public IcdBatch icdBatch(Batch batch, long microBatch) {
        return IcdBatch.of(batch, sampler, microBatch);
    }

    /**
     * Where the conditional attention of a picture's real instances looks: for each, the last layer's softmax averaged over
     * heads, all levels joined. A map sums to 1.
     *
     * @param batch of one picture
     */
    public List<AttentionMap> attention(Batch batch) {
        try (Scope scope = Scope.open()) {
            List<Tensor> levels = teacherFeatures(batch);
            IcdBatch instances = icdBatch(batch, 0);
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

    void step(GradientSource gradients, long iteration) {
        optimizer.step(gradients, schedule.rate(iteration));
    }

    Checkpoint addTo(Checkpoint checkpoint) {
        return checkpoint.model(OBJECTIVE, objective).optimizer(OPTIMIZER, optimizer);
    }

    @Override
    public void close() {
        optimizer.close();
        objective.close();
    }
}
