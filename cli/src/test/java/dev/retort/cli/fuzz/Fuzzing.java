package dev.retort.cli.fuzz;

import dev.retort.cli.TinyModels;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The process that reads damaged files, with little heap. Arguments: the folder to work in, the number of files a format,
 * the seed, and what to do: {@code all}, or one format, or one file as FORMAT:SEED:NUMBER. Its report has a line for every
 * finding and one for every format.
 */
final class Fuzzing {
    /** Every damaged file's name, without its ending. */
    static final String NAME = "damaged-file";

    static final String REPORT = "report.tsv";
    /** A file that is read for longer than this ends the process; a loaded machine is no reason. */
    private static final long HANG_SECONDS = 60;
    /** How many findings of a kind are told, and their files kept. */
    private static final int TOLD = 3;

    private final Path folder;
    private final PrintWriter report;
    private volatile String current = "";
    private volatile long started;

    private Fuzzing(Path folder, PrintWriter report) {
        this.folder = folder;
        this.report = report;
    }

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        String[] chosen = args[3].split(":");
        try (PrintWriter report = new PrintWriter(Files.newBufferedWriter(folder.resolve(REPORT)), true)) {
            Fuzzing fuzzing = new Fuzzing(folder, report);
            fuzzing.watch();
            for (String format : FORMATS) {
                if (chosen[0].equals("all") || chosen[0].equals(format)) {
                    try (Target target = fuzzing.target(format)) {
                        if (chosen.length == 3) {
                            fuzzing.run(target, Long.parseLong(chosen[1]), Integer.parseInt(chosen[2]), 1);
                        } else {
                            fuzzing.run(target, Long.parseLong(args[2]), 0, target.count(Integer.parseInt(args[1])));
                        }
                    }
                }
            }
        }
    }

    static final List<String> FORMATS = List.of(
            "model",
            "checkpoint",
            "coco",
            "ground-truth",
            "detections",
            "png",
            "jpeg",
            "bmp",
            "gif",
            "voc",
            "yolo",
            "yolo-labels",
            "zip",
            "augmentation",
            "recipe",
            "metrics");

    private Target target(String format) throws IOException {
        Path own = Files.createDirectories(folder.resolve(format));
        return switch (format) {
            case "model" -> new ModelTarget(dataset(), own);
            case "checkpoint" -> new CheckpointTarget(dataset(), own);
            case "coco" -> TextTarget.coco(annotations(), shapes().resolve(DataFolder.IMAGES));
            case "ground-truth" -> TextTarget.groundTruth(annotations());
            case "detections" -> TextTarget.detections(annotations());
            case "png" ->
                new ImageTarget(
                        "png",
                        "png",
                        List.of(ImageMutations::pngChunk, ImageMutations::pngChunk),
                        BufferedImage.TYPE_INT_RGB,
                        BufferedImage.TYPE_INT_ARGB,
                        BufferedImage.TYPE_BYTE_INDEXED,
                        BufferedImage.TYPE_USHORT_GRAY);
            case "jpeg" ->
                new ImageTarget(
                        "jpeg",
                        "jpg",
                        List.of(ImageMutations::jpegSegment, ImageMutations::jpegSegment),
                        BufferedImage.TYPE_INT_RGB,
                        BufferedImage.TYPE_BYTE_GRAY);
            case "bmp" ->
                new ImageTarget(
                        "bmp",
                        "bmp",
                        List.of(),
                        BufferedImage.TYPE_INT_RGB,
                        BufferedImage.TYPE_BYTE_INDEXED,
                        BufferedImage.TYPE_BYTE_BINARY);
            case "gif" -> new ImageTarget("gif", "gif", List.of(), BufferedImage.TYPE_BYTE_INDEXED);
            case "voc" -> new VocTarget(own);
            case "yolo" -> YoloTarget.folder(own);
            case "yolo-labels" -> YoloTarget.labels(own);
            case "zip" -> {
                dataset();
                yield new ZipTarget(shapes());
            }
            case "augmentation" -> new AugmentationTarget(own);
            case "recipe" -> TextTarget.recipe();
            case "metrics" -> TextTarget.metrics();
            default -> throw new IllegalArgumentException("There is no format " + format + "; there are " + FORMATS);
        };
    }

    private Path shapes() {
        return folder.resolve("shapes");
    }

    private CocoDataset dataset() {
        return Files.exists(shapes()) ? CocoDataset.open(shapes(), "test") : TinyModels.shapes(shapes());
    }

    private Path annotations() {
        return Path.of(dataset().source());
    }

    private void run(Target target, long seed, int first, int count) throws IOException {
        Judge judge = new Judge(target);
        Path file = folder.resolve(target.format()).resolve(NAME + "." + target.ending());
        warmUp(target, judge, file);
        Map<String, Integer> kinds = new TreeMap<>();
        int refused = 0;
        int bad = 0;
        double seconds = 0;
        for (int number = first; number < first + count; number++) {
            byte[] content = Mutation.of(target, seed, number);
            Files.write(file, content);
            String id = target.format() + ":" + seed + ":" + number;
            started = System.nanoTime();
            current = id;
            Judge.Verdict verdict = judge.read(file, content);
            current = "";
            seconds += verdict.seconds();
            refused += verdict.refused() ? 1 : 0;
            bad += verdict.findings().isEmpty() ? 0 : 1;
            for (Judge.Finding finding : verdict.findings()) {
                if (kinds.merge(finding.kind(), 1, Integer::sum) <= TOLD) {
                    Files.write(folder.resolve(id.replace(':', '-') + "." + target.ending()), content);
                    tell("finding", target.format(), id, finding.kind(), finding.text());
                }
            }
        }
        tell(
                "format",
                target.format(),
                Integer.toString(count),
                Integer.toString(count - refused),
                Integer.toString(refused),
                Integer.toString(bad),
                String.format(Locale.ROOT, "%.1f", seconds),
                kinds.toString());
    }

    /** A sound file is read; what is made once, such as tables and classes, is no damaged file's fault. */
    private void warmUp(Target target, Judge judge, Path file) throws IOException {
        byte[] sound = target.originals().get(0);
        Files.write(file, sound);
        if (judge.read(file, sound).refused()) {
            tell("finding", target.format(), target.format(), "sound file refused", file.toString());
        }
    }

    private synchronized void tell(String... words) {
        report.println(String.join("\t", words).replaceAll("[\\r\\n]+", " "));
    }

    /** Ends the process when one file takes too long. */
    private void watch() {
        Thread watch = new Thread(() -> {
            while (true) {
                String id = current;
                if (!id.isEmpty() && System.nanoTime() - started > HANG_SECONDS * 1_000_000_000L) {
                    tell("finding", id.split(":")[0], id, "no end", "read for " + HANG_SECONDS + " s");
                    Runtime.getRuntime().halt(1);
                }
                try {
                    Thread.sleep(1000);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        watch.setDaemon(true);
        watch.start();
    }
}
