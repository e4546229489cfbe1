package dev.retort.distill.cli;

import dev.retort.detection.data.Batch;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
        description = "Finds objects in pictures; writes the pictures with boxes drawn, and detections.json.",
        showDefaultValues = true,
        sortOptions = false)
final class PredictCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A model.safetensors.")
    private Path model;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "PICTURE", description = "PNG and JPEG files.")
    private List<Path> pictures;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write.")
    private Path out;

    @Option(
            names = "--score",
            paramLabel = "S",
            description = "Draw boxes of this score and better; detections.json has all.")
    private double leastScore = 0.5;

    @Mixin
    private BackendOption backend;

    @Override
    public Integer call() throws IOException {
        refuseEqualNames();
        Files.createDirectories(out);
        PredictionsJson json = new PredictionsJson();
        try (Backend computing = backend.create();
                Detector detector = Detector.load(model, computing);
                Progress progress = Progress.open("predict", 0, pictures.size())) {
            for (int i = 0; i < pictures.size(); i++) {
                Path file = pictures.get(i);
                Picture picture = PictureReader.read(file);
                ImageInfo info = new ImageInfo(i + 1, file.getFileName().toString(), picture.width(), picture.height());
                Batch batch = RecipeBatches.single(detector.recipe(), info, picture);
                List<Detection> found =
                        Evaluation.detections(info, detector.detect(batch).get(0), detector.categories());
                List<BoxPainter.Box> boxes = DrawnBoxes.predicted(found, info, detector.categories(), leastScore);
                PictureWriter.write(BoxPainter.paint(picture, boxes), out.resolve(name(file)));
                json.add(file, info, found, detector.categories());
                progress.at(i + 1, boxes.size() + " in " + file.getFileName());
            }
        }
        Path detections = out.resolve("detections.json");
        json.write(detections);
        spec.commandLine().getOut().println("Wrote " + detections + " and " + pictures.size() + " pictures");
        return 0;
    }

    /** Pictures of one name, from several folders, would overwrite each other. */
    private void refuseEqualNames() {
        Set<String> names = new HashSet<>();
        for (Path picture : pictures) {
            if (!names.add(name(picture))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Two pictures would be written as " + name(picture) + ": predict them one by one.");
            }
        }
    }

    private static String name(Path picture) {
        return picture.getFileName().toString().replaceFirst("\\.[^.]*$", "") + ".png";
    }
}
