package dev.retort.distill.cli;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.DataFolder;
import dev.retort.detection.data.PictureCheck;
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
@Command(name = "info", description = "Tells what a data set holds: pictures, boxes, classes, sizes.")
final class DataInfoCommand implements Runnable {
    private static final List<String> USUAL_SPLITS = List.of("train", "val", "test");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The data set's folder.")
    private Path folder;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            description =
                    "Split to describe, may be repeated; without it, those of train, val and test that are there.")
    private List<String> splits = new ArrayList<>();

    @Option(names = "--check", description = "Decode every picture, too, and fail if one cannot be used.")
    private boolean check;

    @Mixin
    private PixelLimitOption limit;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        int problems = 0;
        for (String split : splits.isEmpty() ? present() : splits) {
            CocoDataset dataset = CocoDataset.open(folder, split).withMaxPixels(limit.pixels());
            DatasetReport.print(split, dataset, out);
            if (check) {
                PictureCheck found = PictureCheck.whole(dataset);
                found.notices().forEach(notice -> out.println(Printable.line(notice)));
                UsablePictures.list(found, Integer.MAX_VALUE, out);
                problems += found.problems().size();
            }
        }
        if (problems > 0) {
            throw new DataException(problems + " pictures cannot be used; they are listed above");
        }
    }

    private List<String> present() {
        List<String> present = USUAL_SPLITS.stream()
                .filter(split -> DataFolder.hasAnnotations(folder, split))
                .toList();
        // Opening the first one tells where was looked.
        return present.isEmpty() ? USUAL_SPLITS.subList(0, 1) : present;
    }
}
