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
import dev.retort.detection.eval.Detection;
import dev.retort.detection.eval.EvaluationFiles;
import dev.retort.detection.eval.GroundTruthSet;
import dev.retort.detection.recipe.Recipe;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
                        + " file (a JSON list of image_id, category_id, bbox, score) against a COCO annotation file."
                        + " With --html it shows where detections go wrong.",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  retort eval runs/student/model.safetensors --data shapes",
            "  retort eval model.safetensors --data coco --html page.html --json page.json",
            "  retort eval model.safetensors --data coco --save-detections found.json",
            "  retort eval --detections found.json --ground-truth coco/annotations/val.json",
            "  retort eval --detections found.json --ground-truth val.json --html page.html"
        })
final class EvalCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private What what;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write the metrics, as fractions, to this file, too, those of the classes by id; and all numbers of"
                            + " the page, under 'analysis'.")
    private Path json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Write a page that needs no other file: precision-recall curves, confused classes, kinds of errors and"
                            + " what each costs, calibration of scores, sizes, the worst images with boxes.")
    private Path html;

    @Option(
            names = "--score",
            paramLabel = "S",
            defaultValue = "0.5",
            description = "Score from which detections count in the page's confusion matrix and worst images (default:"
                    + " ${DEFAULT-VALUE}); all else takes them all.")
    private double score;

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

        @Option(
                names = "--images",
                paramLabel = "DIR",
                description = "The folder of the images, so that the page (--html) shows the worst of them.")
        private Path images;
    }

    @Override
    public Integer call() throws IOException {
        refuseMisuse();
        OutputFile.check(json);
        OutputFile.check(html);
        Evaluated evaluated = what.model != null ? of(what.model) : of(what.files);
        PrintWriter out = spec.commandLine().getOut();
        out.println(evaluated.metrics().summary());
        out.println();
        ClassTable.print(evaluated.metrics(), out);
        if (json != null || html != null) {
            evaluated.analyse(score).write(Optional.ofNullable(json), Optional.ofNullable(html));
        }
        return 0;
    }

    private void refuseMisuse() {
        for (String option : List.of("--device", "--graphs", "--max-pixels")) {
            require(
                    what.files == null || !isGiven(option),
                    option + " is for a model; nothing is left to compute with --detections.");
        }
        require(score >= 0 && score <= 1, "Invalid value for option '--score': " + score + " is not from 0 to 1");
        require(!isGiven("--score") || json != null || html != null, "--score is for what --html and --json write.");
        require(
                what.files == null || what.files.images == null || html != null,
                "--images is for the page: give --html.");
        List<Path> outputs = Stream.of(json, html, what.model == null ? null : what.model.detections)
                .filter(Objects::nonNull)
                .map(OutputFile::key)
                .toList();
        require(
                Set.copyOf(outputs).size() == outputs.size(),
                "--json, --html and --save-detections need files of their own.");
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private Evaluated of(Model model) throws IOException {
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
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("model", model.file.toString());
            facts.put("data set", model.data + ", split " + split);
            return new Evaluated(
                    "Evaluation of " + model.file.getFileName(),
                    facts,
                    evaluation.metrics(),
                    Evaluation.truth(dataset),
                    evaluation.detections(),
                    Optional.of(dataset));
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

    private static Evaluated of(Files files) throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(files.groundTruth);
        List<Detection> detections = EvaluationFiles.readDetections(files.detections, truth);
        CocoEvaluator evaluator = new CocoEvaluator(truth);
        evaluator.process(detections);
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("detections", files.detections.toString());
        facts.put("ground truth", files.groundTruth.toString());
        return new Evaluated(
                "Evaluation of " + files.detections.getFileName(),
                facts,
                evaluator.evaluate(),
                truth,
                detections,
                Optional.ofNullable(files.images).map(images -> CocoDataset.open(files.groundTruth, images)));
    }
}
