package dev.retort.cli;

import dev.retort.cli.job.CocoDetections;
import dev.retort.cli.progress.Progress;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageException;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageHeader;
import dev.retort.detection.data.Printable;
import dev.retort.detection.data.RgbImage;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
                + " detections.json with boxes in pixels of the original images; or a COCO file for annotation tools.",
        showDefaultValues = true,
        sortOptions = false,
        footer = {
            "",
            "An image that cannot be read, or is too large, is named; the others are still done, and the command ends"
                    + " with 1. A camera's rotation tag is applied: boxes are those of the image that viewers show.",
            "",
            "Examples:",
            "  retort predict model.safetensors street.jpg --out found",
            "  retort predict model.safetensors photos/ --out found --score 0.3",
            "  retort predict model.safetensors photos/ --coco annotations.json"
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

    @Option(names = "--out", paramLabel = "DIR", description = "Folder to write images and detections.json to.")
    private Path out;

    @Option(
            names = "--coco",
            paramLabel = "FILE",
            description = "Write the detections to this file in COCO's format, to be corrected in CVAT, Label Studio or"
                    + " Roboflow; alone or beside --out.")
    private Path coco;

    @Option(
            names = "--score",
            paramLabel = "S",
            description =
                    "Boxes of this score and better are drawn and come into the COCO file; detections.json has all.")
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
        if (out == null && coco == null) {
            throw new ParameterException(spec.commandLine(), "Nothing to write: give --out DIR, --coco FILE or both");
        }
        List<ImageFile> images = out == null ? ImageFile.findAll(arguments) : ImageFile.find(arguments, out);
        if (out != null) {
            OutputFile.folder(out);
        }
        if (coco != null) {
            checkCoco(images);
        }
        try (Backend computing = device.create();
                Detector detector = Detector.load(model, computing)) {
            predictAll(detector, images);
        }
        return 0;
    }

    private void checkCoco(List<ImageFile> images) throws IOException {
        OutputFile.check(coco);
        ImageFile.refuseToOverwrite(images, coco);
        if (out != null && OutputFile.isOne(coco, out.resolve(Predictions.LIST))) {
            throw new ParameterException(
                    spec.commandLine(), "--coco and the list of --out would both be " + coco + ": choose another file");
        }
    }

    private void predictAll(Detector detector, List<ImageFile> images) throws IOException {
        List<String> problems = new ArrayList<>();
        CocoDetections ofModel = new CocoDetections("Detections of " + model.getFileName(), detector.categories());
        Predictions predictions =
                new Predictions(Optional.ofNullable(out), Optional.ofNullable(coco), ofModel, leastScore);
        RuntimeException stopped = null;
        try (Progress progress = Progress.open("predict", 0, images.size())) {
            for (int i = 0; i < images.size(); i++) {
                String name =
                        Printable.line(images.get(i).source().getFileName().toString());
                String detail;
                try {
                    requireFile(images.get(i).source());
                    detail = predict(detector, images.get(i), predictions) + " in " + name;
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
        String written = "";
        try {
            written = predictions.write(images.size() - problems.size());
        } catch (IOException e) {
            if (stopped == null) {
                throw e;
            }
            stopped.addSuppressed(e);
        }
        if (stopped != null) {
            throw stopped;
        }
        if (coco != null && ofModel.renumbered()) {
            spec.commandLine()
                    .getErr()
                    .println("retort: the model has a class of id 0, which annotation tools take for none: in " + coco
                            + " classes have ids from 1, in their order");
        }
        tell(written, images.size(), problems);
    }

    private void tell(String written, int images, List<String> problems) {
        PrintWriter err = spec.commandLine().getErr();
        if (turned > 0) {
            err.println("retort: " + turned + " of " + images + " images have a rotation tag (EXIF) and were turned by"
                    + " it, as viewers show them; boxes count in the turned image");
        }
        spec.commandLine().getOut().println(written);
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

    /** Takes in what is in an image; returns how many boxes have the least score. */
    private int predict(Detector detector, ImageFile file, Predictions predictions) {
        Path source = file.source();
        boolean turns = ImageHeader.read(source).turned();
        RgbImage image = ImageFileReader.read(source, limit.pixels());
        int count = predictions.add(file, image, detector.detect(image, ALL));
        turned += turns ? 1 : 0;
        return count;
    }
}
