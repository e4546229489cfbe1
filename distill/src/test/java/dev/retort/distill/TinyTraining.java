package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Trainings on six generated images, on a backend that every test leaves empty. */
abstract class TinyTraining {
    @TempDir
    static Path folder;

    static CocoDataset dataset;

    final Backend backend = Backends.create("auto");

    @BeforeAll
    static void generate() {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(6, 1, 2, 3), folder.resolve("shapes"));
        dataset = CocoDataset.open(folder.resolve("shapes"), "train");
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }
}
