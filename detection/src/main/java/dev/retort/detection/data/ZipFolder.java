package dev.retort.detection.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * A zip file in place of a folder: a file system of its own, whose entries are read where they lie, by several threads at
 * once, and never unpacked; no name leads out of it. The file is closed once nobody has a path into it any more.
 */
final class ZipFolder {
    static final String ENDING = ".zip";

    /** What archive programs put beside the content. */
    private static final String EXTRAS = "__MACOSX";

    private ZipFolder() {}

    /**
     * The root folder of a zip file.
     *
     * @throws DataException if it is none, or damaged
     */
    static Path root(Path zip) {
        try {
            FileSystem content = FileSystems.newFileSystem(zip);
            return content.getRootDirectories().iterator().next();
        } catch (ProviderNotFoundException e) {
            throw new DataException(
                    zip.toString().endsWith(ENDING)
                            ? "Cannot read " + zip + ": this Java runtime has no module jdk.zipfs. Add it (jlink"
                                    + " --add-modules), or unpack the file"
                            : zip + " is a file: name a data set's folder, or a zip file of one",
                    e);
        } catch (IOException e) {
            throw new DataException(
                    zip + " is no zip file that can be read (" + e.getMessage()
                            + "). It may not have been copied whole: copy it anew, or unpack it",
                    e);
        }
    }

    /** The one folder in which all of a zip's content lies, as many archive programs have it; the root, if there is none. */
    static Path inner(Path root) throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            List<Path> shown = entries.filter(entry -> !isExtra(entry)).toList();
            return shown.size() == 1 && Files.isDirectory(shown.get(0)) ? shown.get(0) : root;
        }
    }

    /** Whether a file or folder is none of the data set's own. */
    static boolean isExtra(Path entry) {
        String name = entry.getFileName().toString();
        return name.startsWith(".") || name.startsWith(EXTRAS);
    }

    /** The folder that a zip file stands for, which has its name without the ending; another path as it is. */
    static Path folder(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(ENDING) ? path.resolveSibling(name.substring(0, name.length() - ENDING.length())) : path;
    }

    /** Whether a path leads into a zip file. */
    static boolean contains(Path path) {
        return path.getFileSystem() != FileSystems.getDefault();
    }

    /** A path for messages, not too long: of one in a zip file, that file comes first, as {@code set.zip!/images/a.jpg}. */
    static String shown(Path path) {
        return Printable.shortened(
                contains(path) ? path.getFileSystem() + "!" + path.toAbsolutePath() : path.toString());
    }

    /**
     * The content of a file, in a zip or not. Of an entry no more is inflated than the zip's directory says it has.
     *
     * @param most bytes that are read
     * @throws IOException naming what is wrong, but not the file, if it has more, or is damaged
     */
    static byte[] content(Path file, long most) throws IOException {
        long size = Files.size(file);
        if (size > most) {
            throw new IOException("it has " + size + " bytes, at most " + most + " are read");
        }
        if (!contains(file)) {
            return Files.readAllBytes(file);
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes((int) size + 1);
        }
        CRC32 sum = new CRC32();
        sum.update(bytes);
        if (bytes.length != size || (long) Files.getAttribute(file, "zip:crc") != sum.getValue()) {
            throw new IOException("its content in the zip file is damaged: copy the zip file anew");
        }
        return bytes;
    }
}
