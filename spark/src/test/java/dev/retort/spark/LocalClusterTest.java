package dev.retort.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two executors that are processes of their own find what one process finds, and their metrics are its metrics. */
@Tag("long")
class LocalClusterTest {
    private static final int IMAGES = 24;

    @TempDir
    private Path folder;

    @Test
    void executorsFindWhatOneProcessFinds() throws IOException {
        SmallModel small = SmallModel.make(folder, IMAGES);
        try (SparkSession spark = LocalCluster.ofProcesses();
                Backend backend = Backends.create("simd");
                Detector detector = Detector.load(small.model(), backend)) {
            Dataset<Row> found = small.detector()
                    .transform(spark.read()
                            .format("binaryFile")
                            .load(small.images().toString())
                            .repartition(4))
                    .withColumn("worker", functions.spark_partition_id())
                    .cache();
            List<Row> rows = found.collectAsList();
            assertThat(rows).hasSize(small.count());
            rows.forEach(row -> small.assertSame(row, detector));
            Set<Integer> partitions = new HashSet<>();
            rows.forEach(row -> partitions.add(row.getAs("worker")));
            assertThat(partitions).hasSizeGreaterThan(2);

            CocoDataset dataset = CocoDataset.open(small.data(), "test");
            CocoMetrics alone = Evaluation.of(detector, dataset, done -> {}).metrics();
            ModelBytes bytes = ModelBytes.read(
                    small.model().toString(), spark.sparkContext().hadoopConfiguration());
            CocoMetrics together = EvaluationJob.run(
                    spark, bytes, "simd", detector, small.data().toString(), dataset, "test", 1_000_000);
            for (CocoMetric metric : CocoMetric.values()) {
                assertThat(together.value(metric)).as(metric.label()).isEqualTo(alone.value(metric));
            }
        }
    }
}
