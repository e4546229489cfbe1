package dev.retort.kernels.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where libraries are looked for. */
@EnabledOnOs(OS.LINUX)
class LoaderTest {
    private static final String FILE = "libcuda.so.1";

    @TempDir
    Path root;

    private Path library(String folder) throws IOException {
        return Files.writeString(Files.createDirectories(root.resolve(folder)).resolve(FILE), "");
    }

    @Test
    void foldersComeFirstThenTheCacheAndWhatIsGoneIsLeftOut() throws IOException {
        Path named = library("named");
        Path cached = library("cached");
        // Numbers and flags stand before the strings; a longer name ends with this one's.
        String cache = "glibc-ld.so.cache1.1\3\1\2" + "\0" + cached + "\0"
                + root.resolve("gone").resolve(FILE) + "\0" + cached.resolveSibling("other" + FILE) + "\0" + FILE
                + "\0";
        Files.writeString(cached.resolveSibling("other" + FILE), "");
        Loader loader = new Loader(List.of(root.resolve("none"), named.getParent()), cache);
        assertThat(loader.find(FILE)).containsExactly(named, cached);
        assertThat(loader.find("libcuda.so")).isEmpty();
    }

    @Test
    void thisMachinesLoaderFindsTheLibraryOfC() {
        assertThat(Loader.ofThisMachine().find("libc.so.6")).isNotEmpty();
        assertThat(Loader.ofThisMachine().find("libno-such-library.so.1")).isEmpty();
    }

    @Test
    void emptyNamesInAListAreNoFolders() {
        assertThat(Loader.folders("/a::/b:")).containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(Loader.folders(null)).isEmpty();
    }
}
