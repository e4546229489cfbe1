package dev.retort.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageException;
import dev.retort.detection.data.ImageFault;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.ImageFiles;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.SampleImages;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A detector as programs use it: images, files and lists of images in; labels, scores and boxes out. */
class DetectorTest {
    private static final DetectionOptions ALL = DetectionOptions.DEFAULT.withScoreThreshold(0);
    private static final int THREADS = 4;

    @TempDir
    private static Path folder;

    private static Path model;
    private static CocoDataset dataset;
    private static Backend backend;
    private static Detector detector;

    @BeforeAll
    static void load() throws IOException {
        dataset = TinyDetectors.shapes(folder.resolve("shapes"));
        model = folder.resolve("model.safetensors");
        backend = Backends.create("simd");
        TinyDetectors.save(dataset, backend, model).close();
        detector = Detector.load(model, backend);
    }

    @AfterAll
    static void nothingIsLeft() {
        detector.close();
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    /** An image of this size, every one different. */
    private static BufferedImage image(int width, int height, int seed) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (x * 37 ^ y * 91 + seed * 1313) * 2_654_435 >>> 3);
            }
        }
        return image;
    }

    @Test
    void anObjectIsADetectionOfTheNetworkWithItsClassNamed() {
        ImageInfo info = dataset.images().get(0);
        RgbImage image = dataset.image(info);
        Detections raw = detector.detect(RecipeBatches.single(
                        detector.recipe(), info, image, detector.network().sizeDivisor()))
                .get(0);
        List<DetectedObject> objects = detector.detect(image, ALL);
        assertThat(objects).hasSize(raw.size()).hasSizeGreaterThan(10);
        for (int i = 0; i < raw.size(); i++) {
            DetectedObject object = objects.get(i);
            int k = raw.classes()[i];
            assertThat(object.classIndex()).isEqualTo(k);
            assertThat(object.label()).isEqualTo(dataset.categories().get(k).name());
            assertThat(object.categoryId())
                    .isEqualTo(dataset.categories().get(k).id());
            assertThat(object.score()).isEqualTo(raw.scores()[i]);
            assertThat(new double[] {object.left(), object.top(), object.right(), object.bottom()})
                    .isEqualTo(Arrays.copyOfRange(raw.boxes(), 4 * i, 4 * i + 4));
        }
    }

    @Test
    void aBoxIsGivenByCornersAndByPlaceAndSize() {
        DetectedObject object = new DetectedObject("circle", 0.926, 0, 7, 12, 30.5, 52.25, 69.375);
        assertThat(object.x()).isEqualTo(12);
        assertThat(object.y()).isEqualTo(30.5);
        assertThat(object.width()).isEqualTo(40.25);
        assertThat(object.height()).isEqualTo(38.875);
        assertThat(object).hasToString("circle 0.93 at (12.0, 30.5), 40.3 x 38.9");
    }

    @Test
    void objectsOfTheThresholdAndBetterAreGivenBestFirst() {
        BufferedImage image = image(80, 60, 1);
        List<DetectedObject> all = detector.detect(image, ALL);
        double middle = all.get(all.size() / 2).score();
        assertThat(detector.detect(image, DetectionOptions.DEFAULT.withScoreThreshold(middle)))
                .isEqualTo(
                        all.stream().filter(object -> object.score() >= middle).toList())
                .hasSizeLessThan(all.size());
        assertThat(detector.detect(image))
                .isEqualTo(all.stream().filter(object -> object.score() >= 0.5).toList())
                .isNotEmpty();
        assertThat(all).extracting(DetectedObject::score).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void aThresholdIsAScore(double threshold) {
        assertThatThrownBy(() -> DetectionOptions.DEFAULT.withScoreThreshold(threshold))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The score threshold must be from 0 to 1, not " + threshold);
    }

    @ParameterizedTest
    @EnumSource
    void anImageOfAnyTypeHasTheObjectsOfItsFile(SampleImages.Kind kind) throws IOException {
        BufferedImage image = SampleImages.image(kind, 11);
        Path file = Files.write(folder.resolve(kind + ".image"), SampleImages.file(kind, image));
        assertThat(detector.detect(image, ALL))
                .isEqualTo(detector.detect(file, ALL))
                .isNotEmpty();
    }

    @Test
    void aFileIsTurnedByItsTag() throws IOException {
        RgbImage image = RgbImage.of(image(48, 32, 5));
        byte[] jpeg = ImageFileWriter.jpeg(image, 0.9f);
        // 6: to be turned clockwise by a quarter to be shown.
        byte[] turned = ImageFiles.jpegWithExif(jpeg, ImageFiles.exif(6, ByteOrder.BIG_ENDIAN));
        Path upright = Files.write(folder.resolve("upright.jpg"), jpeg);
        Path tagged = Files.write(folder.resolve("tagged.jpg"), turned);
        BufferedImage decoded = ImageIO.read(upright.toFile());
        BufferedImage shown = new BufferedImage(32, 48, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 48; y++) {
            for (int x = 0; x < 32; x++) {
                shown.setRGB(x, y, decoded.getRGB(y, 31 - x));
            }
        }
        assertThat(detector.detect(tagged, ALL))
                .isEqualTo(detector.detect(shown, ALL))
                .isNotEmpty();
    }

    @Test
    void aListHasTheBitsOfOneByOneWhateverElseIsInIt() {
        List<BufferedImage> images = imagesOfManySizes();
        List<List<DetectedObject>> expected =
                images.stream().map(image -> detector.detect(image, ALL)).toList();
        assertThat(expected).allSatisfy(found -> assertThat(found).isNotEmpty());
        for (int from = 0; from < images.size(); from += 3) {
            assertThat(detector.detect(images.subList(from, images.size()), ALL))
                    .isEqualTo(expected.subList(from, images.size()));
        }
    }

    private static List<BufferedImage> imagesOfManySizes() {
        List<BufferedImage> images = new ArrayList<>();
        int[][] sizes = {
            {64, 64}, {64, 30}, {200, 120}, {64, 64}, {33, 90}, {64, 64}, {64, 20}, {1, 1}, {7, 64}, {64, 64}
        };
        for (int i = 0; i < sizes.length; i++) {
            images.add(image(sizes[i][0], sizes[i][1], i));
        }
        return images;
    }

    /** A score's logit and a box's delta are sums of float32 numbers; another order of adding moves them by some ulp. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 100})
    void aBatchFindsWhatIsFoundAlone(int batchSize) {
        List<BufferedImage> images = imagesOfManySizes();
        List<List<DetectedObject>> found = detector.detect(images, ALL.withBatchSize(batchSize));
        assertThat(found).hasSameSizeAs(images);
        for (int i = 0; i < images.size(); i++) {
            List<DetectedObject> alone = detector.detect(images.get(i), ALL);
            // Of equal ones the order may change, so the surest alone tells.
            DetectedObject expected = alone.get(0);
            DetectedObject object = found.get(i).get(0);
            assertThat(found.get(i)).hasSameSizeAs(alone);
            assertThat(object.label()).isEqualTo(expected.label());
            assertThat(object.score()).isCloseTo(expected.score(), within(1e-5));
            assertThat(object.left()).isCloseTo(expected.left(), within(1e-3));
            assertThat(object.bottom()).isCloseTo(expected.bottom(), within(1e-3));
        }
    }

    @Test
    void aBatchHasAnImage() {
        assertThatThrownBy(() -> ALL.withBatchSize(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A batch has 1 image or more, not 0");
    }

    @Test
    void imagesOfOneNetworkSizeAreComputedTogetherAndNoOthers() {
        List<ImageSize> sizes = List.of(
                new ImageSize(64, 64),
                new ImageSize(20, 64),
                new ImageSize(60, 64),
                new ImageSize(30, 64),
                new ImageSize(128, 128),
                new ImageSize(64, 64));
        // Seen at most 64 pixels wide and high, padded to multiples of 32: 64x64, or 32x64 for the flat ones.
        assertThat(EqualSizes.batches(detector.recipe(), sizes, 3, 32))
                .containsExactly(List.of(0, 2, 4), List.of(1, 3), List.of(5));
    }

    @Test
    void noImagesHaveNoObjects() {
        assertThat(detector.detect(List.<BufferedImage>of())).isEmpty();
    }

    @Test
    void whatIsMissingIsNamed() {
        BufferedImage image = image(8, 8, 0);
        assertThatThrownBy(() -> detector.detect((BufferedImage) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("The image is null");
        assertThatThrownBy(() -> detector.detect((Path) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("The image file is null");
        assertThatThrownBy(() -> detector.detect((List<BufferedImage>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("The list of images is null");
        assertThatThrownBy(() -> detector.detect(Arrays.asList(image, null)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("Image 1 of the list is null");
        assertThatThrownBy(() -> detector.detect(folder.resolve("gone.png")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("gone.png");
    }

    @Test
    void aDamagedFileIsNamed() throws IOException {
        byte[] png = ImageFileWriter.png(RgbImage.of(image(16, 16, 0)));
        Path cut = Files.write(folder.resolve("cut.png"), Arrays.copyOf(png, png.length / 2));
        assertThatThrownBy(() -> detector.detect(cut))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.fault()).isEqualTo(ImageFault.DAMAGED))
                .hasMessageContaining("cut.png");
    }

    @Test
    void aFileOfTooManyPixelsIsRefusedByItsHeader() throws IOException {
        Path file = folder.resolve("wide.png");
        ImageFileWriter.write(RgbImage.of(image(40, 30, 0)), file);
        assertThat(detector.detect(file, ALL.withMaxPixels(1200))).isNotEmpty();
        assertThatThrownBy(() -> detector.detect(file, ALL.withMaxPixels(1199)))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.fault()).isEqualTo(ImageFault.TOO_LARGE));
        assertThatThrownBy(() -> ALL.withMaxPixels(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDetectorWithoutABackendBringsAndClosesItsOwn() throws IOException {
        BufferedImage image = image(40, 30, 2);
        Backend own;
        try (Detector loaded = Detector.load(model)) {
            own = loaded.backend();
            assertThat(loaded.detect(image, ALL)).isNotEmpty();
            assertThat(loaded)
                    .hasToString("Detector of 6 classes (circle, square, triangle, ring, cross, ...) on " + own.name()
                            + ", from " + model);
        }
        assertThat(own.memory().liveBytes()).isZero();
        assertThat(own.memory().pooledBytes()).isZero();
        assertThatThrownBy(() -> Detector.load(folder.resolve("gone.safetensors")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gone.safetensors");
    }

    /** On one detector at once: images, files, lists, from the first call on. */
    @Test
    void manyThreadsGetTheBitsOfOne() throws Exception {
        List<BufferedImage> images = List.of(image(64, 64, 1), image(64, 30, 2), image(50, 64, 3));
        Path file = folder.resolve("threads.png");
        ImageFileWriter.write(RgbImage.of(images.get(0)), file);
        List<List<DetectedObject>> expected =
                images.stream().map(image -> detector.detect(image, ALL)).toList();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < 5; round++) {
                try (Detector fresh = Detector.load(model, backend)) {
                    CyclicBarrier barrier = new CyclicBarrier(THREADS);
                    List<Future<?>> running = new ArrayList<>();
                    for (int t = 0; t < THREADS; t++) {
                        int first = t;
                        running.add(threads.submit((Callable<Void>) () -> {
                            barrier.await();
                            for (int i = first; i < first + 6; i++) {
                                int one = i % images.size();
                                assertThat(fresh.detect(images.get(one), ALL)).isEqualTo(expected.get(one));
                                assertThat(fresh.detect(images, ALL)).isEqualTo(expected);
                                assertThat(fresh.detect(file, ALL)).isEqualTo(expected.get(0));
                            }
                            return null;
                        }));
                    }
                    for (Future<?> one : running) {
                        one.get();
                    }
                }
            }
        } finally {
            threads.shutdown();
        }
    }
}
