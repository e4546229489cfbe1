package dev.retort.distill.recipe;

import java.util.List;

/**
 * Everything that decides a training run, as read from a YAML file: the same recipe, data and seed give the same weights,
 * bit for bit, on one machine. Every field has a default, written beside it here and in {@code recipes/README.md}.
 */
public record Recipe(Model model, Data data, Optimizer optimizer, Training training, Distillation distillation) {

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
            List<Double> anchorSizes) {}

    /** Mean and standard deviation that pictures are normalised with. */
    public enum PixelScale {
        /** BGR 0..255, mean (103.53, 116.28, 123.675), no division. */
        MSRA,
        /** RGB 0..1, mean (0.485, 0.456, 0.406), deviation (0.229, 0.224, 0.225). */
        TORCHVISION
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
     */
    public record Data(
            String trainSplit,
            String testSplit,
            List<Integer> shortEdges,
            int longEdge,
            double flip,
            PixelScale pixels,
            boolean keepEmpty,
            int cacheMegabytes) {}

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
            double clipNorm) {}

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
     */
    public record Training(
            int iterations, int epochs, int batch, int accumulate, long seed, int checkpointEvery, int logEvery) {}

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
            double clipNorm) {}
}
