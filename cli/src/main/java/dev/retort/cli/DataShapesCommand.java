package dev.retort.cli;

import dev.retort.detection.data.ShapesGenerator;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort data shapes}: generates a small data set that a detector learns in minutes. */
@Command(
        name = "shapes",
        description = "Generates a data set of turned circles, squares, triangles, rings, crosses and stars on textured"
                + " backgrounds, in COCO's format. The same seed gives the same files.",
        showDefaultValues = true)
final class DataShapesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Folder to write; it is new or empty.")
    private Path folder;

    @Option(names = "--train", paramLabel = "N", description = "Images of the split train.")
    private int train = 2000;

    @Option(names = "--val", paramLabel = "N", description = "Images of the split val; 0 for none.")
    private int val = 200;

    @Option(names = "--test", paramLabel = "N", description = "Images of the split test; 0 for none.")
    private int test = 500;

    @Option(names = "--size", paramLabel = "PIXELS", description = "Width and height of the images.")
    private int size = 128;

    @Option(names = "--min-size", paramLabel = "PIXELS", description = "Smallest diameter of a shape.")
    private double minSize = 12;

    @Option(names = "--max-size", paramLabel = "PIXELS", description = "Largest diameter of a shape.")
    private double maxSize = 96;

    @Option(names = "--min-objects", paramLabel = "N", description = "Fewest shapes in an image.")
    private int minObjects = 1;

    @Option(names = "--max-objects", paramLabel = "N", description = "Most shapes in an image.")
    private int maxObjects = 6;

    @Option(names = "--noise", paramLabel = "LEVELS", description = "Largest deviation of the noise, in gray levels.")
    private double noise = 12;

    @Option(names = "--seed", paramLabel = "N", description = "Seed.")
    private long seed = 1;

    @Override
    public void run() {
        Map<String, Integer> splits = new LinkedHashMap<>();
        splits.put("train", train);
        splits.put("val", val);
        splits.put("test", test);
        splits.values().removeIf(count -> count == 0);
        ShapesGenerator.generate(
                new ShapesGenerator.Settings(size, size, minSize, maxSize, minObjects, maxObjects, noise, splits, seed),
                folder);
        spec.commandLine().getOut().println("Wrote " + folder + ": " + splits);
    }
}
