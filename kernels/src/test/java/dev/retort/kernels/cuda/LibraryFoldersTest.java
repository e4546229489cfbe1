package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.natives.Loader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order in which folders are looked through. */
class LibraryFoldersTest {
    private static final String FILE = "libcublas.so.13";

    @TempDir
    Path root;

    private Path library(String folder) throws IOException {
        return Files.writeString(Files.createDirectories(root.resolve(folder)).resolve(FILE), "");
    }

    @Test
    void foldersComeInTheirOrderAndThoseWithoutTheFileAreLeftOut() throws IOException {
        Path second = library("second");
        Path first = library("first");
        Path usual = library("usual");
        Path toolkit = library("toolkit");
        LibraryFolders folders = new LibraryFolders(
                List.of(first.getParent(), root.resolve("none"), second.getParent()),
                new Loader(List.of(usual.getParent()), ""),
                List.of(root.resolve("none"), toolkit.getParent()));
        assertThat(folders.inNamed(FILE)).containsExactly(first, second);
        assertThat(folders.inUsual(FILE)).containsExactly(usual, toolkit);
        assertThat(folders.inNamed("libcublas.so.12")).isEmpty();
    }
}
