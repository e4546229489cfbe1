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
    /** Sum of all losses. */
    public double total() {
        return losses.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
