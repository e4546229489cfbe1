package dev.retort.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detection over a DataFrame is the detector's own, image by image, in two tasks at once. */
@Tag("long")
class RetortDetectorTest {
    private static final int IMAGES = 12;

    @TempDir
    private static Path folder;

    private static SparkSession spark;
    private static SmallModel small;
    private static Path model;
    private static Path images;

    @BeforeAll
    static void start() throws IOException {
        spark = SparkSession.builder()
                .master("local[2]")
                .appName("test")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
                .getOrCreate();
        small = SmallModel.make(folder, IMAGES);
        images = small.images();
        model = small.model();
        Files.write(images.resolve("broken.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0});
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static RetortDetector detector() {
        return small.detector();
    }

    private static Dataset<Row> files() {
        return spark.read().format("binaryFile").load(images.toString()).repartition(3);
    }

    @Test
    void rowsHaveTheDetectorsBitsAndABrokenImageHasItsError() throws IOException {
        Path parquet = folder.resolve("found.parquet");
        detector().transform(files()).drop("content").write().parquet(parquet.toString());
        List<Row> rows = spark.read().parquet(parquet.toString()).collectAsList();
        assertThat(rows).hasSize(IMAGES + 1);
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.load(model, backend)) {
            for (Row row : rows) {
                if (SmallModel.name(row).equals("broken.png")) {
                    assertThat(row.<String>getAs("error")).contains("broken.png");
                    assertThat(row.isNullAt(row.fieldIndex("detections"))).isTrue();
                } else {
                    assertThat(row.<String>getAs("error")).isNull();
                    assertThat(row.<Integer>getAs("width")).isPositive();
                    small.assertSame(row, detector);
                }
            }
        }
    }

    @Test
    void addressesAreReadByExecutorsAndOneThatIsNotThereIsARow() throws IOException {
        List<String> addresses = new ArrayList<>();
        try (Stream<Path> files = Files.list(images)) {
            files.sorted(Comparator.naturalOrder())
                    .limit(3)
                    .forEach(file -> addresses.add(file.toUri().toString()));
        }
        addresses.add("file:///no/such/image.png");
        Dataset<Row> manifest =
                spark.createDataset(addresses, Encoders.STRING()).toDF("address");
        List<Row> rows = detector().setInputCol("address").transform(manifest).collectAsList();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(3).<String>getAs("error")).startsWith("Cannot read image file:/no/such/image.png: ");
        assertThat(rows.get(3).isNullAt(rows.get(3).fieldIndex("width"))).isTrue();
        assertThat(rows.get(1).<Integer>getAs("width")).isPositive();
    }

    @Test
    void aPipelineKeepsItsParameters() throws IOException {
        PipelineModel pipeline = new Pipeline()
                .setStages(new PipelineStage[] {detector().setMaxPixels(100)})
                .fit(files());
        String path = folder.resolve("pipeline").toString();
        pipeline.save(path);
        RetortDetector again = (RetortDetector) PipelineModel.load(path).stages()[0];
        assertThat(again.getOrDefault(again.model())).isEqualTo(model.toString());
        assertThat(again.getOrDefault(again.threshold())).isEqualTo(0.0);
        List<Row> rows = again.transform(files()).collectAsList();
        assertThat(rows).allMatch(row -> row.<String>getAs("error") != null);
        assertThat(rows.get(0).<String>getAs("error")).contains("pixels");
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingIsComputed() {
        Dataset<Row> files = files();
        assertThatThrownBy(() -> new RetortDetector().transform(files))
                .hasMessage("RetortDetector has no model: setModel(\"model.safetensors\")");
        assertThatThrownBy(() -> detector().setInputCol("image").transform(files))
                .hasMessage(
                        "There is no column image with images, but path, modificationTime, length, content: choose one"
                                + " with setInputCol");
        assertThatThrownBy(() -> detector().setInputCol("length").transform(files))
                .hasMessageStartingWith("The column length is of type bigint");
        assertThatThrownBy(() -> detector().transform(files.withColumnRenamed("length", "error")))
                .hasMessageContaining("a column error already");
        assertThatThrownBy(() -> detector().setModel("/no/such/model").transform(files))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("The model /no/such/model cannot be read: ");
        assertThatThrownBy(() -> detector().setThreshold(2)).hasMessageContaining("threshold");
    }

    @Test
    void aModelThatIsNoneEndsTheJobWithItsName() throws IOException {
        Path text = Files.writeString(folder.resolve("text.safetensors"), "no model");
        assertThatThrownBy(() ->
                        detector().setModel(text.toString()).transform(files()).collectAsList())
                .hasStackTraceContaining("The model " + text + " cannot be loaded on simd");
    }
}
