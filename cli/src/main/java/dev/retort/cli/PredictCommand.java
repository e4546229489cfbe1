package dev.retort.cli;

import dev.retort.cli.job.DrawnBoxes;
import dev.retort.cli.job.PredictionsJson;
import dev.retort.cli.progress.Progress;
import dev.retort.detection.DetectedObject;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageException;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.ImageHeader;
import dev.retort.detection.data.Printable;
import dev.retort.detection.data.RgbImage;
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

/** {@code retort predict}: finds objects in images. */
@Command(
        name = "predict",
        description = "Finds objects in images; writes the images with boxes drawn, enlarged if they are small, and"
                + " detections.json with boxes in pixels of the original images.",
        showDefaultValues = true,
        sortOptions = false,
        footer = {
            "",
            "An image that cannot be read, or is too large, is named; the others are still done, and the command ends"
                    + " with 1. A camera's rotation tag is applied: boxes are those of the image that viewers show.",
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
            paramLabel = "IMAGE",
            description = "PNG, JPEG, BMP and GIF files; a folder stands for all images in it.")
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

    /** Images that a rotation tag turned. */
    private int turned;

    @Override
    public Integer call() throws IOException {
        if (!(leastScore >= 0 && leastScore <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--score': " + leastScore + " is not from 0 to 1");
        }
        List<ImageFile> images = ImageFile.find(arguments, out);
        OutputFile.folder(out);
        try (Backend computing = device.create();
                Detector detector = Detector.load(model, computing)) {
            predictAll(detector, images);
        }
        return 0;
    }

    private void predictAll(Detector detector, List<ImageFile> images) throws IOException {
        List<String> problems = new ArrayList<>();
        PredictionsJson json = new PredictionsJson();
        RuntimeException stopped = null;
        try (Progress progress = Progress.open("predict", 0, images.size())) {
            for (int i = 0; i < images.size(); i++) {
                String name =
                        Printable.line(images.get(i).source().getFileName().toString());
                String detail;
                try {
                    requireFile(images.get(i).source());
                    detail = predict(detector, images.get(i), json) + " in " + name;
                } catch (NoSuchFileException | ImageException e) {
                    problems.add(e.getMessage());
                    detail = "cannot read " + name;
                } catch (OutOfMemoryError e) {
                    problems.add("Image " + images.get(i).source() + " needs more memory than there is ("
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
        tell(detections, images.size(), problems);
    }

    private void tell(Path detections, int images, List<String> problems) {
        PrintWriter err = spec.commandLine().getErr();
        if (turned > 0) {
            err.println("retort: " + turned + " of " + images + " images have a rotation tag (EXIF) and were turned by"
                    + " it, as viewers show them; boxes count in the turned image");
        }
        int done = images - problems.size();
        spec.commandLine().getOut().println("Wrote " + detections + " and " + done + " images");
        problems.forEach(problem -> err.println(Printable.line(problem)));
        if (!problems.isEmpty()) {
            throw new DataException(
                    problems.size() + " of " + images + " images could not be read; they are named above");
        }
    }

    private static void requireFile(Path source) throws NoSuchFileException {
        if (!Files.isRegularFile(source)) {
            throw new NoSuchFileException(
                    Files.exists(source) ? source + " is no file" : "There is no image " + source);
        }
    }

    /** Draws and lists what is in an image; returns how many boxes were drawn. */
    private int predict(Detector detector, ImageFile file, PredictionsJson json) {
        Path source = file.source();
        boolean turns = ImageHeader.read(source).turned();
        RgbImage image = ImageFileReader.read(source, limit.pixels());
        List<DetectedObject> found = detector.detect(image, ALL);
        List<BoxPainter.Box> boxes = DrawnBoxes.detected(found, leastScore);
        ImageFileWriter.write(BoxPainter.paint(image, boxes), file.target());
        json.add(source, image, found);
        turned += turns ? 1 : 0;
        return boxes.size();
    }
}
