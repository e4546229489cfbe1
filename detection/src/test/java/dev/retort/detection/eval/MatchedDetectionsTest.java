package dev.retort.detection.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Matches give the evaluator's own figures, and those of any selection of images. */
class MatchedDetectionsTest {
    private static final List<CocoMetric> KNOWN = List.of(CocoMetric.AP, CocoMetric.AP50, CocoMetric.AP75);
    private static final List<Category> CATEGORIES =
            List.of(new Category(3, "circle"), new Category(8, "square"), new Category(9, "nowhere"));

    @TempDir
    private Path folder;

    /** Objects and detections near them, some far off, some of equal scores, some objects crowds. */
    private record Scene(List<Long> images, List<Annotation> truths, List<Detection> found) {
        /** @param scores how many different ones there are */
        static Scene random(int seed, int scores) {
            Random random = new Random(seed);
            List<Long> images = new ArrayList<>();
            List<Annotation> truths = new ArrayList<>();
            List<Detection> found = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                long image = 100 - 7L * i;
                images.add(image);
                for (int o = 0; o < random.nextInt(4); o++) {
                    long category = random.nextBoolean() ? 3 : 8;
                    double x = 60 * random.nextDouble();
                    double y = 60 * random.nextDouble();
                    double w = 10 + 20 * random.nextDouble();
                    double h = 10 + 20 * random.nextDouble();
                    boolean crowd = random.nextInt(8) == 0;
                    truths.add(new Annotation(truths.size() + 1, image, category, x, y, w, h, w * h, crowd));
                    double score = random.nextInt(scores) / (double) scores;
                    found.add(new Detection(image, category, x + 3 * random.nextDouble(), y, w, h, score));
                }
                found.add(new Detection(image, 3, 5, 5, 9, 9, random.nextInt(scores) / (double) scores));
            }
            return new Scene(images, truths, found);
        }

        CocoEvaluator evaluator() {
            CocoEvaluator evaluator = new CocoEvaluator(new GroundTruthSet(images, CATEGORIES, truths));
            evaluator.process(found);
            return evaluator;
        }

        /** With so many copies of each image, under other ids. */
        Scene times(List<Long> sorted, int[] times) {
            List<Long> ids = new ArrayList<>();
            List<Annotation> copies = new ArrayList<>();
            List<Detection> again = new ArrayList<>();
            for (int i = 0; i < times.length; i++) {
                for (int copy = 0; copy < times[i]; copy++) {
                    long old = sorted.get(i);
                    long id = 1000L * (i + 1) + copy;
                    ids.add(id);
                    truths.stream()
                            .filter(t -> t.imageId() == old)
                            .forEach(t -> copies.add(new Annotation(
                                    copies.size() + 1,
                                    id,
                                    t.categoryId(),
                                    t.x(),
                                    t.y(),
                                    t.w(),
                                    t.h(),
                                    t.area(),
                                    t.crowd())));
                    found.stream()
                            .filter(d -> d.imageId() == old)
                            .forEach(d -> again.add(
                                    new Detection(id, d.categoryId(), d.x(), d.y(), d.width(), d.height(), d.score())));
                }
            }
            return new Scene(ids, copies, again);
        }
    }

    private static int[] once(MatchedDetections matches) {
        int[] times = new int[matches.imageIds().size()];
        Arrays.fill(times, 1);
        return times;
    }

    @Test
    void everyImageOnceIsTheEvaluatorBitForBit() {
        for (int seed = 0; seed < 20; seed++) {
            CocoEvaluator evaluator = Scene.random(seed, 20).evaluator();
            MatchedDetections matches = evaluator.matches();
            for (CocoMetric metric : KNOWN) {
                assertThat(matches.value(metric, once(matches)))
                        .isEqualTo(evaluator.evaluate().value(metric));
            }
        }
    }

    @Test
    void imagesDrawnSeveralTimesAreCopiesOfThem() {
        int[] times = {0, 2, 1, 0, 3, 1, 1, 0, 2, 1, 1, 0};
        for (int seed = 0; seed < 20; seed++) {
            Scene scene = Scene.random(seed, Integer.MAX_VALUE);
            MatchedDetections matches = scene.evaluator().matches();
            CocoMetrics copied =
                    scene.times(matches.imageIds(), times).evaluator().evaluate();
            for (CocoMetric metric : KNOWN) {
                assertThat(matches.value(metric, times)).isEqualTo(copied.value(metric));
            }
        }
    }

    @Test
    void imagesWithoutObjectsHaveNothingToFind() {
        MatchedDetections matches = Scene.random(1, 20).evaluator().matches();
        assertThat(matches.value(CocoMetric.AP, new int[matches.imageIds().size()]))
                .isEqualTo(-1);
    }

    @Test
    void metricsOfOtherSizesAndWrongCountsAreRefused() {
        MatchedDetections matches = Scene.random(1, 20).evaluator().matches();
        assertThatThrownBy(() -> matches.value(CocoMetric.AP_SMALL, once(matches)))
                .hasMessageContaining("APs");
        assertThatThrownBy(() -> matches.value(CocoMetric.AP, new int[1])).hasMessageContaining("12 images");
    }

    @Test
    void aFileHasTheSameFiguresAndTheSameBytes() throws IOException {
        MatchedDetections matches = Scene.random(5, 20).evaluator().matches();
        Path file = folder.resolve("matches.json.gz");
        MatchesFile.write(matches, file);
        byte[] bytes = Files.readAllBytes(file);
        MatchedDetections read = MatchesFile.read(file);
        MatchesFile.write(read, file);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        assertThat(read.value(CocoMetric.AP, once(read))).isEqualTo(matches.value(CocoMetric.AP, once(matches)));
    }

    @Test
    void aFileOfSomethingElseIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("matches.json.gz"), "{}");
        assertThatIOException().isThrownBy(() -> MatchesFile.read(file)).withMessageContaining(file.toString());
    }
}
