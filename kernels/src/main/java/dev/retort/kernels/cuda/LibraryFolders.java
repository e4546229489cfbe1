package dev.retort.kernels.cuda;

import dev.retort.kernels.natives.Loader;
import java.io.IOException;
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
 * @param toolkits what CUDA's installers use
 */
record LibraryFolders(List<Path> named, Loader loader, List<Path> toolkits) {
    /** System property: folders with CUDA's libraries, separated as in a path. */
    static final String PROPERTY = "retort.cuda.libraries";

    /** Environment variable: the same. */
    static final String VARIABLE = "RETORT_CUDA_LIBRARIES";

    static LibraryFolders ofThisMachine() {
        List<Path> named = new ArrayList<>(Loader.folders(System.getProperty(PROPERTY)));
        named.addAll(Loader.folders(System.getenv(VARIABLE)));
        List<Path> folders = new ArrayList<>();
        for (Path toolkit : installed()) {
            folders.add(toolkit.resolve("lib64"));
            folders.add(toolkit.resolve("targets/x86_64-linux/lib"));
        }
        return new LibraryFolders(named, Loader.ofThisMachine(), folders);
    }

    /** The toolkit that the host has chosen, then the others, the newest first. */
    private static List<Path> installed() {
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

    /** The files of a name in the folders that the user names. */
    List<Path> inNamed(String file) {
        return existing(named.stream().map(folder -> folder.resolve(file)));
    }

    /** The files of a name that the loader finds, then those in the toolkits. */
    List<Path> inUsual(String file) {
        Stream<Path> installed = toolkits.stream().map(folder -> folder.resolve(file));
        return existing(Stream.concat(loader.find(file).stream(), installed));
    }

    private static List<Path> existing(Stream<Path> files) {
        return files.filter(Files::isRegularFile).distinct().toList();
    }
}
