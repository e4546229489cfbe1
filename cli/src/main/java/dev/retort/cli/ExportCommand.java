package dev.retort.cli;

import dev.retort.detection.Detector;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.onnx.OnnxExport;
import dev.retort.detection.onnx.OnnxOptions;
import dev.retort.detection.weights.TorchExport;
import dev.retort.detection.weights.TorchLibrary;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort export}: a detector as a file for other programs. */
@Command(
        name = "export",
        description =
                "Writes a detector for other programs. --onnx: a graph, to be run by ONNX Runtime and others. Input: images [N, 3,"
                        + " H, W], red first. Output: logits and deltas of every anchor, or with --nms detections: boxes, scores,"
                        + " labels, count. --torch: weights for PyTorch, and Python that loads them.",
        showDefaultValues = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  retort export model.safetensors --onnx model.onnx --nms --normalize",
            "  retort export model.safetensors --onnx model.onnx --size 800x1216 --opset 18",
            "  retort export model.safetensors --torch torchvision torchvision.safetensors"
        })
final class ExportCommand implements Callable<Integer> {
    private static final String DYNAMIC = "dynamic";
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A model.safetensors.")
    private Path model;

    @ArgGroup(multiplicity = "1")
    private Form form;

    /** As what a detector is written. */
    private static final class Form {
        @Option(names = "--onnx", required = true, paramLabel = "FILE", description = "Write ONNX to this file.")
        private Optional<Path> onnx = Optional.empty();

        @Option(
                names = "--torch",
                required = true,
                arity = "2",
                paramLabel = "LIBRARY FILE",
                hideParamSyntax = true,
                description =
                        "Write safetensors to FILE, with the names and the layout of LIBRARY: torchvision, detectron2 or"
                                + " adelaidet.")
        private List<String> torch = List.of();
    }

    @Option(
            names = "--nms",
            description =
                    "Decode boxes and suppress overlapping ones in the graph: boxes in pixels of the input, the best"
                            + " hundred of an image.")
    private boolean nms;

    @Option(
            names = "--normalize",
            description =
                    "Normalize in the graph: the input has values from 0 to 255. Otherwise the caller does, by mean and"
                            + " std in the file's metadata.")
    private boolean normalize;

    @Option(
            names = "--size",
            paramLabel = "HxW|dynamic",
            description = "Height and width of the images, or dynamic: any size in each call.")
    private String size = DYNAMIC;

    @Option(
            names = "--opset",
            paramLabel = "N",
            description = "Version of ONNX's operators, " + OnnxOptions.OLDEST_OPSET + " to " + OnnxOptions.NEWEST_OPSET
                    + ".")
    private int opset = OnnxOptions.OLDEST_OPSET;

    @Override
    public Integer call() throws IOException {
        return form.onnx.isPresent() ? onnx(form.onnx.get()) : torch(form.torch.get(0), Path.of(form.torch.get(1)));
    }

    private int onnx(Path file) throws IOException {
        OnnxOptions options = options();
        OutputFile.check(file);
        // Nothing is computed but folded norms.
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.load(model, backend)) {
            OnnxExport.write(detector, file, options);
        }
        wrote(file);
        return 0;
    }

    private int torch(String name, Path file) throws IOException {
        requireNoOnnxOptions();
        TorchLibrary library = library(name);
        OutputFile.check(file);
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.load(model, backend)) {
            List<String> python = TorchExport.python(detector, library, file);
            TorchExport.write(detector, library, file);
            wrote(file);
            spec.commandLine().getOut().println("In Python:");
            python.forEach(spec.commandLine().getOut()::println);
        }
        return 0;
    }

    private void wrote(Path file) throws IOException {
        spec.commandLine().getOut().println("Wrote " + file + ", " + Files.size(file) + " bytes");
    }

    private TorchLibrary library(String name) {
        try {
            return TorchLibrary.named(name);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void requireNoOnnxOptions() {
        for (String option : List.of("--nms", "--normalize", "--size", "--opset")) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(spec.commandLine(), option + " is for --onnx: leave it out with --torch");
            }
        }
    }

    private OnnxOptions options() {
        Optional<ImageSize> fixed = fixedSize();
        try {
            return new OnnxOptions(nms, normalize, fixed, opset);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Optional<ImageSize> fixedSize() {
        if (size.equals(DYNAMIC)) {
            return Optional.empty();
        }
        Matcher matcher = SIZE.matcher(size);
        int height = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        int width = matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
        if (height == 0 || width == 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--size': '" + size
                            + "' is neither height x width, such as 800x1216, nor " + DYNAMIC);
        }
        return Optional.of(new ImageSize(height, width));
    }
}
