package org.example.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retort.spark.ExecutorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributedDistillationTest {
    @TempDir
    private Path folder;

    @Test
    void twoProcessesDistilAStudentAndLookIntoImages() throws IOException {
        try (SparkSession spark = SparkSession.builder()
                .master("local-cluster[2,1,1024]")
                .appName("distillation")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config(ExecutorOptions.KEY, ExecutorOptions.with(""))
                .getOrCreate()) {
            List<Row> rows = DistributedDistillation.run(spark, folder).collectAsList();
            assertEquals(8, rows.size());
            for (Row row : rows) {
                assertTrue(row.isNullAt(row.fieldIndex("error")), row.toString());
                assertEquals(128, row.<Integer>getAs("width"));
            }
        }
        String metrics = Files.readString(folder.resolve("student/metrics.jsonl"));
        assertTrue(metrics.contains("\"pkd"), metrics);
    }
}
