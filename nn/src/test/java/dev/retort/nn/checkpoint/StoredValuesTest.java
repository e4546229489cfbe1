package dev.retort.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Mlp;
import dev.retort.nn.Norm;
import dev.retort.nn.TestTensors;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensors;
import dev.retort.tensor.io.SafeTensorsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models built out of a file: the file's own values, or a refusal before memory is taken, with nothing left behind. */
class StoredValuesTest {
    @TempDir
    private Path folder;

    private final Backend backend = TestTensors.reference();

    @AfterEach
    void nothingIsLeft() {
        assertThat(backend.memory().liveBytes()).isZero();
    }

    private Path saved(int... widths) throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (Mlp model = new Mlp(BuildContext.root(backend, DType.F64, 1), widths)) {
            new Checkpoint().model("model", model).save(file, Map.of());
        }
        return file;
    }

    private <M extends dev.retort.nn.Module> M build(Path file, Function<BuildContext, M> constructor)
            throws IOException {
        try (SafeTensors source = SafeTensors.open(file)) {
            return Checkpoint.build(source, "model", backend, DType.F64, constructor);
        }
    }

    @Test
    void parametersAndBuffersAreTheFiles() throws IOException {
        Path file = folder.resolve("conv.safetensors");
        Conv2d.Options options = Conv2d.of(2, 3, 3).withNorm(Norm.BATCH);
        try (Conv2d conv = new Conv2d(TestTensors.f64(backend), options)) {
            TestTensors.randomize(conv, 3);
            new Checkpoint().model("model", conv).save(file, Map.of());
            try (Conv2d built = build(file, at -> new Conv2d(at, options))) {
                assertThat(built.state().keySet())
                        .containsExactlyElementsOf(conv.state().keySet());
                built.state().forEach((name, tensor) -> assertThat(tensor.toDoubles())
                        .isEqualTo(conv.state().get(name).toDoubles()));
            }
        }
    }

    @Test
    void aTensorThatDiffersIsNamed() throws IOException {
        Path file = saved(3, 4, 2);
        ArchitectureException wider =
                catchThrowableOfType(ArchitectureException.class, () -> build(file, at -> new Mlp(at, 3, 4, 5)));
        assertThat(wider).hasMessageContainingAll(file.toString(), "section 'model'", "another architecture");
        assertThat(wider.tensor()).isEqualTo("layers.1.weight");
        assertThat(wider.difference()).isEqualTo("'layers.1.weight' has shape [2, 4] where the model has [5, 4]");
        ArchitectureException deeper =
                catchThrowableOfType(ArchitectureException.class, () -> build(file, at -> new Mlp(at, 3, 4, 2, 2)));
        assertThat(deeper.difference()).isEqualTo("'layers.2.weight' [2, 2] is missing");
        ArchitectureException shorter =
                catchThrowableOfType(ArchitectureException.class, () -> build(file, at -> new Mlp(at, 3, 4)));
        assertThat(shorter.difference()).startsWith("'layers.1.weight' [2, 4] is surplus");
    }

    /** Were memory taken first, 2^31 numbers would not fit any heap here. */
    @Test
    void sizesThatAreNotTheFilesTakeNoMemory() throws IOException {
        Path file = saved(3, 4, 2);
        assertThatThrownBy(() -> build(file, at -> new Mlp(at, 40_000, 50_000)))
                .isInstanceOf(ArchitectureException.class)
                .hasMessageContaining("[50000, 40000]");
    }

    @Test
    void whatTheConstructorThrowsPassesAndNothingIsLeft() throws IOException {
        Path file = saved(3, 4, 2);
        assertThatThrownBy(() -> build(file, at -> {
                    new Mlp(at, 3, 4, 2);
                    throw new IllegalStateException("late");
                }))
                .hasMessage("late");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void valuesThatAreNoNumbersAreNamedAndChangeNothing(double value) throws IOException {
        Path file = folder.resolve("diverged.safetensors");
        try (Mlp model = new Mlp(BuildContext.root(backend, DType.F64, 1), 3, 4, 2);
                Mlp other = new Mlp(BuildContext.root(backend, DType.F64, 2), 3, 4, 2)) {
            Tensor last = model.state().get("layers.1.bias");
            TestTensors.set(last, 0.5, value);
            new Checkpoint().model("model", model).save(file, Map.of());
            String words = "tensor 'model.layers.1.bias' has a value that is NaN or infinite (number 1): training had"
                    + " diverged";
            assertThatThrownBy(() -> build(file, at -> new Mlp(at, 3, 4, 2)))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContainingAll(file.toString(), words);
            double[] before = other.state().get("layers.0.weight").toDoubles();
            assertThatThrownBy(() -> new Checkpoint().model("model", other).load(file))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContainingAll(file.toString(), words);
            assertThat(Arrays.equals(
                            before, other.state().get("layers.0.weight").toDoubles()))
                    .isTrue();
        }
    }

    @Test
    void aDrawnTensorThatNoArrayHoldsIsNamed() {
        assertThatThrownBy(() -> new Mlp(BuildContext.root(backend, DType.F64, 1), 60_000, 60_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'layers.0.weight'", "3600000000 values");
    }
}
