package dev.retort.detection.train;

import dev.retort.autograd.Parameter;
import dev.retort.detection.Detector;
import dev.retort.detection.ModelHeader;
import dev.retort.detection.RecipeBatches;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.BatchLoader;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DatasetBatches;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.SyncBatchNorm2d;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.optim.GradientSource;
import dev.retort.nn.optim.Optimizer;
import dev.retort.nn.optim.Schedule;
import dev.retort.nn.parallel.Communicator;
import dev.retort.tensor.Scope;
import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Trains a detector step by step: its own losses, and those of {@link TrainingObjective}s. All that a step depends on is the
 * recipe, the data, the iteration and what {@link #save} writes, so a run that was stopped and resumed ends with the same bits.
 *
 * <p>Several ranks take steps together, each with its own student, data and objectives: R ranks with A micro-batches a step do what one
 * rank with R * A micro-batches does, unless norms are synchronized. Rank 0 calls {@link #step} and all else, the others {@link #follow}.
 */
public final class Trainer implements AutoCloseable {
    private static final String OPTIMIZER = "optimizer";
    private static final String AVERAGE = "average";
    private static final String ITERATION_KEY = "iteration";
    private static final String RANKS_KEY = "ranks";
    private static final int PREFETCH = 2;

    private final Recipe recipe;
    private final RunIdentity.Data data;
    private final Detector student;
    private final List<TrainingObjective> objectives;
    private final TrainingRanks ranks;
    private final DatasetBatches batches;
    private final TrainingStep computation;
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final long iterations;
    private final StatisticsBackup statistics;
    private final WeightAverage average;
    private BatchLoader loader;
    private long iteration;
    /** Whether weights and optimizer are those after a whole number of steps. */
    private boolean whole = true;
    /** Whether all ranks have this state; of rank 0. */
    private boolean together;

    /**
     * @param dataset the training split
     * @param objectives what is learned besides the detector's own losses; they stay the caller's
     */
    public Trainer(Recipe recipe, CocoDataset dataset, Detector student, List<TrainingObjective> objectives) {
        this(recipe, dataset, student, objectives, Communicator.alone());
    }

    /**
     * One of the ranks that train together. Every rank has a student, a teacher and a backend of its own.
     *
     * @param ranks its own view of them; it stays the caller's
     */
    public Trainer(
            Recipe recipe,
            CocoDataset dataset,
            Detector student,
            List<TrainingObjective> objectives,
            Communicator ranks) {
        this.ranks = new TrainingRanks(ranks);
        this.together = ranks.size() == 1;
        this.recipe = recipe;
        this.data = RunIdentity.Data.of(dataset);
        this.student = student;
        this.objectives = List.copyOf(objectives);
        this.batches = RecipeBatches.training(recipe, dataset, student.network().sizeDivisor());
        this.iterations = iterations(recipe, dataset, ranks.size());
        this.schedule = Optimizers.schedule(recipe.optimizer(), iterations);
        Map<String, Parameter> optimized = new LinkedHashMap<>(student.network().parameters());
        List<Parameter> others = new ArrayList<>();
        for (TrainingObjective objective : objectives) {
            optimized.putAll(objective.joined());
            objective.joined().values().stream().filter(Parameter::isTrainable).forEach(others::add);
            others.addAll(objective.parameters());
        }
        this.optimizer = Optimizers.optimizer(recipe.optimizer(), optimized);
        this.computation =
                new TrainingStep(student.network(), others, recipe.training().accumulate(), ranks, this::update);
        setRanks(ranks);
        this.statistics = new StatisticsBackup(student.network());
        double decay = recipe.training().averageDecay();
        this.average = decay > 0 ? new WeightAverage(student.network(), decay) : null;
    }

    private void setRanks(Communicator all) {
        student.network().setRanks(all);
        SyncBatchNorm2d.setRanks(student.network(), all);
    }

    /** Optimizer steps of a whole run. */
    public static long iterations(Recipe recipe, CocoDataset dataset) {
        return iterations(recipe, dataset, 1);
    }

    /** Optimizer steps of a whole run of several ranks. */
    public static long iterations(Recipe recipe, CocoDataset dataset, int ranks) {
        Recipe.Training training = recipe.training();
        if (training.iterations() > 0) {
            return training.iterations();
        }
        CocoDataset used = recipe.data().keepEmpty() ? dataset : dataset.withoutEmptyImages();
        long images = (long) used.size() * training.epochs();
        long perStep = (long) training.batch() * training.accumulate() * ranks;
        return Math.max(1, (images + perStep - 1) / perStep);
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
     * One optimizer step, of rank 0 and all that {@link #follow}. If it fails, everything is as it was before, unless
     * {@link #isWhole} says otherwise; ranks take no other step then.
     *
     * @throws TrainingException if a loss is not finite, naming it; no weight was changed then
     * @throws dev.retort.nn.parallel.PeerException if another rank failed
     */
    public StepReport step() {
        if (!ranks.isLeader()) {
            throw new IllegalStateException("Rank 0 says when there is a step: other ranks follow()");
        }
        ranks.lead(together ? TrainingRanks.Order.STEP : TrainingRanks.Order.MEET_AND_STEP);
        StepReport report = compute(!together);
        ranks.stepped();
        together = true;
        return report;
    }

    /**
     * Takes the steps that rank 0 takes, from the state that it has or restores, until it closes its trainer.
     *
     * @throws TrainingException as {@link #step} does
     * @throws dev.retort.nn.parallel.PeerException if another rank failed
     */
    public void follow() {
        if (ranks.isLeader()) {
            throw new IllegalStateException("Rank 0 follows nobody: it calls step()");
        }
        TrainingRanks.Order order = ranks.follow();
        while (order != TrainingRanks.Order.END) {
            compute(order == TrainingRanks.Order.MEET_AND_STEP);
            order = ranks.follow();
        }
    }

    private StepReport compute(boolean meet) {
        long start = System.nanoTime();
        int accumulate = recipe.training().accumulate();
        int all = accumulate * ranks.size();
        if (meet) {
            meet();
        }
        if (loader == null) {
            loader = new BatchLoader(ranks.share(batches), iteration * accumulate, PREFETCH);
        }
        student.network().setTraining(true);
        statistics.take();
        Map<String, String> state = student.network().trainingState();
        Map<String, Double> losses = new LinkedHashMap<>();
        Set<Parameter> held = held();
        int images = 0;
        try {
            for (int micro = 0; micro < accumulate; micro++) {
                Batch batch = loader.next();
                images += batch.size() * ranks.size();
                for (Map<String, Double> values : microBatch(batch, held, iteration * accumulate + micro)) {
                    values.forEach((name, value) -> losses.merge(name, value / all, Double::sum));
                }
            }
            if (held.containsAll(student.network().trainableParameters())) {
                statistics.restore();
                student.network().restoreTrainingState(state);
            } else if (average != null) {
                average.update(iteration + 1);
            }
        } catch (RuntimeException | Error failure) {
            closeLoader();
            if (whole) {
                statistics.restore();
                student.network().restoreTrainingState(state);
            }
            throw failure;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        StepReport report =
                new StepReport(iteration, iterations, losses, schedule.learningRate(iteration), images, seconds);
        iteration++;
        whole = true;
        return report;
    }

    /** Before a first step together: ranks compare what they train, and take rank 0's state. */
    private void meet() {
        Map<String, String> metadata = new LinkedHashMap<>(student.metadata());
        identity().addTo(metadata);
        ranks.requireAlike(metadata, student.backend().name());
        Map<String, String> own = new LinkedHashMap<>(student.network().trainingState());
        own.put(ITERATION_KEY, Long.toString(iteration));
        Map<String, String> first = ranks.first(own);
        student.network().restoreTrainingState(first);
        iteration = Long.parseLong(first.get(ITERATION_KEY));
        ranks.broadcast(checkpoint());
        closeLoader();
    }

    /** What does not learn in the step that is next. */
    private Set<Parameter> held() {
        Set<Parameter> held = FixedParts.at(iteration, recipe.training(), student.network());
        objectives.forEach(objective -> held.addAll(objective.held(iteration)));
        return held;
    }

    /** @param own number of this rank's micro-batches before it */
    private List<Map<String, Double>> microBatch(Batch batch, Set<Parameter> held, long own) {
        TrainingObjective.Moment moment = new TrainingObjective.Moment(ranks.microBatch(own), iteration, iterations);
        try (Scope scope = Scope.open()) {
            List<TrainingObjective.Terms> added = objectives.stream()
                    .map(objective -> objective.begin(batch, moment))
                    .toList();
            List<GroundTruth> truth = batch.groundTruth();
            return computation.microBatches(student.input(batch), truth, added, held, iteration);
        }
    }

    private void update(GradientSource gradients, long at) {
        whole = false;
        optimizer.step(gradients, schedule.learningRate(at));
        objectives.forEach(objective -> objective.update(gradients, at));
    }

    /**
     * Runs with the moving average of the weights in the student, where the recipe asks for one; else with the weights
     * themselves.
     */
    <T> T withAverage(Work<T> work) throws IOException {
        if (average == null) {
            return work.run();
        }
        average.swap();
        try {
            return work.run();
        } finally {
            average.swap();
        }
    }

    /** Something done with the student. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** Writes all that the rest of the run depends on, whole or not at all. */
    public void save(Path file) throws IOException {
        save(file, Map.of());
    }

    /** @param more entries of the metadata for {@link #restore(Path, boolean)} to give back */
    void save(Path file, Map<String, String> more) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>(student.metadata());
        identity().addTo(metadata);
        metadata.put(ITERATION_KEY, Long.toString(iteration));
        if (ranks.areSeveral()) {
            metadata.put(RANKS_KEY, Integer.toString(ranks.size()));
        }
        metadata.putAll(student.network().trainingState());
        metadata.putAll(more);
        checkpoint().save(file, metadata);
    }

    private RunIdentity identity() {
        String taught = objectives.stream().map(TrainingObjective::identity).collect(Collectors.joining("+"));
        return new RunIdentity(student.categories(), recipe, data, taught);
    }

    /**
     * A checkpoint that a run goes on from.
     *
     * @param notices for the user, one sentence each
     * @param metadata of the file
     */
    public record Restored(List<String> notices, Map<String, String> metadata) {}

    /**
     * Goes on where {@link #save} was called.
     *
     * @param anyway whether the run may learn something else from here on: other data, another teacher, images that enter in
     *     another way. Classes and architecture stay what they are in any case.
     * @throws IOException if the file is not a whole checkpoint of this model; nothing was changed then
     * @throws TrainingException if it is one of another run, naming each difference; nothing was changed then
     */
    public Restored restore(Path file, boolean anyway) throws IOException {
        Map<String, String> metadata;
        boolean averaged;
        try (SafeTensors source = SafeTensors.open(file)) {
            metadata = source.metadata();
            averaged = source.entries().keySet().stream().anyMatch(name -> name.startsWith(AVERAGE + '.'));
        }
        if (!metadata.containsKey(ITERATION_KEY)) {
            throw new IOException(file + " is no checkpoint of a training run: it names no iteration");
        }
        ModelHeader.requireReadable(file, metadata);
        long steps = steps(file, metadata);
        List<String> notices = new ArrayList<>(identity().accept(file, metadata, anyway));
        String ranksBefore = metadata.getOrDefault(RANKS_KEY, "1");
        if (!ranksBefore.equals(Integer.toString(ranks.size()))) {
            notices.add("goes on with what has changed since: ranks: " + JsonProblem.shown(ranksBefore)
                    + " in the checkpoint, " + ranks.size() + " now");
        }
        Map<String, String> before = student.network().trainingState();
        try {
            student.network().restoreTrainingState(metadata);
        } catch (IllegalArgumentException e) {
            throw damaged(file, e.getMessage(), e);
        }
        Checkpoint checkpoint = checkpoint(averaged);
        try {
            checkpoint.load(file);
        } catch (IOException | RuntimeException | Error e) {
            student.network().restoreTrainingState(before);
            throw e;
        }
        if (average != null && !averaged) {
            average.take();
        }
        iteration = steps;
        together = !ranks.areSeveral();
        closeLoader();
        return new Restored(notices, metadata);
    }

    private static long steps(Path file, Map<String, String> metadata) throws IOException {
        String given = metadata.get(ITERATION_KEY);
        try {
            int steps = Integer.parseInt(given);
            if (steps >= 0) {
                return steps;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw damaged(
                file,
                "its entry '" + ITERATION_KEY + "' is '" + JsonProblem.shown(given) + "', not a number of steps",
                null);
    }

    private static IOException damaged(Path file, String what, Exception cause) {
        return new IOException(
                file + ": " + what + ": the file is damaged. Take another copy of it, or start anew in another folder",
                cause);
    }

    private Checkpoint checkpoint() {
        return checkpoint(average != null);
    }

    private Checkpoint checkpoint(boolean averaged) {
        Checkpoint checkpoint =
                new Checkpoint().model(Detector.SECTION, student.network()).optimizer(OPTIMIZER, optimizer);
        if (average != null && averaged) {
            checkpoint.model(AVERAGE, average);
        }
        objectives.forEach(objective -> objective.addTo(checkpoint));
        return checkpoint;
    }

    private void closeLoader() {
        if (loader != null) {
            loader.close();
            loader = null;
        }
    }

    /** Gives optimizer state back, and lets the ranks go that follow. Student and objectives stay the caller's. */
    @Override
    public void close() {
        ranks.end();
        setRanks(Communicator.alone());
        closeLoader();
        computation.close();
        statistics.close();
        if (average != null) {
            average.close();
        }
        optimizer.close();
    }
}
