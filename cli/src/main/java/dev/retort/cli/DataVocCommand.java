package dev.retort.cli;

import dev.retort.detection.data.Printable;
import dev.retort.detection.data.VocConverter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort data voc}: converts a Pascal VOC data set. */
@Command(
        name = "voc",
        description = "Converts a Pascal VOC data set (Annotations, JPEGImages, ImageSets/Main) to COCO's format.")
final class DataVocCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "VOC", description = "Folder with Annotations, JPEGImages and ImageSets.")
    private Path source;

    @Parameters(paramLabel = "DIR", description = "Folder to write.")
    private Path target;

    @Option(
            names = "--classes",
            paramLabel = "NAME",
            split = ",",
            description = "Names in the order of their ids, separated by commas; without it, all that occur, in"
                    + " alphabetical order.")
    private List<String> classes = new ArrayList<>();

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        VocConverter.Report report = VocConverter.convert(source, classes, target);
        report.notes().forEach(note -> out.println("note: " + Printable.line(note)));
        report.dropped().forEach(line -> out.println("left out: " + Printable.line(line)));
        report.images()
                .forEach((split, images) -> out.println(split + ": " + images + " images, "
                        + report.annotations().get(split) + " boxes"));
    }
}
