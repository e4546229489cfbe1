package dev.retort.detection.recipe;

import dev.retort.tensor.io.JsonProblem;
import java.util.List;

/**
 * Everything that decides a training run, as read from a YAML file: the same recipe, data and seed give the same weights,
 * bit for bit, on one machine. Every field has a default, written beside it here and in {@code recipes/README.md}. Values
 * out of range are refused with an {@link IllegalArgumentException} that names the field as a recipe file writes it.
 */
public record Recipe(Model model, Data data, Optimizer optimizer, Training training, Distillation distillation) {

    /*
     * Bounds far above everything that is trained: a file of somebody else's that asks for more is told so at once, where memory
     * or time would else end first.
     */

    /** Channels of the first stage; the last has 32 times as many. */
    private static final int MOST_WIDTH = 1024;

    private static final int MOST_CHANNELS = 16_384;
    /** Layers of one kind, one behind the other. */
    private static final int MOST_LAYERS = 100;
    /** Of a picture as the network sees it, in pixels. */
    private static final int LONGEST_EDGE = 16_384;

    /** A recipe of defaults only. */
    public static Recipe defaults() {
        return new Recipe(
                Model.defaults(), Data.defaults(), Optimizer.defaults(), Training.defaults(), Distillation.defaults());
    }

    /** How feature maps are normalised. */
    public enum Norm {
        /** Statistics of the batch in training, running ones later. For training from scratch. */
        BATCH,
        /** Fixed statistics, folded into the convolution. For fine-tuning. */
        FROZEN
    }

    /**
     * A RetinaNet.
     *
     * @param depth of the ResNet: 18, 34, 50, 101 or 152 (default 18)
     * @param width channels of the first stage; 64 is the standard network, 32 half of it (default 64)
     * @param pyramidChannels channels of the feature pyramid and the head (default 256)
     * @param headConvolutions 3x3 convolutions in each tower of the head (default 4)
     * @param norm of the backbone (default batch)
     * @param strideIn1x1 whether bottlenecks stride in their first 1x1 convolution (MSRA) or in the 3x3 (default false)
     * @param freezeAt how many stages, stem included, are frozen (default 0)
     * @param anchorSizes size of the smallest anchor of each pyramid level, in pixels (default 32, 64, 128, 256, 512)
     */
    public record Model(
            int depth,
            int width,
            int pyramidChannels,
            int headConvolutions,
            Norm norm,
            boolean strideIn1x1,
            int freezeAt,
            List<Double> anchorSizes) {
        public Model {
            anchorSizes = List.copyOf(anchorSizes);
            Check.that(DEPTHS.contains(depth), "model.depth", depth, "one of " + DEPTHS);
            Check.within(1, MOST_WIDTH, width, "model.width");
            Check.within(1, MOST_CHANNELS, pyramidChannels, "model.pyramidChannels");
            Check.within(0, MOST_LAYERS, headConvolutions, "model.headConvolutions");
            Check.that(freezeAt >= 0 && freezeAt <= STAGES, "model.freezeAt", freezeAt, "from 0 to " + STAGES);
            Check.that(
                    anchorSizes.size() == LEVELS
                            && anchorSizes.stream().allMatch(size -> size > 0 && size <= LONGEST_EDGE),
                    "model.anchorSizes",
                    anchorSizes,
                    LEVELS + " positive sizes up to " + LONGEST_EDGE + ", for the levels p3 to p7");
        }

        /** ResNets that there are. */
        private static final List<Integer> DEPTHS = List.of(18, 34, 50, 101, 152);

        /** The stem and res2 to res5. */
        private static final int STAGES = 5;

        /** p3 to p7. */
        private static final int LEVELS = 5;

        static Model defaults() {
            return new Model(50, 64, 256, 4, Norm.BATCH, false, 0, List.of(32.0, 64.0, 128.0, 256.0, 512.0));
        }
    }

    /** Mean and standard deviation that pictures are normalised with. */
    public enum PixelScale {
        /** BGR 0..255, mean (103.53, 116.28, 123.675), no division. */
        MSRA,
        /** RGB 0..1, mean (0.485, 0.456, 0.406), deviation (0.229, 0.224, 0.225). */
        TORCHVISION
    }

    /** What is done where pictures of a data set cannot be used. */
    public enum Broken {
        /** Nothing is begun. */
        FAIL,
        /** They are left out and listed. */
        SKIP
    }

    /**
     * What is read and how it is augmented.
     *
     * @param trainSplit split that is learnt from (default train)
     * @param testSplit split that is evaluated on (default test)
     * @param shortEdges shortest edges in pixels, one drawn per picture; empty leaves pictures as they are (default empty)
     * @param longEdge largest longest edge in pixels (default 1333)
     * @param flip probability of a horizontal flip (default 0.5)
     * @param pixels normalisation (default torchvision)
     * @param keepEmpty whether pictures without boxes are learnt from (default true)
     * @param cacheMegabytes memory for decoded pictures (default 512)
     * @param broken what to do with pictures that cannot be used (default fail)
     */
    public record Data(
            String trainSplit,
            String testSplit,
            List<Integer> shortEdges,
            int longEdge,
            double flip,
            PixelScale pixels,
            boolean keepEmpty,
            int cacheMegabytes,
            Broken broken) {
        public Data {
            // Models written before there was this field say nothing of it.
            broken = broken == null ? Broken.FAIL : broken;
            shortEdges = List.copyOf(shortEdges);
            Check.that(!trainSplit.isBlank(), "data.trainSplit", trainSplit, "the name of a split");
            Check.that(!testSplit.isBlank(), "data.testSplit", testSplit, "the name of a split");
            Check.that(
                    shortEdges.stream().allMatch(edge -> edge > 0 && edge <= LONGEST_EDGE),
                    "data.shortEdges",
                    shortEdges,
                    "lengths from 1 to " + LONGEST_EDGE);
            Check.within(1, LONGEST_EDGE, longEdge, "data.longEdge");
            Check.that(flip >= 0 && flip <= 1, "data.flip", flip, "a probability from 0 to 1");
            Check.atLeast(0, cacheMegabytes, "data.cacheMegabytes");
        }

        static Data defaults() {
            return new Data("train", "test", List.of(), 1333, 0.5, PixelScale.TORCHVISION, true, 512, Broken.FAIL);
        }
    }

    /** Which optimiser. */
    public enum OptimizerKind {
        SGD,
        ADAMW
    }

    /** Which schedule follows the warm-up. */
    public enum Schedule {
        /** The rate divided by 10 at each of the steps. */
        MULTISTEP,
        /** Half a cosine down to 0. */
        COSINE
    }

    /**
     * The detector's optimiser and schedule.
     *
     * @param kind (default sgd)
     * @param rate learning rate (default 0.01)
     * @param momentum of SGD (default 0.9)
     * @param weightDecay (default 1e-4)
     * @param schedule (default multistep)
     * @param steps of the multistep schedule, as fractions of the run (default 0.6667, 0.8889)
     * @param warmupIterations linear warm-up (default 1000)
     * @param warmupFactor rate at its start (default 0.001)
     * @param clipValue each gradient element is clipped to plus or minus this; 0 does not (default 0)
     * @param clipNorm the gradient's norm is clipped to this; 0 does not (default 0)
     */
    public record Optimizer(
            OptimizerKind kind,
            double rate,
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
            Check.notNegative(rate, "optimizer.rate");
            Check.that(momentum >= 0 && momentum < 1, "optimizer.momentum", momentum, "at least 0 and below 1");
            Check.notNegative(weightDecay, "optimizer.weightDecay");
            Check.that(
                    steps.stream().allMatch(step -> step > 0 && step < 1)
                            && steps.stream().sorted().distinct().toList().equals(steps),
                    "optimizer.steps",
                    steps,
                    "ascending fractions of the run, each between 0 and 1");
            Check.atLeast(0, warmupIterations, "optimizer.warmupIterations");
            Check.that(warmupFactor > 0 && warmupFactor <= 1, "optimizer.warmupFactor", warmupFactor, "in (0, 1]");
            Check.notNegative(clipValue, "optimizer.clipValue");
            Check.notNegative(clipNorm, "optimizer.clipNorm");
        }

        static Optimizer defaults() {
            return new Optimizer(
                    OptimizerKind.SGD, 0.01, 0.9, 1e-4, Schedule.MULTISTEP, List.of(0.6667, 0.8889), 1000, 0.001, 0, 0);
        }
    }

    /**
     * Length and bookkeeping of the run.
     *
     * @param iterations optimiser steps; 0 when epochs are given (default 0)
     * @param epochs passes over the data, used when iterations is 0 (default 12)
     * @param batch pictures in a micro-batch (default 2)
     * @param accumulate micro-batches per optimiser step (default 1)
     * @param seed of everything that is drawn (default 1)
     * @param checkpointEvery iterations between two checkpoints (default 500)
     * @param logEvery iterations between two lines of metrics.jsonl (default 20)
     * @param recomputeBlocks keep only what enters each block of the backbone, and compute its inside once more for the
     *     gradient: less memory, more time, the same weights (default false)
     */
    public record Training(
            int iterations,
            int epochs,
            int batch,
            int accumulate,
            long seed,
            int checkpointEvery,
            int logEvery,
            boolean recomputeBlocks) {
        public Training {
            Check.atLeast(0, iterations, "training.iterations");
            Check.atLeast(0, epochs, "training.epochs");
            Check.that(
                    iterations > 0 || epochs > 0, "training.epochs", epochs, "1 or more, as training.iterations is 0");
            Check.atLeast(1, batch, "training.batch");
            Check.atLeast(1, accumulate, "training.accumulate");
            Check.atLeast(1, checkpointEvery, "training.checkpointEvery");
            Check.atLeast(1, logEvery, "training.logEvery");
        }

        static Training defaults() {
            return new Training(0, 12, 2, 1, 1, 500, 20, false);
        }
    }

    /**
     * Instance-conditional distillation; only {@code retort distill} reads it.
     *
     * @param weight of the distillation loss; 0 trains the student alone (default 8)
     * @param inheritPyramid start from the teacher's feature pyramid (default true)
     * @param inheritHead start from the teacher's head (default true)
     * @param startIteration iterations in which the student's features are detached in the distillation loss (default 1000)
     * @param heads of the conditional attention (default 8)
     * @param layers of the decoder (default 1)
     * @param hidden width of encoder and decoder, equal to the teacher's pyramid (default 256)
     * @param negativesPerPositive sampled instances for each real one (default 5)
     * @param maxInstances upper bound of instances in a picture (default 300)
     * @param auxiliaryWeight of identification and localisation (default 1)
     * @param temperature of the attention in the loss (default 1)
     * @param uniformPrior sample classes and boxes from a uniform prior, not the data set's (default false)
     * @param rate of AdamW (default 1e-4)
     * @param weightDecay of AdamW (default 1e-4)
     * @param clipNorm of AdamW's gradients (default 0.01)
     */
    public record Distillation(
            double weight,
            boolean inheritPyramid,
            boolean inheritHead,
            int startIteration,
            int heads,
            int layers,
            int hidden,
            double negativesPerPositive,
            int maxInstances,
            double auxiliaryWeight,
            double temperature,
            boolean uniformPrior,
            double rate,
            double weightDecay,
            double clipNorm) {
        public Distillation {
            Check.notNegative(weight, "distillation.weight");
            Check.atLeast(0, startIteration, "distillation.startIteration");
            Check.atLeast(1, heads, "distillation.heads");
            Check.within(0, MOST_LAYERS, layers, "distillation.layers");
            Check.within(1, MOST_CHANNELS, hidden, "distillation.hidden");
            Check.that(
                    hidden % heads == 0 && hidden % POSITION_PARTS == 0,
                    "distillation.hidden",
                    hidden,
                    "a multiple of distillation.heads (" + heads + ") and of " + POSITION_PARTS);
            Check.notNegative(negativesPerPositive, "distillation.negativesPerPositive");
            Check.atLeast(1, maxInstances, "distillation.maxInstances");
            Check.notNegative(auxiliaryWeight, "distillation.auxiliaryWeight");
            Check.that(
                    temperature > 0 && Double.isFinite(temperature),
                    "distillation.temperature",
                    temperature,
                    "positive");
            Check.notNegative(rate, "distillation.rate");
            Check.notNegative(weightDecay, "distillation.weightDecay");
            Check.notNegative(clipNorm, "distillation.clipNorm");
        }

        /** A position has sines and cosines of y and of x. */
        private static final int POSITION_PARTS = 4;

        static Distillation defaults() {
            return new Distillation(8, true, true, 1000, 8, 1, 256, 5, 300, 1, 1, false, 1e-4, 1e-4, 0.01);
        }
    }

    /** Refuses values that are out of range, naming the field. */
    private static final class Check {
        static void that(boolean holds, String field, Object value, String expected) {
            if (!holds) {
                throw new IllegalArgumentException(
                        field + " must be " + expected + ", not " + JsonProblem.shown("" + value));
            }
        }

        static void atLeast(long least, long value, String field) {
            that(value >= least, field, value, least + " or more");
        }

        static void within(int least, int most, int value, String field) {
            that(value >= least && value <= most, field, value, "from " + least + " to " + most);
        }

        static void notNegative(double value, String field) {
            that(value >= 0 && Double.isFinite(value), field, value, "0 or more");
        }
    }
}
