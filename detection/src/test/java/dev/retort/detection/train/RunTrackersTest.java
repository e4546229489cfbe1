package dev.retort.detection.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.TinyDetectors;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which trackers a recipe brings. */
class RunTrackersTest {
    @TempDir
    private Path folder;

    private RunTrackers open(String... settings) throws IOException {
        Recipe recipe = TinyDetectors.recipe(settings);
        CocoDataset none = CocoDataset.inMemory("no images", List.of(), List.of(), List.of(), Map.of());
        try (Backend backend = Backends.create("reference")) {
            return RunTrackers.open(new TrackedRun(recipe, none, folder, 0, backend, notice -> {}), report -> {});
        }
    }

    @Test
    void aRecipeThatAsksForNothingLeavesNothing() throws IOException {
        open().end(RunTracker.End.COMPLETE);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aMissingModuleIsToldAndWhatWasOpenedIsClosed() {
        assertThatThrownBy(() -> open("training.mlflow=http://localhost:5000"))
                .isInstanceOf(TrainingException.class)
                .hasMessage(
                        "training.mlflow is set, but module mlflow is not on the class path: call it with"
                                + " RETORT_PROFILES=mlflow ./retort, add dev.retort:retort-mlflow to your program, or set it to none");
    }

    @Test
    void anEventFileIsMadeWhereTheRecipeAsksForOne() throws IOException {
        open("training.tensorboard=true").end(RunTracker.End.FAILED);
        try (var files = Files.list(folder.resolve("tensorboard"))) {
            assertThat(files).singleElement().asString().contains("events.out.tfevents.");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ada:secret@host:5000",
                "localhost:5000",
                "ftp://host",
                "http://host/?a=1",
                "http://",
                "a b"
            })
    void anAddressThatIsNoneIsRefused(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TinyDetectors.recipe("training.mlflow=" + address))
                .withMessageContaining("training.mlflow must be none, or an address such as http://localhost:5000");
    }
}
