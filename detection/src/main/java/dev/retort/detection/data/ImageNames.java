package dev.retort.detection.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Finds images by the names that other tools give them: with Windows' backslashes, and with the image folder itself in
 * front ({@code images/a.jpg}, {@code C:\set\images\a.jpg}). What lies at the name as it stands comes first.
 */
final class ImageNames {
    private final Path folder;

    ImageNames(Path folder) {
        this.folder = folder;
    }

    /** The name below the image folder, or the name itself if no image is found. */
    String find(String name) {
        if (name.indexOf('/') < 0 && name.indexOf('\\') < 0 || isThere(name)) {
            return name;
        }
        String slashes = name.replace('\\', '/');
        if (isThere(slashes)) {
            return slashes;
        }
        // No shorter tails: of cam1/1.jpg and cam2/1.jpg they would make one image.
        String own = folder.getFileName() + "/";
        int at = slashes.startsWith(own) ? 0 : slashes.lastIndexOf("/" + own) + 1;
        boolean below = at > 0 || slashes.startsWith(own);
        String tail = below ? slashes.substring(at + own.length()) : name;
        return isThere(tail) ? tail : name;
    }

    private boolean isThere(String name) {
        try {
            return Files.isRegularFile(folder.resolve(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
