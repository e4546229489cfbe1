package dev.retort.detection.train;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.recipe.Recipe;
import dev.retort.tensor.Backend;
import dev.retort.tensor.MemoryStatistics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a {@link RunTracker} knows of its run, and the figures that all trackers have by the same names.
 *
 * @param test what is evaluated on, where the recipe asks for that
 * @param folder of the run
 * @param iteration the first step's: 0, or that of the checkpoint which is gone on from
 * @param backend that computes
 * @param notices told what the user should know, in a sentence
 */
public record TrackedRun(
        Recipe recipe, CocoDataset test, Path folder, long iteration, Backend backend, Consumer<String> notices) {
    /** What names of figures of an evaluation begin with. */
    public static final String EVALUATION = "evaluation/";

    /**
     * Each loss, their sum, learning rate, images a second, and bytes of memory: the heap in use, and of the backend's tensors
     * the most so far and what is kept for reuse.
     */
    public Map<String, Double> figures(StepReport step) {
        Map<String, Double> figures = new LinkedHashMap<>();
        step.losses().forEach((name, value) -> figures.put("loss/" + name, value));
        figures.put("loss/total", step.total());
        figures.put("learning_rate", step.learningRate());
        figures.put("images_per_second", step.images() / step.seconds());
        Runtime runtime = Runtime.getRuntime();
        figures.put("memory/heap_bytes", (double) (runtime.totalMemory() - runtime.freeMemory()));
        MemoryStatistics memory = backend.memory();
        figures.put("memory/tensors_peak_bytes", (double) memory.peakLiveBytes());
        figures.put("memory/tensors_pooled_bytes", (double) memory.pooledBytes());
        return figures;
    }

    /** COCO's twelve metrics, without those that nothing tells of. */
    public static Map<String, Double> figures(CocoMetrics metrics) {
        Map<String, Double> figures = new LinkedHashMap<>();
        for (CocoMetric metric : CocoMetric.values()) {
            double value = metrics.value(metric);
            if (value >= 0) {
                figures.put(EVALUATION + metric.label(), value);
            }
        }
        return figures;
    }

    /** The step that an evaluation of the weights after {@code iteration} steps belongs to, as in metrics.jsonl: the last one before it. */
    public static long stepOf(long iteration) {
        return iteration - 1;
    }
}
