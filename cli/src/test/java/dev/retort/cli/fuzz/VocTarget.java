package dev.retort.cli.fuzz;

import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.VocConverter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A Pascal VOC annotation, converted with its data set. */
final class VocTarget implements Target {
    private static final String XML =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <annotation>
              <folder>VOC</folder><filename>image.jpg</filename>
              <size><width>40</width><height>30</height><depth>3</depth></size>
              <!-- two objects, one with a part -->
              <object><name>cell</name><difficult>0</difficult>
                <bndbox><xmin>1</xmin><ymin>1</ymin><xmax>40</xmax><ymax>30</ymax></bndbox></object>
              <object><part><name>inner</name><bndbox><xmin>0</xmin></bndbox></part><name>disc</name>
                <bndbox><xmin>5.5</xmin><ymin>6</ymin><xmax>9</xmax><ymax>12</ymax></bndbox></object>
            </annotation>
            """;
    private static final String DOCTYPE =
            """
            <?xml version="1.0"?>
            <!DOCTYPE a [<!ENTITY e "eeeeeeeeee"><!ENTITY f "&e;&e;&e;&e;&e;&e;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
            <annotation><size><width>40</width><height>30</height></size>
            <object><name>&f;&x;</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>
            </annotation>
            """;

    private final Path root;
    private final Path annotations;
    private final Path converted;

    VocTarget(Path folder) throws IOException {
        root = folder.resolve("voc");
        annotations = Files.createDirectories(root.resolve("Annotations"));
        converted = folder.resolve("converted");
        Path images = Files.createDirectories(root.resolve("JPEGImages"));
        Path lists = Files.createDirectories(root.resolve("ImageSets").resolve("Main"));
        ImageFileWriter.write(RgbImage.black(40, 30), images.resolve(Fuzzing.NAME + ".jpg"));
        Files.writeString(lists.resolve("train.txt"), Fuzzing.NAME + "\n");
        // Beside a damaged file without objects there are objects all the same.
        Files.writeString(annotations.resolve("sound.xml"), XML);
    }

    @Override
    public String format() {
        return "voc";
    }

    @Override
    public String ending() {
        return "xml";
    }

    @Override
    public List<byte[]> originals() {
        byte[] sound = XML.getBytes(StandardCharsets.UTF_8);
        return List.of(sound, sound, sound, DOCTYPE.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<Mutation> mutations() {
        return ModelTarget.withBytes(TextMutations.ALL);
    }

    @Override
    public void read(Path file) throws IOException {
        Files.move(file, annotations.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        try {
            VocConverter.convert(root, List.of(), converted);
        } finally {
            if (Files.exists(converted)) {
                try (Stream<Path> entries = Files.walk(converted)) {
                    for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(entry);
                    }
                }
            }
        }
    }

    @Override
    public boolean isRefusal(Throwable thrown) {
        return thrown instanceof DataException;
    }
}
