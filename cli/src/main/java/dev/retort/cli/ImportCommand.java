package dev.retort.cli;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.detection.weights.BackboneFile;
import dev.retort.detection.weights.ClassList;
import dev.retort.detection.weights.ForeignWeights;
import dev.retort.detection.weights.ImportOptions;
import dev.retort.detection.weights.WeightSource;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort import}: makes a model of another program's weights. */
@Command(
        name = "import",
        description =
                "Makes a model of weights of another program: torchvision, detectron2, mmdetection, AdelaiDet, timm, Hugging"
                        + " Face, Caffe2. Nothing in the file is run. What no file tells (stride, channel order, anchors) is assumed as"
                        + " that program has it, and printed.",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  retort import retinanet_resnet50_fpn_coco-eeacb38b.pth --out retinanet.safetensors",
            "  retort import R-50.pkl --as backbone --out r50.safetensors",
            "  retort import epoch_12.pth --classes names.txt --set data.shortEdges=[640] --out model.safetensors"
        })
final class ImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A .pth, .pkl or .safetensors file of weights.")
    private Path file;

    @Option(names = "--out", required = true, paramLabel = "MODEL", description = "File to write, model.safetensors.")
    private Path out;

    @Option(
            names = "--as",
            paramLabel = "KIND",
            description = "What to take: retinanet, fcos or backbone (default: what the file holds).")
    private String kind = "";

    @Option(
            names = "--from",
            paramLabel = "PROGRAM",
            description = "The program that it must be of: torchvision, timm, huggingface, detectron2, caffe2, mmdet or"
                    + " adelaidet (default: told by the names of its tensors).")
    private String project = "";

    @Option(
            names = "--classes",
            paramLabel = "FILE|coco",
            description =
                    "Names of the classes in the order of the file's: a text file with one on each line, or a COCO"
                            + " annotation file, or coco (default: the file's own, or COCO's where it has 80 or 91).")
    private String classes = "";

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of the recipe in place of what was assumed, such as model.strideIn1x1=true; may be"
                    + " repeated.")
    private List<String> settings = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        ImportOptions options = ImportOptions.DEFAULT.withSettings(settings);
        if (!kind.isEmpty()) {
            options = options.withKind(WeightSource.Kind.named(kind));
        }
        if (!project.isEmpty()) {
            options = options.withProject(project);
        }
        if (!classes.isEmpty()) {
            List<Category> named = classes.equals("coco") ? ImportOptions.coco() : ClassList.read(Path.of(classes));
            options = options.withClasses(named);
        }
        OutputFile.check(out);
        try (ForeignWeights weights = ForeignWeights.open(file, options);
                Backend backend = Backends.create("simd")) {
            tell(weights);
            if (weights.categories().isEmpty()) {
                BackboneFile.write(weights, out, backend);
            } else {
                try (Detector detector = weights.detector(backend)) {
                    detector.save(out);
                }
            }
        }
        spec.commandLine().getOut().println("Wrote " + out);
        return 0;
    }

    private void tell(ForeignWeights weights) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(file + ": " + weights.source() + ", " + weights.container() + ", "
                + weights.shapes().size() + " tensors taken");
        out.println("read:    " + String.join(" ", weights.read()));
        if (!weights.categories().isEmpty()) {
            out.println("classes: " + weights.categories().size() + " of " + weights.channels() + " channels, "
                    + weights.categories().get(0).name() + " to "
                    + weights.categories().get(weights.categories().size() - 1).name());
        }
        weights.dropped().forEach((why, count) -> out.println("dropped: " + count + " tensors: " + why));
        if (!weights.assumed().isEmpty()) {
            out.println("assumed: " + String.join(" ", weights.assumed()));
            out.println("         No file tells these; --set KEY=VALUE changes one.");
        }
        if (!settings.isEmpty()) {
            out.println("set:     " + String.join(" ", settings));
        }
    }
}
