package dev.retort.detection.train;

import dev.retort.autograd.Parameter;
import dev.retort.detection.data.Batch;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.Taps;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Something a detector learns besides its own losses, such as what a teacher knows: losses by name, with parameters and an
 * optimizer of its own where it needs them.
 */
public interface TrainingObjective extends AutoCloseable {
    /**
     * Where in a run a micro-batch stands.
     *
     * @param microBatch counts all micro-batches of the run, so that each has random numbers of its own
     * @param iteration optimizer steps taken so far
     * @param iterations length of the run
     */
    record Moment(long microBatch, long iteration, long iterations) {}

    /** What an objective adds to one micro-batch. */
    @FunctionalInterface
    interface Terms {
        /** The weighted losses, scalars by name; computed on the tape that the predictions are on. */
        Map<String, Tensor> losses(Predictions student);

        /** What of the student's forward pass they read besides its predictions. */
        default Taps taps() {
            return Taps.NONE;
        }
    }

    /**
     * Begins a micro-batch, before the student sees it and outside of any tape: the place for a teacher's forward pass. Tensors
     * that it makes belong to the caller's scope.
     */
    Terms begin(Batch batch, Moment moment);

    /** Parameters that are trained besides the detector's, by {@link #update}. */
    List<Parameter> parameters();

    /**
     * Parameters, the detector's or this objective's own, that do not learn at an iteration. They get no gradient: no
     * optimizer moves them or their momentum, no decay acts on them, and no norm counts them. A detector none of whose
     * parameters learns stays as it is altogether, its running statistics, loss normalizer and average of weights included;
     * its learning rate follows the run's iterations nevertheless.
     *
     * @param iteration counts from 0
     */
    default Collection<Parameter> held(long iteration) {
        return List.of();
    }

    /**
     * Parameters that the detector's optimizer trains with the detector's own: at its learning rate, with its decay, in one norm
     * where gradients are clipped by theirs. By names that no parameter of the detector has.
     */
    default Map<String, Parameter> joined() {
        return Map.of();
    }

    /** One step of the own optimizer, at an iteration that counts from 0. */
    void update(GradientSource gradients, long iteration);

    /** Adds sections for all state that the rest of a run depends on. */
    void addTo(Checkpoint checkpoint);

    /** Digest of what stays as it is and has to be the same when a run is resumed, such as the teacher's weights. */
    String identity();

    @Override
    void close();
}
