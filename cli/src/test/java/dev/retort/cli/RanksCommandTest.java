package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.progress.MetricsLine;
import dev.retort.cli.progress.MetricsLog;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --device a,b}: a rank for each device. */
class RanksCommandTest {
    private static final String[] TWO = {"--device", "simd,simd", "--set", "training.iterations=2"};

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void generate() {
        data = folder.resolve("data");
        TinyRun.generate(data);
    }

    private TinyRun run(String name) {
        return new TinyRun(data, folder.resolve(name));
    }

    private static void requireDone(TinyRun.End end) {
        assertThat(end.code()).as("" + end.errors()).isZero();
    }

    /** By name, running statistics aside: they are rank 0's. */
    private static Map<String, float[]> weights(Path file) throws IOException {
        Map<String, float[]> weights = new LinkedHashMap<>();
        try (SafeTensors source = SafeTensors.open(file)) {
            for (SafeTensors.Entry entry : source.entries().values()) {
                if (!entry.name().contains(".running_")) {
                    weights.put(entry.name(), entry.toFloats());
                }
            }
        }
        return weights;
    }

    private static List<Map<String, Double>> losses(TinyRun run) throws IOException {
        return MetricsLog.read(run.metrics()).stream().map(MetricsLine::losses).toList();
    }

    @Test
    void twoDevicesTrainWhatOneAccumulates() throws IOException {
        TinyRun one = run("one");
        requireDone(one.train("--device", "simd", "--set", "training.iterations=2", "--set", "training.accumulate=2"));
        TinyRun two = run("two");
        requireDone(two.train(TWO));
        assertThat(losses(two)).hasSize(2).isEqualTo(losses(one));
        Map<String, float[]> expected = weights(one.model());
        Map<String, float[]> weights = weights(two.model());
        assertThat(weights.keySet()).isEqualTo(expected.keySet());
        weights.forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
        try (var files = Files.list(two.out())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "checkpoint.safetensors", "metrics.jsonl", "model.safetensors", "recipe.yaml");
        }
        // Distilled, and gone on with.
        List<String> distill = new ArrayList<>(run("student").command(TWO));
        distill.set(0, "distill");
        distill.addAll(List.of("--teacher", two.model().toString(), "--set", "distillation.methods=[fgd]"));
        requireDone(TinyRun.retort(distill.toArray(String[]::new)));
        distill.addAll(List.of("--resume", "--set", "training.iterations=3"));
        requireDone(TinyRun.retort(distill.toArray(String[]::new)));
        assertThat(losses(run("student"))).hasSize(3).last().asString().contains("fgd");
    }

    private void requireRefused(TinyRun.End end, String message) {
        assertThat(end.code()).isEqualTo(2);
        assertThat(end.errors().get(0)).contains(message);
        assertThat(folder.resolve("refused")).doesNotExist();
    }

    @Test
    void listsThatAreWrongAreRefused() {
        TinyRun refused = run("refused");
        requireRefused(refused.train("--device", "simd,nowhere"), "There is no backend 'nowhere'");
        requireRefused(refused.train("--device", "simd,"), "'simd,' lacks a device's name beside a comma");
        String[] eval = {"eval", folder.resolve("none").toString(), "--data", data.toString(), "--device", "simd,simd"};
        requireRefused(
                TinyRun.retort(eval),
                "only train and distill take several devices: give one with --device, such as simd");
    }
}
