package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

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
        LibraryFolders folders = new LibraryFolders(
                List.of(first.getParent(), root.resolve("none"), second.getParent()),
                List.of(usual.getParent()),
                List.of());
        assertThat(folders.inNamed(FILE)).containsExactly(first, second);
        assertThat(folders.inUsual(FILE)).containsExactly(usual);
        assertThat(folders.inNamed("libcublas.so.12")).isEmpty();
    }

    @Test
    void theLoadersCacheIsReadByNameAndArchitecture() throws IOException {
        Path wanted = library("lib");
        Path other = library("lib32");
        LibraryFolders folders = new LibraryFolders(
                List.of(),
                List.of(wanted.getParent()),
                List.of(
                        "1234 libs found in cache `/etc/ld.so.cache'",
                        "\tlibcublas.so.13 (libc6) => " + other,
                        "\tlibcublas.so.13 (libc6,x86-64) => " + wanted,
                        "\tlibcublas.so.13 (libc6,x86-64) => " + root.resolve("gone/libcublas.so.13"),
                        "\tlibcublas.so (libc6,x86-64) => " + other));
        assertThat(folders.inUsual(FILE)).containsExactly(wanted);
    }
}
