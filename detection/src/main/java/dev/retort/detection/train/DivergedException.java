package dev.retort.detection.train;

/** A loss is not a finite number: training has diverged. */
public class DivergedException extends TrainingException {
    private static final long serialVersionUID = 1L;

    private final String loss;
    private final long iteration;

    /**
     * @param loss its name
     * @param iteration of the step, counting from 0
     */
    public DivergedException(String loss, double value, long iteration) {
        super("The loss '" + loss + "' is " + value + " at iteration " + iteration
                + ": training has diverged. Resume from the last checkpoint with a smaller learning rate"
                + " (--set optimizer.learningRate=...) or a longer warm-up");
        this.loss = loss;
        this.iteration = iteration;
    }

    /** The name of the loss. */
    public String loss() {
        return loss;
    }

    /** The step, counting from 0. */
    public long iteration() {
        return iteration;
    }
}
