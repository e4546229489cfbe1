package dev.retort.spark;

import dev.retort.detection.ClassMatch;
import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.RecipeBatches;
import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DatasetBatches;
import dev.retort.detection.eval.CocoEvaluator;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.eval.Detection;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The evaluation of a data set as a job: tasks compute the batches that one process would, and the driver accumulates what is found, in
 * their order. Metrics have the bits of one process.
 */
final class EvaluationJob {
    /** Tasks for each slot, so that a slow one is no wait for all. */
    private static final int WAVES = 4;

    private EvaluationJob() {}

    /** What was found in a batch. */
    private record Found(long batch, List<Detection> detections) implements Serializable {}

    /** @param data address of the data set, whole */
    static CocoMetrics run(
            SparkSession spark,
            ModelBytes model,
            String device,
            Detector detector,
            String data,
            CocoDataset dataset,
            String split,
            long maxPixels) {
        List<Long> numbers =
                LongStream.range(0, batches(detector, dataset).count()).boxed().toList();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Broadcast<ModelBytes> shared = context.broadcast(model);
        HadoopSettings hadoop = new HadoopSettings(spark.sparkContext().hadoopConfiguration());
        int slices = Math.min(numbers.size(), WAVES * context.defaultParallelism());
        List<Found> found = new ArrayList<>(context.parallelize(numbers, Math.max(1, slices))
                .mapPartitions(batches -> {
                    SharedModel own = SharedModel.use(shared.value(), device);
                    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> own.close());
                    CocoDataset images = CocoDataset.open(LocalData.of(data, hadoop.configuration()), split)
                            .withMaxPixels(maxPixels);
                    DatasetBatches source = batches(own.detector(), images);
                    List<Category> categories =
                            ClassMatch.of(own.detector().categories(), images).categories();
                    List<Found> results = new ArrayList<>();
                    batches.forEachRemaining(
                            batch -> results.add(found(own.detector(), source.at(batch), batch, categories)));
                    return results.iterator();
                })
                .collect());
        CocoEvaluator evaluator = new CocoEvaluator(Evaluation.truth(dataset));
        found.sort(Comparator.comparingLong(Found::batch));
        found.forEach(batch -> evaluator.process(batch.detections));
        return evaluator.evaluate();
    }

    private static DatasetBatches batches(Detector detector, CocoDataset dataset) {
        return RecipeBatches.evaluation(
                detector.recipe(), dataset, detector.network().sizeDivisor());
    }

    private static Found found(Detector detector, Batch batch, long number, List<Category> categories) {
        List<Detection> all = new ArrayList<>();
        List<Detections> perImage = detector.detect(batch);
        for (int n = 0; n < batch.size(); n++) {
            all.addAll(Evaluation.detections(batch.samples().get(n).info(), perImage.get(n), categories));
        }
        return new Found(number, all);
    }
}
