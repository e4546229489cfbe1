package dev.retort.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.autograd.Parameter;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Mlp;
import dev.retort.nn.Norm;
import dev.retort.nn.TestTensors;
import dev.retort.nn.optim.AdamW;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Sgd;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensors;
import dev.retort.tensor.io.SafeTensorsException;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckpointTest {
    private final Backend backend = TestTensors.reference();
    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeft() {
        scope.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    private Mlp mlp(DType dtype, long seed, int... widths) {
        return new Mlp(BuildContext.root(backend, dtype, seed), widths);
    }

    private static AdamW adamw(Mlp model) {
        return new AdamW(ParameterGroup.of(model.parameters(), 0.01), new Clipping.None());
    }

    private void step(AdamW optimizer, long seed) {
        Map<Parameter, Tensor> gradients = new LinkedHashMap<>();
        optimizer
                .parameters()
                .values()
                .forEach(parameter -> gradients.put(
                        parameter,
                        backend.tensor(
                                TestTensors.values(seed, (int) parameter.data().size()),
                                parameter.data().shape(),
                                parameter.data().dtype())));
        optimizer.step(gradients::get, 0.1);
    }

    private static Map<String, List<Double>> values(Map<String, Tensor> state) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        state.forEach((name, tensor) ->
                values.put(name, Arrays.stream(tensor.toDoubles()).boxed().toList()));
        return values;
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void trainingGoesOnBitForBit(DType dtype) throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Mlp model = mlp(dtype, 1, 3, 4, 2);
                AdamW optimizer = adamw(model);
                Mlp other = mlp(dtype, 2, 3, 4, 2);
                AdamW otherOptimizer = adamw(other)) {
            step(optimizer, 5);
            step(optimizer, 6);
            new Checkpoint().model("model", model).optimizer("adamw", optimizer).save(file, Map.of("iteration", "2"));
            Map<String, String> metadata = new Checkpoint()
                    .model("model", other)
                    .optimizer("adamw", otherOptimizer)
                    .load(file);
            assertThat(metadata).isEqualTo(Map.of("iteration", "2"));
            step(optimizer, 7);
            step(otherOptimizer, 7);
            assertThat(values(other.state())).isEqualTo(values(model.state()));
            assertThat(values(otherOptimizer.state())).isEqualTo(values(optimizer.state()));
            assertThat(otherOptimizer.steps()).isEqualTo(optimizer.steps());
        }
    }

    @Test
    void buffersAreSavedAndLayoutIsNamed() throws IOException {
        Path file = folder.resolve("conv.safetensors");
        Conv2d.Options options = Conv2d.of(2, 3, 3).withNorm(Norm.BATCH);
        try (Conv2d conv = new Conv2d(TestTensors.f64(backend), options);
                Conv2d other = new Conv2d(TestTensors.f64(backend), options)) {
            TestTensors.randomize(conv, 3);
            new Checkpoint().model("conv", conv).save(file, Map.of());
            new Checkpoint().model("conv", other).load(file);
            assertThat(values(other.state())).isEqualTo(values(conv.state()));
        }
        try (SafeTensors saved = SafeTensors.open(file)) {
            assertThat(saved.metadata()).containsOnlyKeys("layout", "sha256").containsEntry("layout", "OHWI");
            assertThat(saved.entry("conv.weight").shape()).isEqualTo(Shape.of(3, 3, 3, 2));
            assertThat(saved.entries()).containsKey("conv.norm.running_var");
        }
    }

    @Test
    void anotherArchitectureIsRefusedAndNothingChanges() throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Mlp saved = mlp(DType.F64, 1, 3, 4, 2)) {
            new Checkpoint().model("other", saved).model("model", saved).save(file, Map.of());
        }
        try (Mlp fits = mlp(DType.F64, 2, 3, 4, 2);
                Mlp wider = mlp(DType.F64, 2, 3, 4, 5);
                Mlp deeper = mlp(DType.F64, 2, 3, 4, 2, 2);
                Mlp shallower = mlp(DType.F64, 2, 3, 4)) {
            Map<String, List<Double>> before = values(fits.state());
            assertThatThrownBy(() -> new Checkpoint()
                            .model("other", fits)
                            .model("model", wider)
                            .load(file))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContaining("section 'model'")
                    .hasMessageContaining("'layers.1.weight' has shape [2, 4] where the model has [5, 4] (and 1 more)");
            assertThat(values(fits.state())).isEqualTo(before);
            assertThatThrownBy(() -> new Checkpoint().model("model", deeper).load(file))
                    .hasMessageContaining("'layers.2.weight' [2, 2] is missing");
            assertThatThrownBy(() -> new Checkpoint().model("model", shallower).load(file))
                    .hasMessageContaining("'layers.1.weight' [2, 4] is surplus");
            // One section of several may be asked for.
            new Checkpoint().model("model", fits).load(file);
            assertThat(values(fits.state())).isNotEqualTo(before);
        }
    }

    @Test
    void anotherOptimizerIsRefusedAndNothingChanges() throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Mlp model = mlp(DType.F64, 1, 2, 2);
                AdamW optimizer = adamw(model);
                Sgd sgd = new Sgd(ParameterGroup.of(model.parameters(), 0), 0.9, new Clipping.None());
                AdamW narrow = new AdamW(ParameterGroup.of(Map.of(), 0), new Clipping.None())) {
            step(optimizer, 5);
            new Checkpoint()
                    .model("model", model)
                    .optimizer("optimizer", optimizer)
                    .save(file, Map.of());
            TestTensors.randomize(model, 9);
            Map<String, List<Double>> before = values(model.state());
            assertThatThrownBy(() -> new Checkpoint()
                            .model("model", model)
                            .optimizer("optimizer", sgd)
                            .load(file))
                    .hasMessageContaining("'momentum.layers.0.weight' [2, 2] is missing");
            assertThatThrownBy(() -> new Checkpoint()
                            .model("model", model)
                            .optimizer("optimizer", narrow)
                            .load(file))
                    .hasMessageContaining("'layers.0.weight', which this one does not train");
            assertThat(values(model.state())).isEqualTo(before);
        }
    }

    @Test
    void foreignFilesAreRefused() throws IOException {
        Path file = folder.resolve("foreign.safetensors");
        new SafeTensorsWriter().add("model.x", Shape.of(1), new float[1]).write(file);
        try (Mlp model = mlp(DType.F32, 1, 2, 2)) {
            assertThatThrownBy(() -> new Checkpoint().model("model", model).load(file))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContaining("layout");
            assertThatThrownBy(() -> new Checkpoint().model("model", model).save(file, Map.of("layout", "x")))
                    .hasMessageContaining("layout");
            assertThatThrownBy(() -> new Checkpoint().model("a.b", model)).hasMessageContaining("a.b");
            assertThatThrownBy(() -> new Checkpoint().model("a", model).model("a", model))
                    .hasMessageContaining("'a'");
        }
    }

    @Test
    void damageIsFoundAndNothingChanges() throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Mlp model = mlp(DType.F32, 1, 3, 4);
                Mlp other = mlp(DType.F32, 2, 3, 4)) {
            Checkpoint checkpoint = new Checkpoint().model("model", model);
            checkpoint.save(file, Map.of("note", "kept"));
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 7] ^= 1;
            Files.write(file, bytes);
            Map<String, List<Double>> before = values(other.state());
            assertThatThrownBy(() -> new Checkpoint().model("model", other).load(file))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContaining(file + ": is damaged");
            assertThat(values(other.state())).isEqualTo(before);
            assertThatThrownBy(() -> checkpoint.save(file, Map.of("sha256", "x")))
                    .hasMessageContaining("'sha256'");
        }
    }

    @Test
    void theDigestIsOfTheValues() {
        try (Mlp model = mlp(DType.F32, 1, 3, 4);
                Mlp same = mlp(DType.F32, 1, 3, 4);
                Mlp other = mlp(DType.F32, 2, 3, 4)) {
            String digest = new Checkpoint().model("m", model).digest();
            assertThat(digest)
                    .hasSize(64)
                    .isEqualTo(new Checkpoint().model("m", same).digest());
            assertThat(digest).isNotEqualTo(new Checkpoint().model("m", other).digest());
        }
    }
}
