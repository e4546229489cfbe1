package dev.retort.distill.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.distill.recipe.Recipe;
import dev.retort.distill.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider.Usability;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo's student trains on a device as it does on simd. Training amplifies what rounding differs by, so how far two curves may part is
 * measured: two runs on simd, of which one begins with a single weight one unit in the last place larger.
 * {@code -Dretort.curves.steps=50} takes more steps than the ordinary build.
 */
class DeviceCurvesTest {
    private static final int STEPS = Integer.getInteger("retort.curves.steps", 20);

    @TempDir
    Path folder;

    @Test
    void aDeviceLearnsWhatTheCpuLearns() throws IOException {
        Usability usability = Backends.choose("opencl").usability();
        if (!usability.usable()) {
            System.out.println("Skipped: opencl cannot be used here: " + usability.reason());
            Assumptions.abort(usability.reason());
        }
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(1, 1, 1, 1).withSplits(Map.of("train", 64)), folder);
        CocoDataset data = CocoDataset.open(folder, "train");
        double[] simd = curve("simd", data, false);
        double[] nudged = curve("simd", data, true);
        double[] device = curve("opencl", data, false);
        double[] own = apart(simd, nudged);
        double[] between = apart(simd, device);
        System.out.println(
                "relative distance of loss curves, step by step: simd from simd with one weight one ulp larger "
                        + text(own) + "; opencl from simd " + text(between));
        assertThat(device[0]).isCloseTo(simd[0], Percentage.withPercentage(1e-3));
        assertThat(max(between)).isLessThan(10 * max(own));
    }

    private static double[] curve(String name, CocoDataset data, boolean nudge) throws IOException {
        Recipe recipe = recipe();
        double[] losses = new double[STEPS];
        try (Backend backend = Backends.create(name)) {
            try (Detector student = Detector.create(recipe, data.categories(), backend);
                    Trainer trainer = new Trainer(recipe, data, student, null)) {
                if (nudge) {
                    nudge(student);
                }
                for (int i = 0; i < STEPS; i++) {
                    losses[i] = trainer.step().total();
                }
            }
            assertThat(backend.memory().liveBytes()).isZero();
        }
        return losses;
    }

    private static void nudge(Detector detector) {
        Tensor weight = detector.network().state().values().iterator().next();
        float[] values = weight.toFloats();
        values[0] = Math.nextUp(values[0]);
        Backend backend = detector.backend();
        try (Tensor nudged = backend.upload(values, weight.shape(), weight.dtype())) {
            backend.assign(weight, nudged);
        }
    }

    private static double[] apart(double[] a, double[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]) / Math.abs(a[i]))
                .toArray();
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }

    private static String text(double[] values) {
        return Arrays.stream(values)
                .mapToObj(v -> String.format(Locale.ROOT, "%.0e", v))
                .collect(Collectors.joining(" "));
    }

    private static Recipe recipe() throws IOException {
        try (InputStream in = RecipeReader.class.getResourceAsStream("shapes-student.yaml")) {
            return RecipeReader.parse(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8), "shapes-student.yaml", List.of());
        }
    }
}
