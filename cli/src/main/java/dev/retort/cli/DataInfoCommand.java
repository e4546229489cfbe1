package dev.retort.cli;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.DataFolder;
import dev.retort.detection.data.ImageCheck;
import dev.retort.detection.data.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort data info}: counts what a data set holds. */
@Command(name = "info", description = "Tells what a data set holds: images, boxes, classes, sizes.")
final class DataInfoCommand implements Runnable {
    private static final List<String> USUAL_SPLITS = List.of("train", "val", "test");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The data set's folder, or a zip file of one.")
    private Path folder;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            description =
                    "Split to describe, may be repeated; without it, those of train, val and test that are there, else all.")
    private List<String> splits = new ArrayList<>();

    @Option(names = "--check", description = "Decode every image, too, and fail if one cannot be used.")
    private boolean check;

    @Mixin
    private PixelLimitOption limit;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        // A zip file is opened once.
        Path root = DataFolder.root(folder);
        List<String> inAnnotations = new ArrayList<>();
        int broken = 0;
        for (String split : splits.isEmpty() ? present(root) : splits) {
            CocoDataset.Examined examined = CocoDataset.examine(root, split);
            CocoDataset dataset = examined.dataset().withMaxPixels(limit.pixels());
            DatasetReport.print(split, dataset, out);
            inAnnotations.addAll(examined.problems());
            if (check) {
                ImageCheck found = ImageCheck.whole(dataset);
                found.notices().forEach(notice -> out.println(Printable.line(notice)));
                UsableImages.list(found, Integer.MAX_VALUE, out);
                broken += found.problems().size();
            }
        }
        inAnnotations.forEach(problem -> out.println(Printable.line(problem)));
        List<String> failures = new ArrayList<>();
        if (!inAnnotations.isEmpty()) {
            failures.add("annotations have problems of " + inAnnotations.size()
                    + (inAnnotations.size() == 1 ? " kind" : " kinds"));
        }
        if (broken > 0) {
            failures.add(broken + " images cannot be used");
        }
        if (!failures.isEmpty()) {
            throw new DataException(String.join(", and ", failures) + "; they are listed above");
        }
    }

    private static List<String> present(Path root) {
        List<String> present = USUAL_SPLITS.stream()
                .filter(split -> DataFolder.hasAnnotations(root, split))
                .toList();
        List<String> all = present.isEmpty() ? DataFolder.splits(root) : present;
        // Opening the first one tells where was looked.
        return all.isEmpty() ? USUAL_SPLITS.subList(0, 1) : all;
    }
}
