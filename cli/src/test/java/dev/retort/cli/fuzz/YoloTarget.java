package dev.retort.cli.fuzz;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The YAML file of a YOLO data set, or the labels of one of its images; the rest of the data set is sound. */
final class YoloTarget implements Target {
    private static final String YAML =
            """
            # as Ultralytics' tools write it
            path: .
            train: images/train
            val:
              - images/train
              - list.txt
            nc: 3
            names: [disc, 'a ring', "cross"]
            """;
    private static final String NUMBERED =
            """
            path: ../datasets/cells
            train: ../images/train
            names:
              0: disc
              1: ring
              2: cross
            """;
    private static final String LABELS =
            """
            0 0.5 0.5 0.25 0.5
            2 0.125 0.25 0.1 0.1
            1 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9
            """;

    /** What the YAML parser throws away for each byte of a broken file; of the file no more than 1 MB is read. */
    private static final long BYTES_PER_BYTE = 1000;

    private final String format;
    private final String ending;
    private final Path root;
    private final Path damaged;
    private final List<byte[]> originals;

    private YoloTarget(String format, Path folder, String ending, String damaged, String... originals)
            throws IOException {
        this.format = format;
        this.ending = ending;
        // Of the damaged file's name, for data.yaml has to be called so: messages name the whole path.
        root = folder.resolve("set").resolve(Fuzzing.NAME + "." + ending);
        this.damaged = root.resolve(damaged);
        this.originals = List.of(originals).stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        Path images = Files.createDirectories(root.resolve("images/train"));
        Path labels = Files.createDirectories(root.resolve("labels/train"));
        for (String name : List.of(Fuzzing.NAME, "sound")) {
            ImageFileWriter.write(RgbImage.black(40, 30), images.resolve(name + ".png"));
            Files.writeString(labels.resolve(name + ".txt"), LABELS);
        }
        Files.writeString(root.resolve("list.txt"), "./images/train/sound.png\n");
        Files.writeString(root.resolve("data.yaml"), YAML);
    }

    /** The YAML file. */
    static Target folder(Path folder) throws IOException {
        return new YoloTarget("yolo", folder, "yaml", "data.yaml", YAML, NUMBERED);
    }

    /** A file of labels. */
    static Target labels(Path folder) throws IOException {
        return new YoloTarget("yolo-labels", folder, "txt", "labels/train/" + Fuzzing.NAME + ".txt", LABELS);
    }

    @Override
    public String format() {
        return format;
    }

    @Override
    public String ending() {
        return ending;
    }

    @Override
    public List<byte[]> originals() {
        return originals;
    }

    @Override
    public List<Mutation> mutations() {
        return ModelTarget.withBytes(TextMutations.ALL);
    }

    @Override
    public void read(Path file) throws IOException {
        Files.move(file, damaged, StandardCopyOption.REPLACE_EXISTING);
        CocoDataset.open(root, "train");
    }

    @Override
    public boolean isRefusal(Throwable thrown) {
        return thrown instanceof DataException;
    }

    @Override
    public long allowance(byte[] content) {
        return Math.max(BASE_BYTES, BYTES_PER_BYTE * content.length);
    }

    @Override
    public int count(int asked) {
        return asked / 3;
    }
}
