package dev.retort.kernels.natives;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where the system looks for shared libraries, told without loading one: a binding whose driver is not there need not be touched.
 *
 * @param folders that are looked through
 * @param cache what the loader has found in others, paths of files with NUL between: Linux' {@code /etc/ld.so.cache}
 */
public record Loader(List<Path> folders, String cache) {
    private static final Path LINUX_CACHE = Path.of("/etc/ld.so.cache");
    /** In which Linux looks without being told (ld.so(8)), with the folders of Debian's architectures. */
    private static final List<String> LINUX_FOLDERS = List.of(
            "/lib64",
            "/usr/lib64",
            "/lib",
            "/usr/lib",
            "/lib/x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu",
            "/lib/aarch64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu");

    /** The loader of this machine. */
    public static Loader ofThisMachine() {
        if (windows()) {
            // System32 is on the path of every user.
            return new Loader(folders(System.getenv("PATH")), "");
        }
        Stream<Path> usual = LINUX_FOLDERS.stream().map(Path::of);
        return new Loader(
                Stream.concat(folders(System.getenv("LD_LIBRARY_PATH")).stream(), usual)
                        .toList(),
                readCache());
    }

    private static boolean windows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    private static String readCache() {
        try {
            return Files.readString(LINUX_CACHE, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Some distributions have none; the folders are left.
            return "";
        }
    }

    /** The folders of a list as environment variables have it; none if it is null. */
    public static List<Path> folders(String text) {
        return text == null
                ? List.of()
                : Stream.of(text.split(File.pathSeparator))
                        .filter(folder -> !folder.isBlank())
                        .map(folder -> Path.of(folder).toAbsolutePath())
                        .toList();
    }

    /** The files of a name, in the order in which the system looks. */
    public List<Path> find(String file) {
        Stream<Path> listed = folders.stream().map(folder -> folder.resolve(file));
        // Numbers stand before the paths, and a path may end with the file's name alone.
        Stream<Path> cached = Stream.of(cache.split("\0"))
                .filter(text -> text.endsWith("/" + file))
                .map(text -> Path.of(text.substring(text.indexOf('/'))));
        return Stream.concat(listed, cached)
                .filter(Files::isRegularFile)
                .distinct()
                .toList();
    }
}
