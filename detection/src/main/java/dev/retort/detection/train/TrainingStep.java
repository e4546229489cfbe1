package dev.retort.detection.train;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.Taps;
import dev.retort.nn.SyncBatchNorm2d;
import dev.retort.nn.optim.GradientAccumulator;
import dev.retort.nn.optim.GradientSource;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.GradientExchange;
import dev.retort.nn.parallel.Texts;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The computation of an optimizer step: forward, losses, gradients of their sum, and after the last micro-batch the update. It
 * knows neither data nor files.
 */
public final class TrainingStep implements AutoCloseable {
    private final DetectionModel model;
    private final List<Parameter> watched;
    private final Communicator ranks;
    private final GradientAccumulator accumulator;
    private final GradientExchange exchange;
    /** Whether gradients may be exchanged during the backward pass: it exchanges nothing itself. */
    private final boolean overlapped;

    private final Update update;

    /** Moves weights by their gradients. */
    @FunctionalInterface
    public interface Update {
        /** @param iteration counts from 0 */
        void apply(GradientSource gradients, long iteration);
    }

    /**
     * @param others parameters that are trained besides the model's
     * @param accumulate micro-batches per update, whose gradients are averaged
     */
    public TrainingStep(DetectionModel model, List<Parameter> others, int accumulate, Update update) {
        this(model, others, accumulate, Communicator.alone(), update);
    }

    /**
     * A step that ranks compute together.
     *
     * @param accumulate micro-batches of each rank per update; gradients are averaged over those of all ranks
     * @param ranks all of them call {@link #microBatch} as often
     */
    TrainingStep(DetectionModel model, List<Parameter> others, int accumulate, Communicator ranks, Update update) {
        this.model = model;
        this.ranks = ranks;
        watched = new ArrayList<>(model.trainableParameters());
        watched.addAll(others);
        boolean alone = ranks.size() == 1;
        accumulator = alone && accumulate > 1 ? new GradientAccumulator(watched, accumulate) : null;
        overlapped = !SyncBatchNorm2d.isIn(model);
        exchange = alone ? null : new GradientExchange(watched, accumulate, ranks, overlapped);
        this.update = update;
    }

    /**
     * One micro-batch.
     *
     * @param images normalized, [N, H, W, 3]
     * @param truth of each image
     * @param added losses besides the model's own
     * @param held parameters that do not learn in this step: they get no gradient
     * @return the value of each loss
     * @throws DivergedException if a loss is not finite, naming it; no weight was changed then
     */
    public Map<String, Double> microBatch(
            Tensor images,
            List<GroundTruth> truth,
            List<TrainingObjective.Terms> added,
            Set<Parameter> held,
            long iteration) {
        return microBatches(images, truth, added, held, iteration).get(ranks.rank());
    }

    /** As {@link #microBatch}; gives the values of every rank, in the order of ranks. */
    List<Map<String, Double>> microBatches(
            Tensor images,
            List<GroundTruth> truth,
            List<TrainingObjective.Terms> added,
            Set<Parameter> held,
            long iteration) {
        try (Scope scope = Scope.open();
                Tape tape = Tape.on(model.backend())) {
            tape.watch(watched.stream()
                    .filter(parameter -> !held.contains(parameter))
                    .toList());
            Predictions predictions = model.forward(images, taps(added));
            Map<String, Tensor> terms = new LinkedHashMap<>(predictions.losses(truth));
            for (TrainingObjective.Terms more : added) {
                terms.putAll(more.losses(predictions));
            }
            Tensor total = total(terms);
            List<Map<String, Double>> values = gathered(values(terms));
            values.forEach(each -> requireFinite(each, iteration));
            if (exchange == null) {
                learn(tape.gradients(total), iteration);
            } else if (exchange(tape, total, held)) {
                update.apply(exchange, iteration);
            }
            return values;
        }
    }

    private void learn(Gradients gradients, long iteration) {
        if (accumulator == null) {
            update.apply(gradients::of, iteration);
        } else if (accumulator.add(gradients::of)) {
            update.apply(accumulator, iteration);
        }
    }

    /** Whether the step is whole in all ranks. */
    private boolean exchange(Tape tape, Tensor total, Set<Parameter> held) {
        if (!overlapped) {
            return exchange.add(tape.gradients(total)::of);
        }
        exchange.begin(held);
        tape.gradients(total, exchange);
        return exchange.finish();
    }

    private static Taps taps(List<TrainingObjective.Terms> added) {
        return added.stream().map(TrainingObjective.Terms::taps).reduce(Taps.NONE, Taps::or);
    }

    /** The sum of scalars, in their order: what one backward pass starts from. In the caller's scope. */
    public static Tensor total(Map<String, Tensor> terms) {
        Tensor sum = null;
        for (Tensor term : terms.values()) {
            sum = sum == null ? term : sum.add(term);
        }
        return sum;
    }

    private static Map<String, Double> values(Map<String, Tensor> terms) {
        Map<String, Double> values = new LinkedHashMap<>();
        terms.forEach((name, term) -> values.put(name, term.item()));
        return values;
    }

    private static void requireFinite(Map<String, Double> values, long iteration) {
        values.forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw new DivergedException(name, value, iteration);
            }
        });
    }

    /** Every rank's values, so that all ranks refuse those that are not finite. */
    private List<Map<String, Double>> gathered(Map<String, Double> own) {
        if (ranks.size() == 1) {
            return List.of(own);
        }
        Map<String, String> texts = new LinkedHashMap<>();
        own.forEach((name, value) -> texts.put(name, Double.toString(value)));
        List<Map<String, Double>> all = new ArrayList<>();
        for (byte[] theirs : ranks.allGather(Texts.bytes(texts))) {
            Map<String, Double> values = new LinkedHashMap<>();
            Texts.read(theirs).forEach((name, value) -> values.put(name, Double.parseDouble(value)));
            all.add(values);
        }
        return all;
    }

    /** Gives accumulated gradients back. The model stays the caller's. */
    @Override
    public void close() {
        if (accumulator != null) {
            accumulator.close();
        }
        if (exchange != null) {
            exchange.close();
        }
    }
}
