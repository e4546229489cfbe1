package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The generated data set: same bytes for a seed, valid, balanced, and annotated as described. */
class ShapesGeneratorTest {
    @TempDir
    Path folder;

    private static Map<String, Integer> hashes(Path root) throws IOException {
        Map<String, Integer> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                hashes.put(root.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return hashes;
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(6, 2, 1, 3), folder.resolve("a"));
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(6, 2, 1, 3), folder.resolve("b"));
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(6, 2, 1, 4), folder.resolve("c"));
        Map<String, Integer> a = hashes(folder.resolve("a"));
        assertThat(a).hasSize(9 + 3).isEqualTo(hashes(folder.resolve("b")));
        assertThat(a.keySet()).isEqualTo(hashes(folder.resolve("c")).keySet());
        assertThat(a)
                .doesNotContainEntry(
                        "images/train_000001.png", hashes(folder.resolve("c")).get("images/train_000001.png"));
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).hasSize(3);
        }
    }

    @Test
    void splitsReadBackAsAValidDataSet() {
        Path root = folder.resolve("set");
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(5, 3, 2, 1), root);
        CocoDataset train = CocoDataset.open(root, "train");
        assertThat(train.size()).isEqualTo(5);
        assertThat(train.notices()).isEmpty();
        assertThat(train.imageProblems()).isEmpty();
        assertThat(train.classNames()).isEqualTo(ShapesGenerator.classNames()).hasSize(6);
        assertThat(CocoDataset.open(root, "val").images())
                .extracting(ImageInfo::id)
                .containsExactly(6L, 7L, 8L);
        assertThatThrownBy(() -> ShapesGenerator.generate(ShapesGenerator.Settings.standard(1, 1, 1, 1), root))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("already");
    }

    @Test
    void aSplitInMemoryIsTheWrittenOne() {
        ShapesGenerator.Settings settings = ShapesGenerator.Settings.standard(2, 3, 1, 1);
        Path root = folder.resolve("set");
        ShapesGenerator.generate(settings, root);
        CocoDataset written = CocoDataset.open(root, "val");
        CocoDataset held = ShapesGenerator.inMemory(settings, "val");
        assertThat(held.images()).isEqualTo(written.images());
        assertThat(held.categories()).isEqualTo(written.categories());
        for (ImageInfo image : written.images()) {
            assertThat(held.annotations(image.id())).isEqualTo(written.annotations(image.id()));
            assertThat(held.image(image).rgb()).isEqualTo(written.image(image).rgb());
        }
        assertThat(held.head(1).imageProblems()).isEmpty();
        assertThatThrownBy(() -> held.file(held.images().get(0))).hasMessageContaining("held in memory");
        assertThatThrownBy(() -> ShapesGenerator.inMemory(settings, "best"))
                .hasMessageContaining("'best' among [train, val, test]");
    }

    @Test
    void boxesAreTightAndClassesBalanced() {
        ShapesGenerator.Settings settings = ShapesGenerator.Settings.standard(1, 1, 1, 0);
        int[] counts = new int[ShapeKind.values().length];
        int total = 0;
        int small = 0;
        double largest = 0;
        int images = 500;
        for (int i = 0; i < images; i++) {
            ShapePainter painter = new ShapePainter(settings, CounterRandom.sequence(12, Purpose.SYNTHETIC_DATA, i));
            List<ShapePainter.Painted> objects = painter.paint();
            assertThat(objects.size()).isBetween(0, settings.maxObjects());
            for (ShapePainter.Painted object : objects) {
                assertThat(object.x()).isNotNegative();
                assertThat(object.x() + object.w()).isLessThanOrEqualTo(settings.width());
                assertThat(object.y() + object.h()).isLessThanOrEqualTo(settings.height());
                assertThat(object.visible()).isBetween(1, object.w() * object.h());
                counts[object.kind().ordinal()]++;
                total++;
                int size = Math.max(object.w(), object.h());
                small += size < 24 ? 1 : 0;
                largest = Math.max(largest, size);
            }
        }
        assertThat((double) total / images).isBetween(2.8, 3.6);
        for (int count : counts) {
            // Uniform over six classes, less the hidden ones: five standard deviations and a little.
            assertThat((double) count / total).isCloseTo(1 / 6.0, within(0.05));
        }
        // A third of the log-uniform range 12..96 lies below 24; turned squares and hidden parts shift it a little.
        assertThat((double) small / total).isBetween(0.28, 0.5);
        assertThat(largest).isBetween(88.0, 98.0);
    }

    @Test
    void aLoneShapeHasTheBoxAndAreaOfItsOutline() {
        // One circle as large as it gets: find it by seed, then compare with the circle's geometry.
        ShapesGenerator.Settings settings =
                new ShapesGenerator.Settings(128, 128, 60, 60, 1, 1, 2, Map.of("train", 1), 0);
        int circles = 0;
        for (int i = 0; i < 60; i++) {
            ShapePainter painter = new ShapePainter(settings, CounterRandom.sequence(2, Purpose.SYNTHETIC_DATA, i));
            ShapePainter.Painted object = painter.paint().get(0);
            boolean inside =
                    object.x() > 0 && object.y() > 0 && object.x() + object.w() < 128 && object.y() + object.h() < 128;
            if (object.kind() == ShapeKind.CIRCLE && inside) {
                circles++;
                assertThat(object.w()).isBetween(59, 61);
                assertThat(object.h()).isBetween(59, 61);
                assertThat(object.visible() / (Math.PI * 900)).isCloseTo(1, within(0.01));
            }
        }
        assertThat(circles).isPositive();
    }

    @Test
    void outlinesHaveTheirAreas() {
        // A five-pointed star of circumradius 1 is ten triangles with sides 1 and r = cos 72 / cos 36 at 36 degrees.
        double starArea = 5 * Math.sin(Math.PI / 5) * Math.cos(2 * Math.PI / 5) / Math.cos(Math.PI / 5);
        double[] expected = {
            Math.PI, 1.56 * 1.56, 3 * Math.sqrt(3) / 4, Math.PI * (1 - 0.55 * 0.55), 2 * 1.9 * 0.6 - 0.6 * 0.6, starArea
        };
        int n = 1000;
        for (ShapeKind kind : ShapeKind.values()) {
            int hits = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    hits += kind.inside((i + 0.5) * 2 / n - 1, (j + 0.5) * 2 / n - 1) ? 1 : 0;
                }
            }
            assertThat(4.0 * hits / n / n).as(kind.label()).isCloseTo(expected[kind.ordinal()], within(0.01));
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        Map<String, Integer> one = Map.of("train", 1);
        assertThatThrownBy(() -> new ShapesGenerator.Settings(64, 64, 12, 96, 1, 6, 9, one, 1))
                .hasMessageContaining("12.0 to 96.0 in 64x64");
        assertThatThrownBy(() -> new ShapesGenerator.Settings(64, 64, 12, 32, 3, 2, 9, one, 1))
                .hasMessageContaining("3 to 2 objects");
        assertThatThrownBy(() -> new ShapesGenerator.Settings(64, 64, 12, 32, 1, 2, 9, Map.of(), 1))
                .hasMessageContaining("split");
    }
}
