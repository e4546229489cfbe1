package dev.retort.detection.train;

import java.util.Map;

/**
 * What one optimiser step did.
 *
 * @param iteration counts from 0
 * @param losses by name, averaged over the step's micro-batches
 * @param rate the detector's learning rate
 * @param pictures seen in this step
 * @param seconds it took
 */
public record StepReport(
        long iteration, long iterations, Map<String, Double> losses, double rate, int pictures, double seconds) {
    /** Sum of all losses. */
    public double total() {
        return losses.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
