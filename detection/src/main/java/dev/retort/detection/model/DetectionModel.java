package dev.retort.detection.model;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.parallel.Communicator;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A network that finds objects in images, with its losses and its decoding: all that training, distillation and inference know
 * of a detector. A {@link DetectionModelProvider} makes one from a recipe's section {@code model}.
 */
public abstract class DetectionModel extends Module {
    protected DetectionModel(BuildContext context) {
        super(context);
    }

    /**
     * The feature pyramid alone, without the head: what most distillation methods ask a teacher for.
     *
     * @param images normalized, [N, H, W, 3], H and W multiples of {@link #sizeDivisor}
     * @return [N, H_l, W_l, C] for each level, finest first
     */
    public abstract List<Tensor> features(Tensor images);

    /**
     * Runs the whole network.
     *
     * @param images as {@link #features} takes them
     */
    public abstract Predictions forward(Tensor images);

    /**
     * Runs the whole network and keeps more of it, for {@link DensePredictions#maps}.
     *
     * @throws IllegalArgumentException if this detector has no such maps
     */
    public Predictions forward(Tensor images, Taps taps) {
        if (!taps.isEmpty()) {
            throw new IllegalArgumentException("This detector keeps no maps of its head's towers");
        }
        return forward(images);
    }

    /** Names of the pyramid's levels, finest first: p3 has stride 8, each next one twice as much. */
    public abstract List<String> levels();

    /** What height and width of a batch have to be multiples of, pixels: the stride of the coarsest map that is merged. */
    public abstract int sizeDivisor();

    /** The part that makes the levels from the backbone's maps. A student may inherit its weights. */
    public abstract Module pyramid();

    /** The part behind the pyramid. A student may inherit its weights. */
    public abstract Module head();

    /** Sets whether training keeps only what enters the backbone's blocks: less memory, more time, the same bits. Off at first. */
    public abstract void setCheckpointing(boolean checkpointing);

    /**
     * Numbers beside the weights that training moves, such as a loss normalizer, as texts by name: a checkpoint holds them.
     * Empty if there are none.
     */
    public Map<String, String> trainingState() {
        return Map.of();
    }

    /**
     * Goes back to what {@link #trainingState} gave.
     *
     * @param state may hold entries of others
     * @throws IllegalArgumentException if an entry is missing or malformed, naming it; nothing was changed then
     */
    public void restoreTrainingState(Map<String, String> state) {}

    /**
     * Sets which ranks train this model in step. What moves {@link #trainingState} is gathered from all of them from now on, and
     * taken in in the order of ranks. Alone at first; a model without such state has nothing to do.
     */
    public void setRanks(Communicator ranks) {}
}
