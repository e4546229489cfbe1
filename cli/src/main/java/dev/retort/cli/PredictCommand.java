package dev.retort.cli;

import dev.retort.cli.job.DrawnBoxes;
import dev.retort.cli.job.PredictionsJson;
import dev.retort.cli.progress.Progress;
import dev.retort.detection.DetectedObject;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.Picture;
import dev.retort.detection.data.PictureException;
import dev.retort.detection.data.PictureHeader;
import dev.retort.detection.data.PictureReader;
import dev.retort.detection.data.PictureWriter;
import dev.retort.detection.data.Printable;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
            "A picture that cannot be read, or is too large, is named; the others are still done, and the command ends"
                    + " with 1. A camera's rotation tag is applied: boxes are those of the picture that viewers show.",
            "",
            "Examples:",
            "  retort predict model.safetensors street.jpg --out found",
            "  retort predict model.safetensors photos/ --out found --score 0.3"
        })
final class PredictCommand implements Callable<Integer> {
    private static final DetectionOptions ALL = DetectionOptions.DEFAULT.withScoreThreshold(0);

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
    private double leastScore = DetectionOptions.DEFAULT.scoreThreshold();

    @Mixin
    private DeviceOption device;

    @Mixin
    private PixelLimitOption limit;

    /** Pictures that a rotation tag turned. */
    private int turned;

    @Override
    public Integer call() throws IOException {
        if (!(leastScore >= 0 && leastScore <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--score': " + leastScore + " is not from 0 to 1");
        }
        List<PictureFile> pictures = PictureFile.find(arguments, out);
        OutputFile.folder(out);
        try (Backend computing = device.create();
                Detector detector = Detector.load(model, computing)) {
            predictAll(detector, pictures);
        }
        return 0;
    }

    private void predictAll(Detector detector, List<PictureFile> pictures) throws IOException {
        List<String> problems = new ArrayList<>();
        PredictionsJson json = new PredictionsJson();
        RuntimeException stopped = null;
        try (Progress progress = Progress.open("predict", 0, pictures.size())) {
            for (int i = 0; i < pictures.size(); i++) {
                String name =
                        Printable.line(pictures.get(i).source().getFileName().toString());
                String detail;
                try {
                    requireFile(pictures.get(i).source());
                    detail = predict(detector, pictures.get(i), json) + " in " + name;
                } catch (NoSuchFileException | PictureException e) {
                    problems.add(e.getMessage());
                    detail = "cannot read " + name;
                } catch (OutOfMemoryError e) {
                    problems.add("Picture " + pictures.get(i).source() + " needs more memory than there is ("
                            + e.getMessage() + "): give more with RETORT_HEAP=..., or make it smaller");
                    detail = "no memory for " + name;
                }
                progress.at(i + 1, detail);
            }
        } catch (RuntimeException e) {
            stopped = e;
        }
        Path detections = out.resolve("detections.json");
        try {
            json.write(detections);
        } catch (IOException e) {
            if (stopped == null) {
                throw e;
            }
            stopped.addSuppressed(e);
        }
        if (stopped != null) {
            throw stopped;
        }
        tell(detections, pictures.size(), problems);
    }

    private void tell(Path detections, int pictures, List<String> problems) {
        PrintWriter err = spec.commandLine().getErr();
        if (turned > 0) {
            err.println(
                    "retort: " + turned + " of " + pictures + " pictures have a rotation tag (EXIF) and were turned by"
                            + " it, as viewers show them; boxes count in the turned picture");
        }
        int done = pictures - problems.size();
        spec.commandLine().getOut().println("Wrote " + detections + " and " + done + " pictures");
        problems.forEach(problem -> err.println(Printable.line(problem)));
        if (!problems.isEmpty()) {
            throw new DataException(
                    problems.size() + " of " + pictures + " pictures could not be read; they are named above");
        }
    }

    private static void requireFile(Path source) throws NoSuchFileException {
        if (!Files.isRegularFile(source)) {
            throw new NoSuchFileException(
                    Files.exists(source) ? source + " is no file" : "There is no picture " + source);
        }
    }

    /** Draws and lists what is in a picture; returns how many boxes were drawn. */
    private int predict(Detector detector, PictureFile file, PredictionsJson json) {
        Path source = file.source();
        boolean turns = PictureHeader.read(source).turned();
        Picture picture = PictureReader.read(source, limit.pixels());
        List<DetectedObject> found = detector.detect(picture, ALL);
        List<BoxPainter.Box> boxes = DrawnBoxes.detected(found, leastScore);
        PictureWriter.write(BoxPainter.paint(picture, boxes), file.target());
        json.add(source, picture, found);
        turned += turns ? 1 : 0;
        return boxes.size();
    }
}
