package dev.retort.distill.cli;

import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.Picture;
import dev.retort.detection.data.PictureReader;
import dev.retort.detection.data.PictureWriter;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.distill.progress.Progress;
import dev.retort.distill.train.Detector;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort predict}: what a model finds in pictures, drawn into copies of them and listed in a file. */
@Command(
        name = "predict",
        description =
                "Finds objects in pictures. Writes a copy of each picture with the boxes drawn in, enlarged if it is"
                        + " small, and " + PredictCommand.FILE + " with all boxes in pixels of the original pictures.",
        showDefaultValues = true,
        footer = {
            "",
            "A picture that cannot be read is named; the others are still done, and the command ends with 1.",
            "",
            "Examples:",
            "  retort predict model.safetensors street.jpg --out found",
            "  retort predict model.safetensors photos/ --out found --threshold 0.3"
        })
final class PredictCommand implements Callable<Integer> {
    /** Name of the list in the folder of the outcome. */
    static final String FILE = "detections.json";

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "A model.safetensors that 'retort train' or 'retort distill' wrote.")
    private Path model;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PICTURE",
            description = "Picture files (PNG, JPEG, BMP, GIF); a folder stands for all pictures in it.")
    private List<Path> arguments;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder to write; it is made if it is not there.")
    private Path out;

    @Option(
            names = "--threshold",
            paramLabel = "SCORE",
            description = "Least score of a box, from 0 to 1. No box scores 0.05 or less.")
    private double threshold = 0.5;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "What computes; 'retort devices' lists what there is.")
    private String backendName = "auto";

    @Override
    public Integer call() throws IOException {
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--threshold': " + threshold + " is not from 0 to 1");
        }
        List<PictureFile> pictures = PictureFile.find(arguments, out);
        List<DetectionsJson.OfPicture> outcomes = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try (Backend backend = Backends.create(backendName);
                Detector detector = Detector.load(model, backend);
                Progress progress = Progress.open("predict", 0, pictures.size())) {
            Files.createDirectories(out);
            for (int i = 0; i < pictures.size(); i++) {
                try {
                    outcomes.add(predict(detector, pictures.get(i)));
                } catch (DataException e) {
                    problems.add(e.getMessage());
                }
                progress.at(i + 1, "");
            }
        }
        DetectionsJson.writePictures(outcomes, out.resolve(FILE));
        long boxes = outcomes.stream().mapToLong(o -> o.detections().size()).sum();
        spec.commandLine()
                .getOut()
                .println(boxes + " boxes in " + outcomes.size() + " pictures; see " + out.resolve(FILE));
        if (!problems.isEmpty()) {
            problems.forEach(spec.commandLine().getErr()::println);
            throw new DataException(
                    problems.size() + " of " + pictures.size() + " pictures could not be read; they are named above");
        }
        return 0;
    }

    private DetectionsJson.OfPicture predict(Detector detector, PictureFile file) {
        if (!Files.exists(file.source())) {
            throw new DataException("There is no picture " + file.source());
        }
        Picture picture = PictureReader.read(file.source());
        Detections all = detector.detect(picture);
        Detections found = all.select(IntStream.range(0, all.size())
                .filter(i -> all.scores()[i] >= threshold)
                .toArray());
        List<BoxPainter.Box> boxes = new ArrayList<>();
        List<DetectionsJson.Found> list = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            double[] b = found.boxes();
            int at = 4 * i;
            double score = found.scores()[i];
            Category category = detector.categories().get(found.classes()[i]);
            boxes.add(new BoxPainter.Box(
                    b[at], b[at + 1], b[at + 2], b[at + 3], found.classes()[i], category.name(), score));
            double[] bbox = {b[at], b[at + 1], b[at + 2] - b[at], b[at + 3] - b[at + 1]};
            list.add(new DetectionsJson.Found(category.id(), category.name(), bbox, score));
        }
        PictureWriter.write(BoxPainter.paint(picture, boxes), file.target());
        return new DetectionsJson.OfPicture(file.name(), picture.width(), picture.height(), list);
    }
}
