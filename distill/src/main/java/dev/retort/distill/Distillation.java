package dev.retort.distill;

import dev.retort.autograd.Parameter;
import dev.retort.detection.data.Batch;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.Taps;
import dev.retort.detection.train.TrainingObjective;
import dev.retort.detection.train.TrainingObjective.Moment;
import dev.retort.nn.Module;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A way for a student to learn from a frozen teacher. {@link DistillationProvider}s make them; {@link Distiller} runs them. */
public interface Distillation extends AutoCloseable {
    /** What is asked of the teacher for each batch. */
    enum Needs {
        /** Nothing: its losses have no weight. */
        NOTHING,
        /** Its feature pyramid. */
        FEATURES,
        /** Its head's output, too. */
        PREDICTIONS
    }

    /** A method whose losses have no weight: the student trains alone. */
    Distillation NONE = new Distillation() {
        @Override
        public Needs needs() {
            return Needs.NOTHING;
        }

        @Override
        public Map<String, Tensor> losses(Step step) {
            return Map.of();
        }
    };

    /**
     * One micro-batch.
     *
     * @param student on the tape
     * @param teacher a constant; where no method {@link #needs} predictions, only its features can be asked for,
     *     and not these where none needs features
     */
    record Step(Batch batch, Predictions student, Predictions teacher, Moment moment) {}

    /** What this method asks of the teacher. */
    default Needs needs() {
        return Needs.FEATURES;
    }

    /** What this method asks of the teacher's head besides its output; then it {@link #needs} predictions, too. */
    default Taps teacherTaps() {
        return Taps.NONE;
    }

    /** What this method reads of the student's head besides its output. */
    default Taps studentTaps() {
        return Taps.NONE;
    }

    /** The weighted losses, scalars by name. Names are this method's own among all methods. */
    Map<String, Tensor> losses(Step step);

    /**
     * Modules of this method's own that the student's optimizer trains with the student, by the names of their sections in
     * checkpoints, such as {@code fgd}: with its learning rate, decay and clipping. Models do not hold them.
     */
    default Map<String, Module> joined() {
        return Map.of();
    }

    /** Parameters of this method's own, which {@link #update} trains. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /**
     * Parameters, the student's or this method's own, that do not learn at an iteration, as {@link TrainingObjective#held} has
     * it.
     */
    default Collection<Parameter> held(long iteration) {
        return List.of();
    }

    /** One step of the own optimizer, at an iteration that counts from 0. */
    default void update(GradientSource gradients, long iteration) {}

    /** Adds sections for parameters and optimizer state, {@link #joined} ones aside. */
    default void addTo(Checkpoint checkpoint) {}

    @Override
    default void close() {}
}
