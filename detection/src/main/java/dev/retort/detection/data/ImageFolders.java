package dev.retort.detection.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folders in which the images of a data set lie, some of them in zip files. Finds images by the names that other tools
 * give them: with Windows' backslashes, with the image folder itself in front ({@code images/a.jpg}, {@code
 * C:\\set\\images\\a.jpg}), and without the folder below, where one image only has the name. What lies at the name as it
 * stands comes first.
 */
final class ImageFolders {
    private final List<Path> folders;
    /** Files of the folders and those below them, by the last part of their name. Made when it is needed. */
    private Map<String, List<Found>> below;

    /** A file and its name below its folder. */
    private record Found(Path file, String name) {}

    /**
     * @param folders at least one; of images of one name that of the first counts. The last of several is the data set's own,
     *     in which a name without a folder is not searched for
     */
    ImageFolders(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /** The file of an image, in the first folder that has it; where it would lie in the first folder if none has. */
    Path file(String name) {
        for (Path folder : folders) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return folders.get(0).resolve(name);
    }

    /** Whether a folder has an image of this name. */
    boolean has(String name) {
        try {
            return Files.isRegularFile(file(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** The name below one of the folders, or the name itself if no image is found. */
    String find(String name) {
        if (has(name)) {
            return name;
        }
        String slashes = name.replace('\\', '/');
        if (has(slashes)) {
            return slashes;
        }
        for (Path folder : folders) {
            String tail = tail(slashes, folder);
            if (has(tail)) {
                return tail;
            }
        }
        // No shorter tails: of cam1/1.jpg and cam2/1.jpg they would make one image.
        return slashes.indexOf('/') < 0 ? belowFolders(name) : name;
    }

    /** What stands in a name behind the folder's own name. */
    private static String tail(String name, Path folder) {
        if (folder.getFileName() == null) {
            return name;
        }
        String own = folder.getFileName() + "/";
        int at = name.startsWith(own) ? 0 : name.lastIndexOf("/" + own) + 1;
        return at > 0 || name.startsWith(own) ? name.substring(at + own.length()) : name;
    }

    private String belowFolders(String name) {
        if (below == null) {
            below = new HashMap<>();
            folders.subList(0, Math.max(1, folders.size() - 1)).forEach(this::walk);
        }
        List<Found> found = below.getOrDefault(name, List.of());
        return found.size() == 1 ? found.get(0).name : name;
    }

    private void walk(Path folder) {
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                List<Found> found = below.computeIfAbsent(file.getFileName().toString(), key -> new ArrayList<>());
                // Folders may lie in one another.
                if (found.stream().noneMatch(other -> other.file.equals(file))) {
                    found.add(new Found(file, folder.relativize(file).toString().replace('\\', '/')));
                }
            });
        } catch (IOException | UncheckedIOException e) {
            throw new DataException("Cannot list " + ZipFolder.shown(folder) + ": " + e.getMessage(), e);
        }
    }
}
