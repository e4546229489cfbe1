package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.ImageSize;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transforms, normalization, the order of batches, and loading them ahead. */
class BatchTest {
    /** Scales the shorter edge to the target, for these tests. */
    private static final SizeRule RULE = (image, shortEdge, maxSize) -> {
        double scale = (double) shortEdge / Math.min(image.width(), image.height());
        return new ImageSize((int) (image.height() * scale + 0.5), (int) (image.width() * scale + 0.5));
    };

    @TempDir
    Path folder;

    private CocoDataset dataset;

    @BeforeEach
    void writeSevenImages() {
        List<ImageInfo> images = new ArrayList<>();
        List<Annotation> annotations = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            boolean landscape = i % 3 != 0;
            ImageInfo info = new ImageInfo(100 + i, i + ".png", landscape ? 40 : 24, landscape ? 20 : 30);
            byte[] rgb = new byte[3 * info.width() * info.height()];
            for (int j = 0; j < rgb.length; j++) {
                rgb[j] = (byte) (j * (i + 3));
            }
            ImageFileWriter.write(new RgbImage(info.width(), info.height(), rgb), folder.resolve(info.fileName()));
            images.add(info);
            annotations.add(new Annotation(10 * i + 1, info.id(), 5, 2, 4, 10, 6, 60, false));
            annotations.add(new Annotation(10 * i + 2, info.id(), 5, 0, 0, 10, 6, 60, true));
            annotations.add(new Annotation(10 * i + 3, info.id(), 8, -4, 10, 12, 40, 480, false));
            annotations.add(new Annotation(10 * i + 4, info.id(), 8, 3, 3, 0, 9, 0, false));
        }
        List<Category> categories = List.of(new Category(5, "a"), new Category(8, "b"));
        Path json = folder.resolve("a.json");
        CocoWriter.write(json, Map.of(), images, categories, annotations);
        dataset = CocoDataset.open(json, folder);
    }

    @Test
    void samplesDropCrowdsAndBoxesWithoutExtent() {
        ImageInfo info = dataset.images().get(1);
        RgbImage resized = BilinearResize.resize(dataset.image(info), 80, 10);
        Sample plain = Transforms.sample(dataset, info, resized, false);
        assertThat(plain.boxes()).containsExactly(4, 2, 24, 5, 0, 5, 16, 10);
        assertThat(plain.classes()).containsExactly(0, 1);
        assertThat(plain.image()).isSameAs(resized);
        Sample mirrored = Transforms.sample(dataset, info, resized, true);
        assertThat(mirrored.boxes()).containsExactly(56, 2, 76, 5, 64, 5, 80, 10);
        assertThat(mirrored.image().visible().value(0, 0, 1)).isEqualTo(resized.value(79, 0, 1));
        assertThat(mirrored.flipped()).isTrue();
    }

    @Test
    void pixelsAreNormalizedThenPadded() {
        RgbImage small = new RgbImage(2, 1, new byte[] {10, 20, 30, (byte) 200, (byte) 210, (byte) 220});
        RgbImage tall = RgbImage.black(1, 3);
        Batch batch = Batch.of(List.of(sample(small), sample(tall)), 4);
        assertThat(List.of(batch.size(), batch.height(), batch.width())).containsExactly(2, 4, 4);
        assertThat(batch.heights()).containsExactly(1, 3);
        assertThat(batch.widths()).containsExactly(2, 1);

        float[] msra = new float[batch.pixelCount() + 5];
        Arrays.fill(msra, 99);
        batch.pixels(Normalization.MSRA, msra);
        assertThat(Arrays.copyOf(msra, 9))
                .containsExactly(
                        (float) (30 - 103.53),
                        (float) (20 - 116.28),
                        (float) (10 - 123.675),
                        (float) (220 - 103.53),
                        (float) (210 - 116.28),
                        (float) (200 - 123.675),
                        0,
                        0,
                        0);
        int second = 4 * 4 * 3;
        assertThat(msra[second + 2 * 12 + 2]).isEqualTo(-123.675f);
        assertThat(msra[second + 3]).isZero();
        assertThat(msra[second + 3 * 12]).isZero();
        assertThat(msra[2 * second]).isEqualTo(99);

        float[] rgb = batch.pixels(Normalization.TORCHVISION);
        assertThat(rgb[0]).isCloseTo((float) ((10 / 255.0 - 0.485) / 0.229), within(1e-6f));
        assertThat(rgb[5]).isCloseTo((float) ((220 / 255.0 - 0.406) / 0.225), within(1e-6f));
        assertThatThrownBy(() -> new Normalization(List.of(1.0), List.of(1.0), true, 1))
                .hasMessageContaining("three");
    }

    private static Sample sample(RgbImage image) {
        ImageInfo info = new ImageInfo(1, "x", image.width(), image.height());
        return new Sample(info, image, new double[0], new int[0], false);
    }

    private static List<ImageInfo> images(int landscape, int portrait) {
        List<ImageInfo> images = new ArrayList<>();
        for (int i = 0; i < landscape + portrait; i++) {
            images.add(new ImageInfo(i, i + "", i < landscape ? 2 : 1, i < landscape ? 1 : 1 + i % 2));
        }
        return images;
    }

    /** Compares with the plain way: go through the epochs' orders one image at a time and collect groups. */
    @Test
    void groupedOrderEqualsCollectingImageByImage() {
        for (int[] setup : new int[][] {{7, 4, 3}, {10, 1, 4}, {5, 0, 2}, {0, 3, 5}, {1, 1, 3}, {6, 6, 1}}) {
            int batchSize = setup[2];
            List<ImageInfo> images = images(setup[0], setup[1]);
            BatchOrder order = new BatchOrder(images, batchSize, true, 17);
            List<List<Integer>> groups = List.of(new ArrayList<>(), new ArrayList<>());
            int iteration = 0;
            for (int epoch = 0; epoch < 12; epoch++) {
                int[] permutation = CounterRandom.permutation(images.size(), 17, Purpose.DATA_ORDER, epoch);
                for (int image : permutation) {
                    List<Integer> group = groups.get(images.get(image).landscape() ? 1 : 0);
                    group.add(image);
                    if (group.size() == batchSize) {
                        assertThat(order.batch(iteration))
                                .as("%s, batch %d", Arrays.toString(setup), iteration)
                                .containsExactly(group.stream()
                                        .mapToInt(Integer::intValue)
                                        .toArray());
                        assertThat(order.epochOf(iteration)).isEqualTo(epoch);
                        iteration++;
                        group.clear();
                    }
                }
            }
            assertThat(iteration).isPositive();
        }
    }

    @Test
    void anyBatchIsFoundWithoutReplaying() {
        List<ImageInfo> images = images(50, 30);
        long far = 3_000_000_000L;
        int[] direct = new BatchOrder(images, 16, true, 1).batch(far);
        BatchOrder walked = new BatchOrder(images, 16, true, 1);
        walked.batch(far - 2);
        walked.batch(far + 9);
        assertThat(walked.batch(far)).containsExactly(direct);
        assertThat(new BatchOrder(images, 16, true, 2).batch(far)).isNotEqualTo(direct);
        assertThatThrownBy(() -> walked.batch(-1)).hasMessageContaining("-1");
    }

    @Test
    void ungroupedEpochsVisitEveryImageOnce() {
        BatchOrder order = new BatchOrder(images(5, 7), 3, false, 8);
        Map<Integer, Integer> visits = new HashMap<>();
        for (int iteration = 0; iteration < 4; iteration++) {
            for (int image : order.batch(iteration)) {
                visits.merge(image, 1, Integer::sum);
            }
        }
        assertThat(visits).hasSize(12).allSatisfy((image, count) -> assertThat(count)
                .isEqualTo(1));
    }

    private static List<Object> content(Batch batch) {
        List<Object> content = new ArrayList<>();
        for (Sample sample : batch.samples()) {
            content.add(sample.info());
            content.add(sample.flipped());
            content.add(Arrays.toString(sample.boxes()));
            content.add(Arrays.hashCode(sample.image().visible().rgb()));
        }
        return content;
    }

    private DatasetBatches training(List<Integer> edges, long cacheBytes) {
        return DatasetBatches.training(
                dataset,
                new TrainTransform(edges, 100, 0.5),
                RULE,
                new DatasetBatches.Settings(2, 32, cacheBytes, ResizeMethod.DETECTRON2, false),
                5);
    }

    @Test
    void batchesAreTheSameHoweverTheyAreLoaded() {
        DatasetBatches direct = training(List.of(16, 24, 40), 0);
        List<List<Object>> expected = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            Batch batch = direct.at(i);
            assertThat(batch.height() % 32).isZero();
            assertThat(batch.samples().get(0).info().landscape())
                    .isEqualTo(batch.samples().get(1).info().landscape());
            expected.add(content(batch));
        }
        // Resumed in the middle, prefetched, cached with room for all, and cached with room for a few.
        for (long budget : new long[] {0, 1 << 20, 7000}) {
            try (BatchLoader loader = new BatchLoader(training(List.of(16, 24, 40), budget), 9, 3)) {
                for (int i = 9; i < 25; i++) {
                    assertThat(content(loader.next())).as("batch %d", i).isEqualTo(expected.get(i));
                }
            }
        }
        assertThat(content(training(List.of(24), 1 << 20).at(3)))
                .isEqualTo(content(training(List.of(24), 0).at(3)));
    }

    @Test
    void augmentationUsesAllItsChoices() {
        DatasetBatches batches = training(List.of(16, 24), 1 << 20);
        Map<String, Integer> seen = new HashMap<>();
        int draws = 400;
        for (int i = 0; i < draws / 2; i++) {
            for (Sample sample : batches.at(i).samples()) {
                int edge = Math.min(sample.image().width(), sample.image().height());
                seen.merge(edge + " " + sample.flipped(), 1, Integer::sum);
            }
        }
        assertThat(seen).hasSize(4);
        // Binomial with p = 1/4: standard deviation 8.7.
        assertThat(seen.values()).allSatisfy(count -> assertThat(count).isCloseTo(draws / 4, within(44)));
    }

    @Test
    void evaluationVisitsEveryImageInOrder() {
        DatasetBatches batches = DatasetBatches.evaluation(
                dataset, 20, 100, RULE, new DatasetBatches.Settings(3, 32, 0, ResizeMethod.DETECTRON2, false));
        assertThat(batches.count()).isEqualTo(3);
        List<Long> ids = new ArrayList<>();
        try (BatchLoader loader = new BatchLoader(batches, 0, 2)) {
            while (loader.hasNext()) {
                loader.next().samples().forEach(sample -> {
                    assertThat(sample.flipped()).isFalse();
                    ids.add(sample.info().id());
                });
            }
            assertThatThrownBy(loader::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(ids).containsExactly(100L, 101L, 102L, 103L, 104L, 105L, 106L);
        assertThatThrownBy(() -> batches.at(3)).hasMessageContaining("no batch 3");
    }

    @Test
    void aDamagedImageReachesTheConsumer() throws Exception {
        Files.write(folder.resolve("2.png"), new byte[] {1, 2, 3});
        DatasetBatches batches = DatasetBatches.evaluation(
                dataset, 20, 100, RULE, new DatasetBatches.Settings(2, 32, 0, ResizeMethod.DETECTRON2, false));
        try (BatchLoader loader = new BatchLoader(batches, 0, 2)) {
            loader.next();
            assertThatThrownBy(loader::next).isInstanceOf(DataException.class).hasMessageContaining("2.png");
        }
    }

    @Test
    void lackOfMemoryReachesTheConsumerAsWhatItIs() {
        BatchSource source = new BatchSource() {
            @Override
            public long count() {
                return 1;
            }

            @Override
            public Batch at(long iteration) {
                throw new OutOfMemoryError("made up");
            }
        };
        try (BatchLoader loader = new BatchLoader(source, 0, 1)) {
            assertThatThrownBy(loader::next)
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessage("made up");
        }
    }

    @Test
    void theCacheKeepsToItsBudget() {
        ImageCache cache = new ImageCache(100);
        int[] made = new int[1];
        for (int round = 0; round < 3; round++) {
            for (int image = 0; image < 4; image++) {
                cache.get(image, 4, 4, () -> {
                    made[0]++;
                    return RgbImage.black(4, 4);
                });
            }
        }
        assertThat(cache.bytes()).isEqualTo(96);
        // Two of 48 bytes fit and are made once; the other two every time.
        assertThat(made[0]).isEqualTo(2 + 2 * 3);
    }
}
