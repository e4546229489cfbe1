package dev.retort.distill.cli;

import dev.retort.detection.data.Batch;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.Picture;
import dev.retort.detection.data.PictureReader;
import dev.retort.detection.data.PictureWriter;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.detection.eval.Detection;
import dev.retort.distill.job.DrawnBoxes;
import dev.retort.distill.job.PredictionsJson;
import dev.retort.distill.progress.Progress;
import dev.retort.distill.train.Detector;
import dev.retort.distill.train.Evaluation;
import dev.retort.distill.train.RecipeBatches;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort predict}: finds objects in pictures. */
@Command(
        name = "predict",
        description = "Finds objects in pictures; writes the pictures with boxes drawn, enlarged if they are small, and"
                + " detections.json with boxes in pixels of the original pictures.",
        showDefaultValues = true,
        sortOptions = false,
        footer = {
            "",
            "A picture that cannot be read is named; the others are still done, and the command ends with 1.",
            "",
            "Examples:",
            "  retort predict model.safetensors street.jpg --out found",
            "  retort predict model.safetensors photos/ --out found --score 0.3"
        })
final class PredictCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A model.safetensors.")
    private Path model;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PICTURE",
            description = "PNG, JPEG, BMP and GIF files; a folder stands for all pictures in it.")
    private List<Path> arguments;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write.")
    private Path out;

    @Option(
            names = "--score",
            paramLabel = "S",
            description = "Draw boxes of this score and better; detections.json has all.")
    private double leastScore = 0.5;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        if (!(leastScore >= 0 && leastScore <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--score': " + leastScore + " is not from 0 to 1");
        }
        List<PictureFile> pictures = PictureFile.find(arguments, out);
        List<String> problems = new ArrayList<>();
        PredictionsJson json = new PredictionsJson();
        try (Backend computing = device.create();
                Detector detector = Detector.load(model, computing);
                Progress progress = Progress.open("predict", 0, pictures.size())) {
            Files.createDirectories(out);
            for (int i = 0; i < pictures.size(); i++) {
                Path source = pictures.get(i).source();
                String detail;
                try {
                    int drawn = predict(detector, pictures.get(i), i + 1, json);
                    detail = drawn + " in " + source.getFileName();
                } catch (DataException e) {
                    problems.add(e.getMessage());
                    detail = "cannot read " + source.getFileName();
                }
                progress.at(i + 1, detail);
            }
        }
        Path detections = out.resolve("detections.json");
        json.write(detections);
        int done = pictures.size() - problems.size();
        spec.commandLine().getOut().println("Wrote " + detections + " and " + done + " pictures");
        problems.forEach(spec.commandLine().getErr()::println);
        if (!problems.isEmpty()) {
            throw new DataException(
                    problems.size() + " of " + pictures.size() + " pictures could not be read; they are named above");
        }
        return 0;
    }

    /** Draws and lists what is in a picture; returns how many boxes were drawn. */
    private int predict(Detector detector, PictureFile file, long id, PredictionsJson json) {
        if (!Files.exists(file.source())) {
            throw new DataException("There is no picture " + file.source());
        }
        Picture picture = PictureReader.read(file.source());
        ImageInfo info = new ImageInfo(id, file.source().getFileName().toString(), picture.width(), picture.height());
        Batch batch = RecipeBatches.single(detector.recipe(), info, picture);
        List<Detection> found =
                Evaluation.detections(info, detector.detect(batch).get(0), detector.categories());
        List<BoxPainter.Box> boxes = DrawnBoxes.predicted(found, info, detector.categories(), leastScore);
        PictureWriter.write(BoxPainter.paint(picture, boxes), file.target());
        json.add(file.source(), info, found, detector.categories());
        return boxes.size();
    }
}
