package dev.retort.kernels.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.kernels.JavaProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libraries of bindings are kept, and that what lies there is what was put there. */
class BindingLibraryTest {
    private static final byte[] CONTENT = "a library".getBytes(StandardCharsets.UTF_8);
    private static final BindingLibrary LIBRARY = new BindingLibrary("libBinding-1.so", CONTENT);

    @TempDir
    Path root;

    private Path file() throws Exception {
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENT));
        return root.resolve("natives").resolve(hash).resolve("libBinding-1.so");
    }

    @Test
    void itLiesBelowItsHashAndIsUsedAgain() throws Exception {
        assertThat(LIBRARY.keepBelow(root.resolve("natives"))).isEqualTo(file().getParent());
        assertThat(file()).hasBinaryContent(CONTENT);
        Object key = Files.readAttributes(file(), "*").get("fileKey");
        LIBRARY.keepBelow(root.resolve("natives"));
        assertThat(Files.readAttributes(file(), "*").get("fileKey")).isEqualTo(key);
        assertThat(file().getParent().toFile().list()).containsExactly("libBinding-1.so");
    }

    @Test
    void whatIsCutOffOrExchangedIsWrittenAgain() throws Exception {
        LIBRARY.keepBelow(root.resolve("natives"));
        for (String bad : new String[] {"", "a lib", "a librarY"}) {
            Files.writeString(file(), bad);
            LIBRARY.keepBelow(root.resolve("natives"));
            assertThat(file()).hasBinaryContent(CONTENT);
        }
        Files.delete(file());
        Path elsewhere = Files.write(root.resolve("elsewhere"), CONTENT);
        Files.createSymbolicLink(file(), elsewhere);
        LIBRARY.keepBelow(root.resolve("natives"));
        assertThat(file()).isRegularFile().isNotEqualTo(elsewhere);
        assertThat(Files.isSymbolicLink(file())).isFalse();
    }

    @Test
    void whatKilledProcessesLeftGoesWhenItIsOld() throws Exception {
        LIBRARY.keepBelow(root.resolve("natives"));
        Path old = Files.writeString(file().resolveSibling(".libBinding-1.so.1.tmp"), "a li");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        Path fresh = Files.writeString(file().resolveSibling(".libBinding-1.so.2.tmp"), "a li");
        LIBRARY.keepBelow(root.resolve("natives"));
        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
    }

    @Test
    void whereTheCacheCannotBeWrittenATemporaryFolderServesAndGoes() throws Exception {
        Path cache = Files.writeString(root.resolve("natives"), "a file");
        Path[] used = new Path[1];
        LIBRARY.load(cache, () -> {
            used[0] = Path.of(System.getProperty("java.io.tmpdir"));
            assertThat(used[0].resolve("libBinding-1.so")).hasBinaryContent(CONTENT);
        });
        assertThat(used[0]).doesNotExist();
        assertThat(Path.of(System.getProperty("java.io.tmpdir"))).isEqualTo(used[0].getParent());
    }

    @Test
    void whatIsNotOnTheClassPathIsNamed() {
        assertThatThrownBy(() -> BindingLibrary.onClassPath("libNone.so", "add org.none:none"))
                .isInstanceOf(IOException.class)
                .hasMessage("libNone.so is not on the class path: add org.none:none");
    }

    /** Makes temporary files, the first of its process, while a binding is being initialized. */
    static final class TemporaryFiles {
        private TemporaryFiles() {}

        public static void main(String[] args) {
            BindingLibrary.initialize(Path.of(System.getProperty("folder")), () -> {
                try {
                    System.out.println("property: " + System.getProperty("java.io.tmpdir"));
                    System.out.println(
                            "file: " + File.createTempFile("one", null).getParent());
                    System.out.println(
                            "path: " + Files.createTempFile("one", null).getParent());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            System.out.println("after: " + System.getProperty("java.io.tmpdir"));
        }
    }

    /** Of other threads, which make theirs in the meantime. */
    @Test
    void temporaryFilesGoWhereTheyDid() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(root.resolve("folder"));
        Path temporary = Files.createDirectory(root.resolve("temporary"));
        ProcessBuilder builder =
                JavaProcess.of(TemporaryFiles.class, "-Djava.io.tmpdir=" + temporary, "-Dfolder=" + folder);
        assertThat(JavaProcess.output(builder.start()))
                .contains("property: " + folder + System.lineSeparator())
                .contains("file: " + temporary + System.lineSeparator())
                .contains("path: " + temporary + System.lineSeparator())
                .contains("after: " + temporary + System.lineSeparator());
        assertThat(folder).isEmptyDirectory();
    }
}
