package dev.retort.cli.fuzz;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A data set in a zip file: opened, and its images decoded. */
final class ZipTarget implements Target {
    private static final int IMAGES = 3;

    private final List<byte[]> originals;

    /** @param shapes a data set with a split {@code test} */
    ZipTarget(Path shapes) throws IOException {
        originals = List.of(zipped(shapes, ZipOutputStream.DEFLATED), zipped(shapes, ZipOutputStream.STORED));
    }

    private static byte[] zipped(Path root, int method) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                zip.setLevel(method == ZipOutputStream.STORED ? 0 : 9);
                zip.putNextEntry(new ZipEntry(root.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    @Override
    public String format() {
        return "zip";
    }

    @Override
    public String ending() {
        return "zip";
    }

    @Override
    public List<byte[]> originals() {
        return originals;
    }

    @Override
    public List<Mutation> mutations() {
        return ByteMutations.ALL;
    }

    @Override
    public void read(Path file) {
        CocoDataset dataset = CocoDataset.open(file, "test");
        for (ImageInfo image : dataset.head(IMAGES).images()) {
            dataset.image(image);
        }
    }

    @Override
    public boolean isRefusal(Throwable thrown) {
        return thrown instanceof DataException;
    }

    @Override
    public int count(int asked) {
        return asked / 3;
    }
}
