package dev.retort.detection.train;

import dev.retort.detection.Detector;
import dev.retort.detection.RecipeBatches;
import dev.retort.distill.Distiller;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.EmaNormalizer;
import dev.retort.detection.box.Matcher;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.BatchLoader;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DatasetBatches;
import dev.retort.detection.model.RetinaNet;
import dev.retort.detection.model.RetinaNetLoss;
import dev.retort.distill.icd.IcdObjective;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.optim.AdamW;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.GradientAccumulator;
import dev.retort.nn.optim.GradientSource;
import dev.retort.nn.optim.Optimizer;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Schedule;
import dev.retort.nn.optim.Sgd;
import dev.retort.nn.optim.Warmup;
import dev.retort.nn.optim.WarmupCosine;
import dev.retort.nn.optim.WarmupMultiStep;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Trains a detector step by step, alone or with a {@link Distiller}. All that a step depends on is the recipe, the data, the
 * iteration and what {@link #save} writes, so a run that was stopped and resumed ends with the same bits.
 */
public final class Trainer implements AutoCloseable {
    private static final String OPTIMIZER = "optimizer";
    private static final String ITERATION_KEY = "iteration";
    private static final String NORMALIZER_KEY = "loss_normalizer";
    private static final int PREFETCH = 2;

    private final Recipe recipe;
    private final RunIdentity.Data data;
    private final Detector student;
    private final Distiller distiller;
    private final DatasetBatches batches;
    private final RetinaNetLoss loss;
    private final EmaNormalizer normalizer = new EmaNormalizer();
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final long iterations;
    private final GradientAccumulator accumulator;
    private final StatisticsBackup statistics;
    private BatchLoader loader;
    private long iteration;
    /** Whether weights and optimiser are those after a whole number of steps. */
    private boolean whole = true;

    /** @param distiller null to train alone */
    public Trainer(Recipe recipe, CocoDataset dataset, Detector student, Distiller distiller) {
        this.recipe = recipe;
        this.data = RunIdentity.Data.of(dataset);
        this.student = student;
        this.distiller = distiller;
        this.batches = RecipeBatches.training(recipe, dataset);
        this.loss = RetinaNetLoss.standard(
                new AnchorLabeler(Matcher.RETINANET, dataset.categories().size()));
        this.iterations = iterations(recipe, dataset);
        this.optimizer = optimizer(recipe.optimizer(), student.network().parameters());
        this.schedule = schedule(recipe.optimizer(), iterations);
        int accumulate = recipe.training().accumulate();
        this.accumulator = accumulate == 1 ? null : new GradientAccumulator(watched(), accumulate);
        this.statistics = new StatisticsBackup(student.network());
    }

    /** Optimiser steps of a whole run. */
    public static long iterations(Recipe recipe, CocoDataset dataset) {
        Recipe.Training training = recipe.training();
        if (training.iterations() > 0) {
            return training.iterations();
        }
        CocoDataset used = recipe.data().keepEmpty() ? dataset : dataset.withoutEmptyPictures();
        long pictures = (long) used.size() * training.epochs();
        long perStep = (long) training.batch() * training.accumulate();
        return Math.max(1, (pictures + perStep - 1) / perStep);
    }

    private static Optimizer optimizer(Recipe.Optimizer settings, Map<String, Parameter> parameters) {
        Clipping clipping = settings.clipValue() > 0
                ? new Clipping.Value(settings.clipValue())
                : settings.clipNorm() > 0 ? new Clipping.GlobalNorm(settings.clipNorm()) : new Clipping.None();
        ParameterGroup group = ParameterGroup.of(parameters, settings.weightDecay());
        return switch (settings.kind()) {
            case SGD -> new Sgd(group, settings.momentum(), clipping);
            case ADAMW -> new AdamW(group, clipping);
        };
    }

    private static Schedule schedule(Recipe.Optimizer settings, long iterations) {
        Warmup warmup = Warmup.linear(settings.warmupFactor(), settings.warmupIterations());
        return switch (settings.schedule()) {
            case COSINE -> new WarmupCosine(settings.rate(), 0, iterations, warmup);
            case MULTISTEP -> {
                long[] steps = settings.steps().stream()
                        .mapToLong(share -> Math.round(share * iterations))
                        .toArray();
                if (LongStream.of(steps).distinct().count() < steps.length) {
                    throw new IllegalArgumentException("The shares optimizer.steps " + settings.steps() + " of "
                            + iterations + " iteration(s) are not different iterations: raise training.iterations,"
                            + " give fewer steps, or set optimizer.schedule=cosine");
                }
                yield new WarmupMultiStep(settings.rate(), 0.1, steps, iterations, warmup);
            }
        };
    }

    private List<Parameter> watched() {
        List<Parameter> watched = new ArrayList<>(student.network().trainableParameters());
        if (distiller != null) {
            watched.addAll(distiller.objective().trainableParameters());
        }
        return watched;
    }

    /** Steps taken so far. */
    public long iteration() {
        return iteration;
    }

    /** Steps of the whole run. */
    public long iterations() {
        return iterations;
    }

    /** Whether {@link #save} would write the state after a whole number of steps: not so after a failure amid an update. */
    public boolean isWhole() {
        return whole;
    }

    /**
     * One optimiser step. If it fails, everything is as it was before, unless {@link #isWhole} says otherwise.
     *
     * @throws TrainingException if a loss is not finite, naming it; no weight was changed then
     */
    public StepReport step() {
        long start = System.nanoTime();
        int accumulate = recipe.training().accumulate();
        if (loader == null) {
            loader = new BatchLoader(batches, iteration * accumulate, PREFETCH);
        }
        student.network().setTraining(true);
        statistics.take();
        double divisor = normalizer.value();
        Map<String, Double> losses = new LinkedHashMap<>();
        int pictures = 0;
        try {
            for (int micro = 0; micro < accumulate; micro++) {
                Batch batch = loader.next();
                pictures += batch.size();
                microBatch(batch, iteration * accumulate + micro)
                        .forEach((name, value) -> losses.merge(name, value / accumulate, Double::sum));
            }
        } catch (RuntimeException | Error failure) {
            closeLoader();
            if (whole) {
                statistics.restore();
                normalizer.restore(divisor);
            }
            throw failure;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        StepReport report = new StepReport(iteration, iterations, losses, schedule.rate(iteration), pictures, seconds);
        iteration++;
        whole = true;
        return report;
    }

    private Map<String, Double> microBatch(Batch batch, long number) {
        try (Scope scope = Scope.open()) {
            List<Tensor> teacherFeatures = distiller == null ? null : distiller.teacherFeatures(batch);
            Tensor images = student.input(batch);
            try (Tape tape = Tape.on(student.backend())) {
                tape.watch(watched());
                RetinaNet.Output output = student.network().forward(images);
                Map<String, Tensor> terms = new LinkedHashMap<>(detectorLosses(batch, output));
                List<Tensor> own = List.copyOf(terms.values());
                Map<String, Tensor> added = distiller == null
                        ? Map.of()
                        : distiller.losses(batch, output.features(), teacherFeatures, number, iteration, iterations);
                Tensor total = IcdObjective.total(own, added);
                terms.putAll(added);
                Map<String, Double> values = finite(terms);
                Gradients gradients = tape.gradients(total);
                if (accumulator == null) {
                    update(gradients::of);
                } else if (accumulator.add(gradients::of)) {
                    update(accumulator);
                }
                return values;
            }
        }
    }

    private Map<String, Tensor> detectorLosses(Batch batch, RetinaNet.Output output) {
        List<double[]> boxes = new ArrayList<>();
        List<int[]> classes = new ArrayList<>();
        for (int n = 0; n < batch.size(); n++) {
            boxes.add(batch.boxes(n));
            classes.add(batch.classes(n));
        }
        RetinaNetLoss.Targets targets = loss.targets(student.network().anchors(output.features()), boxes, classes);
        double divisor = normalizer.update(targets.foreground());
        RetinaNetLoss.Losses losses = loss.losses(output.logits(), output.deltas(), targets, divisor);
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("classification", losses.classification());
        terms.put("box", losses.box());
        return terms;
    }

    private Map<String, Double> finite(Map<String, Tensor> terms) {
        Map<String, Double> values = new LinkedHashMap<>();
        terms.forEach((name, term) -> {
            double value = term.item();
            if (!Double.isFinite(value)) {
                throw new TrainingException("The loss '" + name + "' is " + value + " at iteration " + iteration
                        + ": training has diverged. Resume from the last checkpoint with a smaller learning rate"
                        + " (--set optimizer.rate=...) or a longer warm-up");
            }
            values.put(name, value);
        });
        return values;
    }

    private void update(GradientSource gradients) {
        whole = false;
        optimizer.step(gradients, schedule.rate(iteration));
        if (distiller != null) {
            distiller.step(gradients, iteration);
        }
    }

    /** Writes all that the rest of the run depends on, whole or not at all. */
    public void save(Path file) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>(student.metadata());
        identity().addTo(metadata);
        metadata.put(ITERATION_KEY, Long.toString(iteration));
        metadata.put(NORMALIZER_KEY, Double.toString(normalizer.value()));
        checkpoint().save(file, metadata);
    }

    private RunIdentity identity() {
        String teacher = distiller == null ? "" : distiller.teacherDigest();
        return new RunIdentity(student.categories(), recipe, data, teacher);
    }

    /**
     * Goes on where {@link #save} was called.
     *
     * @param anyway whether the run may learn something else from here on: other data, another teacher, pictures that enter in
     *     another way. Classes and architecture stay what they are in any case.
     * @return notices for the user, one sentence each
     * @throws IOException if the file is not a whole checkpoint of this model; nothing was changed then
     * @throws TrainingException if it is one of another run, naming each difference; nothing was changed then
     */
    public List<String> restore(Path file, boolean anyway) throws IOException {
        Map<String, String> metadata;
        try (SafeTensors source = SafeTensors.open(file)) {
            metadata = source.metadata();
        }
        if (!metadata.containsKey(ITERATION_KEY) || !metadata.containsKey(NORMALIZER_KEY)) {
            throw new IOException(file + " is no checkpoint of a training run: it names no iteration");
        }
        double steps = number(file, metadata, ITERATION_KEY, "a number of steps");
        double divisor = number(file, metadata, NORMALIZER_KEY, "a positive number");
        if (!(steps >= 0 && steps <= Integer.MAX_VALUE && steps == Math.rint(steps))) {
            throw damaged(file, metadata, ITERATION_KEY, "a number of steps");
        }
        if (!(divisor > 0 && divisor < Double.POSITIVE_INFINITY)) {
            throw damaged(file, metadata, NORMALIZER_KEY, "a positive number");
        }
        List<String> notices = identity().accept(file, metadata, anyway);
        checkpoint().load(file);
        iteration = (long) steps;
        normalizer.restore(divisor);
        closeLoader();
        return notices;
    }

    private static double number(Path file, Map<String, String> metadata, String key, String expected)
            throws IOException {
        try {
            return Double.parseDouble(metadata.get(key));
        } catch (NumberFormatException e) {
            throw damaged(file, metadata, key, expected);
        }
    }

    private static IOException damaged(Path file, Map<String, String> metadata, String key, String expected) {
        return new IOException(
                file + ": its entry '" + key + "' is '" + JsonProblem.shown(metadata.get(key)) + "', not " + expected
                        + ": the file is damaged. Take another copy of it, or start anew in another folder");
    }

    private Checkpoint checkpoint() {
        Checkpoint checkpoint =
                new Checkpoint().model(Detector.SECTION, student.network()).optimizer(OPTIMIZER, optimizer);
        return distiller == null ? checkpoint : distiller.addTo(checkpoint);
    }

    private void closeLoader() {
        if (loader != null) {
            loader.close();
            loader = null;
        }
    }

    /** Gives optimiser state back. Student and distiller stay the caller's. */
    @Override
    public void close() {
        closeLoader();
        if (accumulator != null) {
            accumulator.close();
        }
        statistics.close();
        optimizer.close();
    }
}
