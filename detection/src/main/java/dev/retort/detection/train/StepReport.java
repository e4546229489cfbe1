package dev.retort.detection.train;

import java.util.Map;

/**
 * What one optimizer step did.
 *
 * @param iteration counts from 0
 * @param losses by name, averaged over the step's micro-batches
 * @param learningRate the detector's learning rate
 * @param images seen in this step
 * @param seconds it took
 */
public record StepReport(
        long iteration, long iterations, Map<String, Double> losses, double learningRate, int images, double seconds) {
    /** Whether a log has this step that takes every so many, from the first one on, and the run's last. */
    public boolean isLogged(int every) {
        return iteration % every == 0 || iteration == iterations - 1;
    }

    /** Sum of all losses. */
    public double total() {
        return losses.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
