package dev.retort.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An image to work on, and where the outcome goes.
 *
 * @param source the image's file
 * @param target the file to write: of the same name, with {@code .png} after it where the source is neither PNG nor JPEG
 */
record ImageFile(Path source, Path target) {
    private static final Set<String> WRITABLE = Set.of("png", "jpg", "jpeg");
    private static final Set<String> READABLE = Set.of("png", "jpg", "jpeg", "bmp", "gif");

    /**
     * The images that arguments stand for: a file for itself, a folder for the images in it, by name.
     *
     * @throws IllegalArgumentException if a folder has none, or if two outcomes or an image and an outcome would have the
     *     same file
     */
    static List<ImageFile> find(List<Path> arguments, Path targetFolder) throws IOException {
        Map<Path, Path> sources = new LinkedHashMap<>();
        List<ImageFile> images = new ArrayList<>();
        for (Path argument : arguments) {
            for (Path source : Files.isDirectory(argument) ? imagesIn(argument) : List.of(argument)) {
                Path target =
                        targetFolder.resolve(targetName(source.getFileName().toString()));
                if (Files.exists(target) && Files.exists(source) && Files.isSameFile(source, target)) {
                    throw new IllegalArgumentException(
                            source + " would be overwritten: choose another folder than " + targetFolder);
                }
                Path other = sources.put(target, source);
                if (other != null) {
                    throw new IllegalArgumentException("Both " + other + " and " + source + " would become " + target
                            + ": give them one after the other, with different folders to write to");
                }
                images.add(new ImageFile(source, target));
            }
        }
        return images;
    }

    private static List<Path> imagesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> images = files.filter(
                            file -> READABLE.contains(ending(file.getFileName().toString())))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
            if (images.isEmpty()) {
                throw new IllegalArgumentException(
                        "No images lie in the folder " + folder + " (PNG, JPEG, BMP and GIF files are looked for)");
            }
            return images;
        }
    }

    private static String targetName(String name) {
        return WRITABLE.contains(ending(name)) ? name : name + ".png";
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
