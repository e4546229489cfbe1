package dev.retort.spark;

import dev.retort.detection.train.TrainingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import scala.reflect.ClassTag$;

/** A training as one barrier stage: all ranks at once, a task for each. */
final class TrainingStage {
    private TrainingStage() {}

    /**
     * Trains to the end; rank 0 writes the model into the run's folder.
     *
     * @param teacher none to train alone
     * @throws IllegalStateException if Spark has not so many slots
     * @throws TrainingException with the reason of the rank that failed
     */
    static void run(SparkSession spark, TrainingPlan plan, Optional<ModelBytes> teacher) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        String master = context.master();
        if (master.startsWith("local") && context.defaultParallelism() < plan.ranks()) {
            throw new IllegalStateException(
                    plan.ranks() + " ranks run at once, but " + master + " has " + context.defaultParallelism()
                            + " slots: set --master local[" + plan.ranks() + "], or fewer --ranks");
        }
        List<Broadcast<ModelBytes>> shared =
                teacher.stream().map(context::broadcast).toList();
        LongAccumulator steps = spark.sparkContext().longAccumulator("steps");
        try (StepProgress progress = StepProgress.show(spark.sparkContext(), plan.name(), steps.id())) {
            RankTask task = new RankTask(
                    plan, shared, new HadoopSettings(spark.sparkContext().hadoopConfiguration()), steps);
            List<Integer> numbers =
                    new ArrayList<>(IntStream.range(0, plan.ranks()).boxed().toList());
            RDD<String> results = context.parallelize(numbers, plan.ranks())
                    .rdd()
                    .barrier()
                    .mapPartitions(task, false, ClassTag$.MODULE$.apply(String.class));
            // Spark tries a barrier stage again only if another stage comes behind it.
            List<String> reasons = results.toJavaRDD().repartition(1).collect();
            for (String reason : reasons) {
                if (!reason.isEmpty()) {
                    throw new TrainingException(reason);
                }
            }
        }
    }
}
