package dev.retort.distill.cli;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.eval.CocoEvaluator;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.eval.EvaluationFiles;
import dev.retort.detection.eval.GroundTruthSet;
import dev.retort.distill.progress.Progress;
import dev.retort.distill.train.Detector;
import dev.retort.distill.train.Evaluation;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort eval}: COCO's metrics of a model on a data set, or of a file of detections. */
@Command(
        name = "eval",
        description =
                "Computes COCO's twelve box metrics and a table of classes: of a model on a data set, or of a file of"
                        + " detections, whoever made it.",
        footer = {
            "",
            "Examples:",
            "  retort eval runs/student/model.safetensors --data shapes",
            "  retort eval model.safetensors --data coco --detections-out found.json",
            "  retort eval --detections found.json --ground-truth coco/annotations/val.json"
        })
final class EvalCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Subject subject;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the metrics, as fractions, to this file, too.")
    private Path json;

    /** What is evaluated: one of the two. */
    static final class Subject {
        @ArgGroup(exclusive = false, multiplicity = "1", heading = "%nA model on a data set:%n")
        private ModelOnData model;

        @ArgGroup(exclusive = false, multiplicity = "1", heading = "%nA file of detections:%n")
        private DetectionsFile file;
    }

    /** The arguments for a model. */
    static final class ModelOnData {
        @Parameters(
                paramLabel = "MODEL",
                description = "A model.safetensors that 'retort train' or 'retort distill' wrote.")
        private Path model;

        @Option(names = "--data", required = true, paramLabel = "DIR", description = "The data set's folder.")
        private Path data;

        @Option(
                names = "--split",
                paramLabel = "NAME",
                description = "Its split; without it, the data.testSplit of the model's recipe, usually test.")
        private String split;

        @Option(
                names = "--backend",
                paramLabel = "NAME",
                defaultValue = "auto",
                description = "What computes; 'retort devices' lists what there is (default: ${DEFAULT-VALUE}).")
        private String backend;

        @Option(
                names = "--detections-out",
                paramLabel = "FILE",
                description = "Write the detections in COCO's result format: a JSON list of image_id, category_id,"
                        + " bbox, score.")
        private Path detectionsOut;
    }

    /** The arguments for detections that are there already. */
    static final class DetectionsFile {
        @Option(
                names = "--detections",
                required = true,
                paramLabel = "FILE",
                description = "Detections: a JSON list of image_id, category_id, bbox, score.")
        private Path detections;

        @Option(names = "--ground-truth", required = true, paramLabel = "FILE", description = "COCO annotations, JSON.")
        private Path groundTruth;
    }

    @Override
    public Integer call() throws IOException {
        OutputFile.check(json);
        CocoMetrics metrics = subject.model != null ? of(subject.model) : of(subject.file);
        PrintWriter out = spec.commandLine().getOut();
        out.println(metrics.summary());
        out.println();
        ClassTable.print(metrics, out);
        if (json != null) {
            MetricsJson.write(metrics, json);
        }
        return 0;
    }

    private CocoMetrics of(ModelOnData wanted) throws IOException {
        OutputFile.check(wanted.detectionsOut);
        try (Backend backend = Backends.create(wanted.backend);
                Detector detector = Detector.load(wanted.model, backend)) {
            String split = wanted.split == null ? detector.recipe().data().testSplit() : wanted.split;
            CocoDataset dataset = CocoDataset.open(wanted.data, split);
            dataset.notices().forEach(spec.commandLine().getErr()::println);
            Evaluation evaluation;
            try (Progress progress = Progress.open("eval", 0, dataset.size())) {
                evaluation = Evaluation.of(detector, dataset, done -> progress.at(done, ""));
            }
            if (wanted.detectionsOut != null) {
                DetectionsJson.writeResults(evaluation.detections(), wanted.detectionsOut);
            }
            return evaluation.metrics();
        }
    }

    private static CocoMetrics of(DetectionsFile wanted) throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(wanted.groundTruth);
        CocoEvaluator evaluator = new CocoEvaluator(truth);
        evaluator.process(EvaluationFiles.readDetections(wanted.detections, truth));
        return evaluator.evaluate();
    }
}
