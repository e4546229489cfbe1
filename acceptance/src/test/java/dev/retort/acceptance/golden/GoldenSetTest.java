package dev.retort.acceptance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenSetTest {
    @TempDir
    Path folder;

    @Test
    void aFolderOfZipsHasTheOneWithoutASuffixFirst() throws IOException {
        for (String name : new String[] {"golden-import.zip", "golden.zip", "other.zip", "golden-detectors.zip"}) {
            Files.createFile(folder.resolve(name));
        }

        assertThat(GoldenSet.setsAt(folder))
                .containsExactly(
                        folder.resolve("golden.zip"),
                        folder.resolve("golden-detectors.zip"),
                        folder.resolve("golden-import.zip"));
    }

    @Test
    void aFolderWithAManifestIsOneSetWhateverElseItHolds() throws IOException {
        Files.writeString(folder.resolve("manifest.json"), "{\"cases\": []}");
        Files.createFile(folder.resolve("golden.zip"));

        assertThat(GoldenSet.setsAt(folder)).containsExactly(folder);
        try (GoldenSet set = GoldenSet.open(folder)) {
            assertThat(set.cases()).isEmpty();
        }
    }

    @Test
    void aPlaceWithoutSetsIsNamedWithWhereThereAreSome() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        for (Path place : new Path[] {empty, folder.resolve("nowhere")}) {
            assertThatThrownBy(() -> GoldenSet.setsAt(place))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(place + ": no golden set is here.")
                    .hasMessageContaining("RETORT_GOLDEN")
                    .hasMessageEndingWith("acceptance/src/test/resources");
        }
    }

    @Test
    void aZipWithoutAManifestIsNamed() throws IOException {
        Path file = folder.resolve("golden.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("README.md"));
        }

        assertThatThrownBy(() -> GoldenSet.open(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": this is no golden set, as it has no manifest.json");
    }
}
