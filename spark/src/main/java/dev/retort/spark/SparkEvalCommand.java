package dev.retort.spark;

import dev.retort.cli.ClassTable;
import dev.retort.cli.MetricsJson;
import dev.retort.cli.PixelLimitOption;
import dev.retort.cli.UsableImages;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.recipe.Recipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort spark eval}: COCO's metrics of a model, the same numbers as {@code retort eval}. */
@Command(
        name = "eval",
        description =
                "Computes COCO's twelve box metrics and a table of classes of a model on a data set: the numbers of retort eval.",
        sortOptions = false,
        footer = {"", "Example:", "  retort spark eval model.safetensors --data coco --master spark://host:7077"})
final class SparkEvalCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "Address of a model.safetensors.")
    private String model;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "URI",
            description = "The data set's folder, or a zip file of one.")
    private String data;

    @Option(names = "--split", paramLabel = "NAME", description = "Its split; by default the model's test split.")
    private String split;

    @Option(names = "--device", paramLabel = "NAME", description = "What executors compute with (default: auto).")
    private String device = "auto";

    @Option(names = "--json", paramLabel = "FILE", description = "Write the metrics, as fractions, to this file, too.")
    private Path json;

    @Mixin
    private PixelLimitOption limit;

    @Mixin
    private SessionOptions options;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        try (SparkSession spark = options.open("retort eval")) {
            Configuration hadoop = spark.sparkContext().hadoopConfiguration();
            ModelBytes bytes = ModelBytes.read(model, hadoop);
            CocoMetrics metrics;
            try (SharedModel shared = SharedModel.use(bytes, device)) {
                Recipe recipe = shared.detector().recipe();
                String chosen = split == null ? recipe.data().testSplit() : split;
                CocoDataset dataset =
                        CocoDataset.open(LocalData.of(data, hadoop), chosen).withMaxPixels(limit.pixels());
                // Executors read the same files; what is left out here could not be left out there alike.
                UsableImages.of(dataset, Recipe.Broken.FAIL, err);
                metrics = EvaluationJob.run(
                        spark,
                        bytes,
                        device,
                        shared.detector(),
                        LocalData.address(data, hadoop),
                        dataset,
                        chosen,
                        limit.pixels());
            }
            PrintWriter out = spec.commandLine().getOut();
            out.println(metrics.summary());
            out.println();
            ClassTable.print(metrics, out);
            if (json != null) {
                MetricsJson.write(metrics, json);
            }
        }
        return 0;
    }
}
