package dev.retort.kernels.cuda;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where CUDA's libraries may lie on Linux: in folders that the user names, then in those that the loader looks in and those that CUDA's
 * installers use.
 *
 * @param named by the user, for Retort
 * @param usual the others
 * @param loaderCache what {@code ldconfig -p} prints, by lines
 */
record LibraryFolders(List<Path> named, List<Path> usual, List<String> loaderCache) {
    /** System property: folders with CUDA's libraries, separated as in a path. */
    static final String PROPERTY = "retort.cuda.libraries";

    /** Environment variable: the same. */
    static final String VARIABLE = "RETORT_CUDA_LIBRARIES";

    static LibraryFolders ofThisMachine() {
        List<Path> named = new ArrayList<>(folders(System.getProperty(PROPERTY)));
        named.addAll(folders(System.getenv(VARIABLE)));
        List<Path> usual = new ArrayList<>(folders(System.getenv("LD_LIBRARY_PATH")));
        for (Path toolkit : toolkits()) {
            usual.add(toolkit.resolve("lib64"));
            usual.add(toolkit.resolve("targets/x86_64-linux/lib"));
        }
        return new LibraryFolders(named, usual, readLoaderCache());
    }

    private static List<Path> folders(String text) {
        if (text == null) {
            return List.of();
        }
        return Stream.of(text.split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder).toAbsolutePath())
                .toList();
    }

    /** The toolkit that the host has chosen, then the others, the newest first. */
    private static List<Path> toolkits() {
        List<Path> toolkits = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of("/usr/local"), "cuda-*")) {
            found.forEach(toolkits::add);
        } catch (IOException e) {
            // There are none then.
        }
        toolkits.sort(Comparator.reverseOrder());
        toolkits.add(0, Path.of("/usr/local/cuda"));
        return toolkits;
    }

    private static List<String> readLoaderCache() {
        try {
            Process process = new ProcessBuilder("/sbin/ldconfig", "-p")
                    .redirectError(Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return output.lines().toList();
        } catch (IOException e) {
            // Some distributions have none; the other folders are left.
            return List.of();
        }
    }

    /** The files of a name in the folders that the user names. */
    List<Path> inNamed(String file) {
        return existing(named.stream().map(folder -> folder.resolve(file)));
    }

    /** The files of a name in the other folders. */
    List<Path> inUsual(String file) {
        // A line: libcublas.so.12 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcublas.so.12
        Stream<Path> cached = loaderCache.stream()
                .map(String::strip)
                .filter(line -> line.startsWith(file + " (") && line.contains("x86-64") && line.contains(" => "))
                .map(line -> Path.of(line.substring(line.indexOf(" => ") + 4)));
        return existing(Stream.concat(usual.stream().map(folder -> folder.resolve(file)), cached));
    }

    private static List<Path> existing(Stream<Path> files) {
        return files.filter(Files::isRegularFile).distinct().toList();
    }
}
