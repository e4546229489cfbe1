package dev.retort.detection.recipe;

import dev.retort.detection.data.Normalization;
import dev.retort.detection.data.ResizeMethod;
import dev.retort.detection.model.ModelSettings;
import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/**
 * Everything that decides a training run, as read from a YAML file: the same recipe, data and seed give the same weights,
 * bit for bit, on one machine. Every field has a default, written beside it here and in {@code recipes/README.md}. Values
 * out of range are refused with an {@link IllegalArgumentException} that names the field as a recipe file writes it.
 *
 * @param own settings that not every recipe has: those of the kind of detector, which a file gives in section {@code model},
 *     and those of {@link RecipeSection}s
 */
public record Recipe(ModelSettings model, Data data, Optimizer optimizer, Training training, List<Record> own) {

    /** Of an image as the network sees it, in pixels: far above everything that is trained. */
    private static final int LONGEST_EDGE = 16_384;

    /** Of an image's scale. */
    private static final double LEAST_JITTER = 0.01;

    private static final double MOST_JITTER = 10;

    public Recipe {
        own = List.copyOf(own);
    }

    /** A RetinaNet's recipe of defaults only. */
    public static Recipe defaults() {
        return RecipeReader.parse("", "no file", List.of()).recipe();
    }

    /**
     * The settings of one type, of the kind of detector or of a {@link RecipeSection}.
     *
     * @throws IllegalArgumentException if this recipe has none
     */
    public <S extends Record> S own(Class<S> type) {
        return find(type)
                .orElseThrow(
                        () -> new IllegalArgumentException("This recipe has no " + type.getSimpleName() + ": it has "
                                + own.stream()
                                        .map(settings -> settings.getClass().getSimpleName())
                                        .toList()));
    }

    /** The settings of one type, if this recipe has them. */
    public <S extends Record> Optional<S> find(Class<S> type) {
        return own.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /**
     * This recipe with other values.
     *
     * @param settings {@code key=value} each, the key dotted, such as {@code training.epochs=3}
     * @throws RecipeException naming the key that is unknown or the value that is out of range
     */
    public Recipe with(String... settings) {
        return RecipeReader.change(this, List.of(settings));
    }

    /** Mean and standard deviation that images are normalized with. */
    public enum PixelScale {
        /** BGR 0..255, mean (103.53, 116.28, 123.675), no division. */
        MSRA(Normalization.MSRA),
        /** RGB 0..1, mean (0.485, 0.456, 0.406), deviation (0.229, 0.224, 0.225). */
        TORCHVISION(Normalization.TORCHVISION);

        private final Normalization normalization;

        PixelScale(Normalization normalization) {
            this.normalization = normalization;
        }

        public Normalization normalization() {
            return normalization;
        }
    }

    /** What is done where images of a data set cannot be used. */
    public enum Broken {
        /** Nothing is begun. */
        FAIL,
        /** They are left out and listed. */
        SKIP
    }

    /**
     * What is read and how it is augmented.
     *
     * @param trainSplit split that is learned from (default train)
     * @param testSplit split that is evaluated on (default test)
     * @param shortEdges shortest edges in pixels, one drawn per image; empty leaves images as they are (default empty)
     * @param longEdge largest longest edge in pixels (default 1333)
     * @param resize how images get that size: detectron2 or torchvision (default detectron2)
     * @param flip probability of a horizontal flip (default 0.5)
     * @param pixels normalization (default torchvision)
     * @param keepEmpty whether images without boxes are learned from (default true)
     * @param cacheMegabytes memory for decoded images (default 512)
     * @param broken what to do with images that cannot be used (default fail)
     * @param jitter least and largest factor of large-scale jitter into a square of {@code longEdge}; empty for none (default
     *     empty)
     * @param crop probability of a random patch in place of the image (default 0)
     * @param color probability of each of four changes of the colors (default 0)
     * @param mosaic probability that an image and three others make one (default 0)
     */
    public record Data(
            String trainSplit,
            String testSplit,
            @OnChange(Effect.MEANING) List<Integer> shortEdges,
            @OnChange(Effect.MEANING) int longEdge,
            @OnChange(Effect.MEANING) ResizeMethod resize,
            double flip,
            @OnChange(Effect.MEANING) PixelScale pixels,
            @OnChange(Effect.MEANING) boolean keepEmpty,
            @OnChange(Effect.NONE) int cacheMegabytes,
            Broken broken,
            List<Double> jitter,
            double crop,
            double color,
            double mosaic) {
        public Data {
            shortEdges = List.copyOf(shortEdges);
            jitter = List.copyOf(jitter);
            Require.that(!trainSplit.isBlank(), "data.trainSplit", trainSplit, "the name of a split");
            Require.that(!testSplit.isBlank(), "data.testSplit", testSplit, "the name of a split");
            Require.that(
                    shortEdges.stream().allMatch(edge -> edge > 0 && edge <= LONGEST_EDGE),
                    "data.shortEdges",
                    shortEdges,
                    "lengths from 1 to " + LONGEST_EDGE);
            Require.within(1, LONGEST_EDGE, longEdge, "data.longEdge");
            Require.probability(flip, "data.flip");
            Require.atLeast(0, cacheMegabytes, "data.cacheMegabytes");
            Require.that(
                    jitter.isEmpty()
                            || jitter.size() == 2
                                    && jitter.get(0) >= LEAST_JITTER
                                    && jitter.get(0) <= jitter.get(1)
                                    && jitter.get(1) <= MOST_JITTER,
                    "data.jitter",
                    jitter,
                    "empty, or two ascending factors from " + LEAST_JITTER + " to " + MOST_JITTER);
            Require.that(
                    jitter.isEmpty() || jitter.get(1) * longEdge <= LONGEST_EDGE,
                    "data.jitter",
                    jitter,
                    "so that its largest factor times data.longEdge, " + longEdge + ", is at most " + LONGEST_EDGE);
            Require.probability(crop, "data.crop");
            Require.probability(color, "data.color");
            Require.probability(mosaic, "data.mosaic");
        }

        static Data defaults() {
            return new Data(
                    "train",
                    "test",
                    List.of(),
                    1333,
                    ResizeMethod.DETECTRON2,
                    0.5,
                    PixelScale.TORCHVISION,
                    true,
                    512,
                    Broken.FAIL,
                    List.of(),
                    0,
                    0,
                    0);
        }
    }

    /** Which optimizer. */
    public enum OptimizerKind {
        SGD,
        ADAMW
    }

    /** Which schedule follows the warm-up. */
    public enum Schedule {
        /** The learning rate divided by 10 at each of the steps. */
        MULTISTEP,
        /** Half a cosine down to 0. */
        COSINE
    }

    /**
     * The detector's optimizer and schedule.
     *
     * @param kind (default sgd)
     * @param learningRate after the warm-up (default 0.01)
     * @param momentum of SGD (default 0.9)
     * @param weightDecay (default 1e-4)
     * @param schedule (default multistep)
     * @param steps of the multistep schedule, as fractions of the run (default 0.6667, 0.8889)
     * @param warmupIterations linear warm-up (default 1000)
     * @param warmupFactor learning rate at its start (default 0.001)
     * @param clipValue each gradient element is clipped to plus or minus this; 0 does not (default 0)
     * @param clipNorm the gradient's norm is clipped to this; 0 does not (default 0)
     */
    public record Optimizer(
            @OnChange(Effect.ARCHITECTURE) OptimizerKind kind,
            double learningRate,
            double momentum,
            double weightDecay,
            Schedule schedule,
            List<Double> steps,
            int warmupIterations,
            double warmupFactor,
            double clipValue,
            double clipNorm) {
        public Optimizer {
            steps = List.copyOf(steps);
            Require.notNegative(learningRate, "optimizer.learningRate");
            Require.that(momentum >= 0 && momentum < 1, "optimizer.momentum", momentum, "at least 0 and below 1");
            Require.notNegative(weightDecay, "optimizer.weightDecay");
            Require.that(
                    steps.stream().allMatch(step -> step > 0 && step < 1)
                            && steps.stream().sorted().distinct().toList().equals(steps),
                    "optimizer.steps",
                    steps,
                    "ascending fractions of the run, each between 0 and 1");
            Require.atLeast(0, warmupIterations, "optimizer.warmupIterations");
            Require.that(warmupFactor > 0 && warmupFactor <= 1, "optimizer.warmupFactor", warmupFactor, "in (0, 1]");
            Require.notNegative(clipValue, "optimizer.clipValue");
            Require.notNegative(clipNorm, "optimizer.clipNorm");
        }

        static Optimizer defaults() {
            return new Optimizer(
                    OptimizerKind.SGD, 0.01, 0.9, 1e-4, Schedule.MULTISTEP, List.of(0.6667, 0.8889), 1000, 0.001, 0, 0);
        }
    }

    /**
     * Length and bookkeeping of the run.
     *
     * @param iterations optimizer steps; 0 when epochs are given (default 0)
     * @param epochs passes over the data, used when iterations is 0 (default 12)
     * @param batch images in a micro-batch (default 2)
     * @param accumulate micro-batches per optimizer step (default 1)
     * @param seed of everything that is drawn (default 1)
     * @param checkpointEvery iterations between two checkpoints (default 500)
     * @param logEvery iterations between two lines of metrics.jsonl (default 20)
     * @param recomputeBlocks keep only what enters each block of the backbone, and compute its inside once more for the
     *     gradient: less memory, more time, the same weights (default false)
     * @param evaluateEvery iterations between two evaluations on the test split; 0 for none (default 0)
     * @param patience evaluations without a better AP after which training ends; 0 for no such end (default 0)
     * @param averageDecay of the exponential moving average of the weights, which is evaluated and saved instead of the last
     *     weights; 0 for none (default 0)
     * @param fixedBackboneUntil iterations in which the backbone does not learn, while its pyramid and the head do (default 0)
     * @param fixedHeadUntil iterations in which the head does not learn (default 0)
     * @param tensorboard whether event files for TensorBoard are written into the run's folder (default false)
     * @param mlflow address of an MLflow server that is told of the run, {@code none} for none (default none)
     */
    public record Training(
            int iterations,
            int epochs,
            int batch,
            int accumulate,
            long seed,
            @OnChange(Effect.NONE) int checkpointEvery,
            @OnChange(Effect.NONE) int logEvery,
            @OnChange(Effect.NONE) boolean recomputeBlocks,
            @OnChange(Effect.NONE) int evaluateEvery,
            @OnChange(Effect.NONE) int patience,
            double averageDecay,
            int fixedBackboneUntil,
            int fixedHeadUntil,
            @OnChange(Effect.NONE) boolean tensorboard,
            @OnChange(Effect.NONE) String mlflow) {
        private static final String NO_SERVER = "none";

        public Training {
            Require.atLeast(0, iterations, "training.iterations");
            Require.atLeast(0, epochs, "training.epochs");
            Require.that(
                    iterations > 0 || epochs > 0, "training.epochs", epochs, "1 or more, as training.iterations is 0");
            Require.atLeast(1, batch, "training.batch");
            Require.atLeast(1, accumulate, "training.accumulate");
            Require.atLeast(1, checkpointEvery, "training.checkpointEvery");
            Require.atLeast(1, logEvery, "training.logEvery");
            Require.atLeast(0, evaluateEvery, "training.evaluateEvery");
            Require.atLeast(0, patience, "training.patience");
            Require.that(
                    patience == 0 || evaluateEvery > 0,
                    "training.evaluateEvery",
                    evaluateEvery,
                    "1 or more where training.patience is " + patience);
            Require.that(
                    averageDecay >= 0 && averageDecay < 1,
                    "training.averageDecay",
                    averageDecay,
                    "at least 0 and below 1");
            Require.atLeast(0, fixedBackboneUntil, "training.fixedBackboneUntil");
            Require.atLeast(0, fixedHeadUntil, "training.fixedHeadUntil");
            Require.that(
                    mlflow.equals(NO_SERVER) || isServer(mlflow),
                    "training.mlflow",
                    mlflow,
                    "none, or an address such as http://localhost:5000 without a user and a password, which belong into"
                            + " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD");
        }

        private static boolean isServer(String address) {
            try {
                URI uri = new URI(address);
                return List.of("http", "https").contains(String.valueOf(uri.getScheme()))
                        && uri.getHost() != null
                        && uri.getUserInfo() == null
                        && uri.getQuery() == null
                        && uri.getFragment() == null;
            } catch (URISyntaxException e) {
                return false;
            }
        }

        /** The MLflow server that is told of the run, if there is one. */
        public Optional<URI> mlflowServer() {
            return mlflow.equals(NO_SERVER) ? Optional.empty() : Optional.of(URI.create(mlflow));
        }

        static Training defaults() {
            return new Training(0, 12, 2, 1, 1, 500, 20, false, 0, 0, 0, 0, 0, false, NO_SERVER);
        }
    }
}
