package dev.retort.cli;

import dev.retort.cli.job.DetectionsJson;
import dev.retort.cli.job.Evaluations;
import dev.retort.cli.job.Interruption;
import dev.retort.cli.job.StoppedException;
import dev.retort.detection.ClassMatch;
import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.Printable;
import dev.retort.detection.eval.CocoEvaluator;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.eval.Detection;
import dev.retort.detection.eval.EvaluationFiles;
import dev.retort.detection.eval.GroundTruthSet;
import dev.retort.detection.recipe.Recipe;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort eval}: COCO's metrics of a model, or of detections that are there already. */
@Command(
        name = "eval",
        description =
                "Computes COCO's twelve box metrics and a table of classes: of a model on a data set, or of a detections"
                        + " file (a JSON list of image_id, category_id, bbox, score) against a COCO annotation file.",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  retort eval runs/student/model.safetensors --data shapes",
            "  retort eval model.safetensors --data coco --save-detections found.json",
            "  retort eval --detections found.json --ground-truth coco/annotations/val.json"
        })
final class EvalCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private What what;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the metrics, as fractions, to this file, too; those of the classes by id.")
    private Path json;

    @Mixin
    private DeviceOption device;

    @Mixin
    private PixelLimitOption limit;

    /** Either a model or files. */
    private static final class What {
        @ArgGroup(exclusive = false, multiplicity = "1", heading = "A model on a data set:%n")
        private Model model;

        @ArgGroup(exclusive = false, multiplicity = "1", heading = "A file of detections:%n")
        private Files files;
    }

    private static final class Model {
        @Parameters(paramLabel = "MODEL", description = "A model.safetensors.")
        private Path file;

        @Option(
                names = "--data",
                required = true,
                paramLabel = "DIR",
                description = "The data set's folder, or a zip file of one.")
        private Path data;

        @Option(names = "--split", paramLabel = "NAME", description = "Its split; by default the model's test split.")
        private String split;

        @Option(
                names = "--save-detections",
                paramLabel = "FILE",
                description = "Write the detections to this file, as JSON.")
        private Path detections;

        @Option(
                names = "--broken",
                paramLabel = "fail|skip",
                description = "Whether images that cannot be used are left out of the evaluation; by default what"
                        + " data.broken of the model's recipe says.")
        private Recipe.Broken broken;
    }

    private static final class Files {
        @Option(names = "--detections", required = true, paramLabel = "FILE", description = "Detections, JSON.")
        private Path detections;

        @Option(names = "--ground-truth", required = true, paramLabel = "FILE", description = "COCO annotations, JSON.")
        private Path groundTruth;
    }

    @Override
    public Integer call() throws IOException {
        for (String option : List.of("--device", "--graphs", "--max-pixels")) {
            if (what.files != null && spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        spec.commandLine(), option + " is for a model; nothing is left to compute with --detections.");
            }
        }
        OutputFile.check(json);
        CocoMetrics metrics = what.model != null ? of(what.model) : of(what.files);
        PrintWriter out = spec.commandLine().getOut();
        out.println(metrics.summary());
        out.println();
        ClassTable.print(metrics, out);
        if (json != null) {
            MetricsJson.write(metrics, json);
        }
        return 0;
    }

    private CocoMetrics of(Model model) throws IOException {
        OutputFile.check(model.detections);
        try (Backend computing = device.create();
                Detector detector = Detector.load(model.file, computing)) {
            String split = model.split == null ? detector.recipe().data().testSplit() : model.split;
            CocoDataset dataset = UsableImages.of(
                    CocoDataset.open(model.data, split).withMaxPixels(limit.pixels()),
                    model.broken == null ? detector.recipe().data().broken() : model.broken,
                    spec.commandLine().getErr());
            ClassMatch.of(detector.categories(), dataset)
                    .notices()
                    .forEach(notice -> spec.commandLine().getErr().println("retort: " + Printable.line(notice)));
            Evaluation evaluation = evaluate(detector, dataset);
            if (model.detections != null) {
                DetectionsJson.write(evaluation.detections(), model.detections);
            }
            return evaluation.metrics();
        }
    }

    private Evaluation evaluate(Detector detector, CocoDataset dataset) {
        try (Interruption stop = Interruption.open()) {
            try {
                return Evaluations.run("eval", detector, dataset, stop);
            } catch (StoppedException e) {
                // While the virtual machine still waits.
                spec.commandLine().getErr().println("retort: " + e.getMessage() + "; nothing was written");
                throw e;
            }
        }
    }

    private static CocoMetrics of(Files files) throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(files.groundTruth);
        List<Detection> detections = EvaluationFiles.readDetections(files.detections, truth);
        CocoEvaluator evaluator = new CocoEvaluator(truth);
        evaluator.process(detections);
        return evaluator.evaluate();
    }
}
