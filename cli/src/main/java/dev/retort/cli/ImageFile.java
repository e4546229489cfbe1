package dev.retort.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An image to work on, and where the outcome goes.
 *
 * @param source the image's file
 * @param target the file to write, if one is: of the same name, with {@code .png} after it where the source is neither PNG nor JPEG
 */
record ImageFile(Path source, Optional<Path> target) {
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
        for (Path source : sources(arguments)) {
            Path target = targetFolder.resolve(targetName(source.getFileName().toString()));
            if (Files.exists(target) && Files.exists(source) && Files.isSameFile(source, target)) {
                throw new IllegalArgumentException(
                        source + " would be overwritten: choose another folder than " + targetFolder);
            }
            Path other = sources.put(target, source);
            if (other != null) {
                throw new IllegalArgumentException("Both " + other + " and " + source + " would become " + target
                        + ": give them one after the other, with different folders to write to");
            }
            images.add(new ImageFile(source, Optional.of(target)));
        }
        return images;
    }

    /**
     * The same images with nothing to write for each.
     *
     * @throws IllegalArgumentException if a folder has none, or two have one name
     */
    static List<ImageFile> findAll(List<Path> arguments) throws IOException {
        Map<String, Path> sources = new LinkedHashMap<>();
        for (Path source : sources(arguments)) {
            Path other = sources.put(source.getFileName().toString(), source);
            if (other != null) {
                throw new IllegalArgumentException("Both " + other + " and " + source + " have the name "
                        + source.getFileName() + ", and a COCO file tells images by it: give them one after the other");
            }
        }
        return sources.values().stream()
                .map(source -> new ImageFile(source, Optional.empty()))
                .toList();
    }

    /** Refuses to write a file in the place of an image, or of one with boxes. */
    static void refuseToOverwrite(List<ImageFile> images, Path file) throws IOException {
        for (ImageFile image : images) {
            boolean source = Files.exists(file) && Files.exists(image.source) && Files.isSameFile(file, image.source);
            if (source
                    || image.target
                            .filter(target -> OutputFile.isOne(target, file))
                            .isPresent()) {
                throw new IllegalArgumentException(file + " is the file of an image: choose another one to write to");
            }
        }
    }

    private static List<Path> sources(List<Path> arguments) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path argument : arguments) {
            sources.addAll(Files.isDirectory(argument) ? imagesIn(argument) : List.of(argument));
        }
        return sources;
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
