package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.Trainer;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.ThreadRanks;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks with a teacher each end with the bits of one rank that accumulates: the student's and the methods' own. */
@Timeout(120)
class RanksTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int STEPS = 2;

    @TempDir
    static Path folder;

    private static CocoDataset dataset;

    @BeforeAll
    static void generate() {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(8, 1, 2, 3), folder.resolve("shapes"));
        dataset = CocoDataset.open(folder.resolve("shapes"), "train");
    }

    /** What a run leaves. */
    private record End(Map<String, int[]> bits, List<Map<String, Double>> losses) {
        void requireSame(End other) {
            assertThat(other.losses).isEqualTo(losses);
            assertThat(other.bits.keySet()).isEqualTo(bits.keySet());
            bits.forEach(
                    (name, values) -> assertThat(other.bits.get(name)).as(name).isEqualTo(values));
        }
    }

    private static End end(int size, Recipe recipe) {
        End[] end = new End[1];
        assertThat(catchThrowable(() -> ThreadRanks.run(size, TIMEOUT, ranks -> {
                    End own = train(recipe, ranks);
                    if (ranks.rank() == 0) {
                        end[0] = own;
                    }
                })))
                .isNull();
        return end[0];
    }

    private static End train(Recipe recipe, Communicator ranks) throws IOException {
        try (Backend backend = Backends.create("simd")) {
            try (Detector teacher = Detector.create(recipe.with("training.seed=8"), dataset.categories(), backend);
                    Detector student = Detector.create(recipe, dataset.categories(), backend);
                    Distiller distiller = new Distiller(new DistillationProvider.Context(
                            recipe, dataset, teacher, student, Trainer.iterations(recipe, dataset, ranks.size())));
                    Trainer trainer = new Trainer(recipe, dataset, student, List.of(distiller), ranks)) {
                if (ranks.rank() == 0) {
                    return lead(trainer);
                }
                trainer.follow();
            }
            assertThat(backend.memory().liveBytes()).isZero();
        }
        return new End(Map.of(), List.of());
    }

    private static End lead(Trainer trainer) throws IOException {
        List<Map<String, Double>> losses = new ArrayList<>();
        while (trainer.iteration() < STEPS) {
            losses.add(trainer.step().losses());
        }
        Path file = folder.resolve("end.safetensors");
        trainer.save(file);
        Map<String, int[]> bits = new LinkedHashMap<>();
        try (SafeTensors source = SafeTensors.open(file)) {
            for (SafeTensors.Entry entry : source.entries().values()) {
                if (entry.dtype() == DType.F32) {
                    float[] values = entry.toFloats();
                    int[] raw = new int[values.length];
                    Arrays.setAll(raw, i -> Float.floatToRawIntBits(values[i]));
                    bits.put(entry.name(), raw);
                }
            }
        }
        return new End(bits, losses);
    }

    private static Recipe recipe(String method, int accumulate) {
        Recipe recipe = TinyRecipes.detector(STEPS, accumulate, 0.01)
                .with("model.norm=frozen", "optimizer.clipValue=0", "optimizer.clipNorm=1")
                .with("distillation.methods=[" + method + "]");
        return switch (method) {
            case "icd" -> recipe.with("distillation.icd.startIteration=0");
            case "ld" -> recipe.with("model.boxes=distribution");
            case "crosskd" -> recipe.with("distillation.crosskd.position=1");
            default -> recipe;
        };
    }

    private static void requireBitsOfOneRank(String method, int microBatches, int... sizes) {
        End one = end(1, recipe(method, microBatches));
        assertThat(one.losses().get(0)).hasSizeGreaterThan(2);
        for (int size : sizes) {
            end(size, recipe(method, microBatches / size)).requireSame(one);
        }
    }

    /** ICD has an optimizer of its own; FGD has modules that the student's optimizer trains. */
    @ParameterizedTest
    @ValueSource(strings = {"icd", "fgd"})
    void twoRanksHaveTheBitsOfOne(String method) {
        requireBitsOfOneRank(method, 2, 2);
    }

    private static List<String> methods() {
        return DistillationProvider.all().stream()
                .map(DistillationProvider::name)
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("methods")
    @Tag("long")
    void twoAndFourRanksDoSoWithEveryMethod(String method) {
        requireBitsOfOneRank(method, 4, 2, 4);
    }
}
