package dev.retort.detection.train;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.Taps;
import dev.retort.nn.optim.GradientAccumulator;
import dev.retort.nn.optim.GradientSource;
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
    private final GradientAccumulator accumulator;
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
        this.model = model;
        watched = new ArrayList<>(model.trainableParameters());
        watched.addAll(others);
        accumulator = accumulate == 1 ? null : new GradientAccumulator(watched, accumulate);
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
            Map<String, Double> values = finite(terms, iteration);
            Gradients gradients = tape.gradients(total);
            if (accumulator == null) {
                update.apply(gradients::of, iteration);
            } else if (accumulator.add(gradients::of)) {
                update.apply(accumulator, iteration);
            }
            return values;
        }
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

    private static Map<String, Double> finite(Map<String, Tensor> terms, long iteration) {
        Map<String, Double> values = new LinkedHashMap<>();
        terms.forEach((name, term) -> {
            double value = term.item();
            if (!Double.isFinite(value)) {
                throw new DivergedException(name, value, iteration);
            }
            values.put(name, value);
        });
        return values;
    }

    /** Gives accumulated gradients back. The model stays the caller's. */
    @Override
    public void close() {
        if (accumulator != null) {
            accumulator.close();
        }
    }
}
