package dev.retort.spark;

import dev.retort.cli.PixelLimitOption;
import dev.retort.detection.DetectionOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort spark predict}: detections of images as rows. */
@Command(
        name = "predict",
        description =
                "Finds objects in images; writes a row for each, with path, width, height, detections (label, category_id, score,"
                        + " x, y, width, height in pixels of the image) and error, which an image that cannot be read has in their place.",
        showDefaultValues = true,
        sortOptions = false,
        footer = {
            "",
            "Addresses are those of Hadoop's file systems: files and folders here, hdfs://, s3a://, with * and ?.",
            "",
            "Examples:",
            "  retort spark predict model.safetensors photos --out found",
            "  retort spark predict hdfs:///model.safetensors 'hdfs:///photos/2026-*' --out hdfs:///found --master yarn",
            "  retort spark predict model.safetensors --manifest photos.txt --out found --format json"
        })
final class SparkPredictCommand implements Callable<Integer> {
    private static final int NAMED = 5;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "Address of a model.safetensors.")
    private String model;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "IMAGES", description = "Addresses of images and folders.")
    private List<String> images = List.of();

    @Option(
            names = "--manifest",
            paramLabel = "FILE",
            description = "Or a text file with the address of an image on each line.")
    private String manifest;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write; must not exist.")
    private String out;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "Of the rows: parquet, json, or another one of Spark's.")
    private String format = "parquet";

    @Option(names = "--score", paramLabel = "S", description = "Least score of an object, 0 to 1.")
    private double leastScore = DetectionOptions.DEFAULT.scoreThreshold();

    @Option(names = "--device", paramLabel = "NAME", description = "What executors compute with.")
    private String device = "auto";

    @Mixin
    private PixelLimitOption limit;

    @Mixin
    private SessionOptions options;

    @Override
    public Integer call() throws IOException {
        if (images.isEmpty() == (manifest == null)) {
            throw new ParameterException(spec.commandLine(), "Give images or --manifest, and not both.");
        }
        if (!(leastScore >= 0 && leastScore <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--score': " + leastScore + " is not from 0 to 1");
        }
        try (SparkSession spark = options.open("retort predict")) {
            RetortDetector detector = new RetortDetector()
                    .setModel(model)
                    .setDevice(device)
                    .setThreshold(leastScore)
                    .setMaxPixels(limit.pixels());
            Dataset<Row> found = manifest == null
                    ? detector.transform(files(spark)).drop("content", "modificationTime", "length")
                    : detector.setInputCol("path").transform(listed(spark));
            found.write().mode(SaveMode.ErrorIfExists).format(format).save(out);
            // A format without a schema of its own leaves out columns that have nothing.
            tell(spark.read().schema(found.schema()).format(format).load(out));
        }
        return 0;
    }

    private Dataset<Row> files(SparkSession spark) {
        return spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", true)
                .option("pathGlobFilter", "*.{png,jpg,jpeg,bmp,gif,PNG,JPG,JPEG,BMP,GIF}")
                .load(images.toArray(String[]::new));
    }

    private Dataset<Row> listed(SparkSession spark) {
        Column address = functions.trim(functions.col("value"));
        return spark.read()
                .text(manifest)
                .select(address.as("path"))
                .where(functions.length(functions.col("path")).gt(0))
                .repartition(spark.sparkContext().defaultParallelism());
    }

    private void tell(Dataset<Row> rows) {
        Dataset<Row> failed = rows.where(functions.col("error").isNotNull());
        long errors = failed.count();
        spec.commandLine().getOut().println("Wrote " + out + ": " + rows.count() + " rows");
        if (errors > 0) {
            failed.select("error").limit(NAMED).collectAsList().forEach(row -> spec.commandLine()
                    .getErr()
                    .println("retort: " + row.getString(0)));
            spec.commandLine()
                    .getErr()
                    .println("retort: " + errors + " images could not be read; their rows have the error");
        }
    }
}
