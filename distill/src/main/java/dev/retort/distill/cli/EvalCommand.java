package dev.retort.distill.cli;

import dev.retort.detection.eval.CocoEvaluator;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.eval.EvaluationFiles;
import dev.retort.detection.eval.GroundTruthSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code retort eval}: COCO's metrics of detections. */
@Command(
        name = "eval",
        description = "Computes COCO's twelve box metrics of a detections file (a JSON list of image_id, category_id,"
                + " bbox, score) against a COCO annotation file.")
final class EvalCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--detections", required = true, paramLabel = "FILE", description = "Detections, JSON.")
    private Path detections;

    @Option(names = "--ground-truth", required = true, paramLabel = "FILE", description = "COCO annotations, JSON.")
    private Path groundTruth;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the metrics, as fractions, to this file, too.")
    private Path json;

    @Override
    public Integer call() throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(groundTruth);
        CocoEvaluator evaluator = new CocoEvaluator(truth);
        evaluator.process(EvaluationFiles.readDetections(detections, truth));
        CocoMetrics metrics = evaluator.evaluate();
        spec.commandLine().getOut().println(metrics.summary());
        if (json != null) {
            MetricsJson.write(metrics, json);
        }
        return 0;
    }
}
