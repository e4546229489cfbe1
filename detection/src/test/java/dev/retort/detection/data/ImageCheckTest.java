package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found out about a data set's images before they are used. */
class ImageCheckTest {
    private static final List<Category> CATEGORIES = List.of(new Category(1, "a"));

    @TempDir
    private Path folder;

    private final List<ImageInfo> images = new ArrayList<>();

    @BeforeEach
    void makeImages() throws IOException {
        byte[] png = ImageFileWriter.png(RgbImage.black(40, 30));
        for (int i = 0; i < 4; i++) {
            add(i + ".png", 40, 30, png);
        }
    }

    private void add(String name, int width, int height, byte[] content) throws IOException {
        images.add(new ImageInfo(images.size() + 1, name, width, height));
        if (content != null) {
            Files.write(folder.resolve(name), content);
        }
    }

    private CocoDataset dataset() {
        return new CocoDataset("set.json", new ImageFolders(List.of(folder)), images, CATEGORIES, Map.of(), List.of());
    }

    private static Map<String, ImageFault> faults(ImageCheck check) {
        return check.problems().stream()
                .collect(java.util.stream.Collectors.toMap(
                        problem -> problem.image().fileName(), ImageCheck.Problem::fault));
    }

    @Test
    void everyKindOfProblemIsFoundAtOnce() throws IOException {
        byte[] png = ImageFileWriter.png(RgbImage.black(40, 30));
        byte[] spoilt = png.clone();
        spoilt[spoilt.length / 2] ^= 1;
        add("missing.png", 40, 30, null);
        add("gone.png", 40, 30, null);
        add("nul\0.png", 40, 30, null);
        add("cut.png", 40, 30, Arrays.copyOf(png, png.length - 20));
        add("spoilt.png", 40, 30, spoilt);
        add("text.png", 40, 30, "a text".getBytes());
        add("small.png", 41, 30, png);
        add("bomb.png", 30000, 30000, ImageFiles.pngOfSize(30000, 30000, 1, 0));
        ImageCheck headers = ImageCheck.headers(dataset());
        assertThat(faults(headers))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "missing.png", ImageFault.MISSING,
                        "gone.png", ImageFault.MISSING,
                        "nul\0.png", ImageFault.NAME,
                        "cut.png", ImageFault.DAMAGED,
                        "text.png", ImageFault.FORMAT,
                        "small.png", ImageFault.SIZE,
                        "bomb.png", ImageFault.TOO_LARGE));
        ImageCheck whole = ImageCheck.whole(dataset());
        assertThat(faults(whole)).hasSize(8).containsEntry("spoilt.png", ImageFault.DAMAGED);
        assertThat(headers.summary(1))
                .contains(
                        "2 of 12 images of set.json are not there:",
                        "  and 1 more",
                        "1 of 12 images of set.json is of no known format:")
                .anySatisfy(line -> assertThat(line).contains("image id 5 of set.json", "missing.png"))
                .noneSatisfy(line -> assertThat(line).contains("gone.png"))
                .anySatisfy(line -> assertThat(line).contains("image id 7", "Nul character"));
        assertThat(headers.usable().images())
                .extracting(ImageInfo::fileName)
                .containsExactly("0.png", "1.png", "2.png", "3.png", "spoilt.png");
        assertThat(ImageCheck.headers(dataset().withMaxPixels(1199)).problems())
                .filteredOn(problem -> problem.fault() == ImageFault.TOO_LARGE)
                .hasSize(7);
    }

    @Test
    void aSoundDataSetIsLeftAsItIs() {
        CocoDataset dataset = dataset();
        ImageCheck check = ImageCheck.headers(dataset);
        assertThat(check.problems()).isEmpty();
        assertThat(check.notices()).isEmpty();
        assertThat(check.summary(5)).isEmpty();
        assertThat(check.usable()).isSameAs(dataset);
    }

    @Test
    void nothingLeftIsAnError() {
        CocoDataset none = dataset().withMaxPixels(1);
        assertThatThrownBy(() -> ImageCheck.headers(none).usable())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("set.json");
    }

    @Test
    void turnedImagesAreCountedAndFitTheShownSize() throws IOException {
        byte[] tall = ImageFiles.jpegWithExif(
                ImageFileWriter.jpeg(RgbImage.black(40, 30), 0.9f), ImageFiles.exif(6, ByteOrder.BIG_ENDIAN));
        add("turned.jpg", 30, 40, tall);
        add("other.jpg", 30, 40, tall);
        ImageCheck sound = ImageCheck.headers(dataset());
        assertThat(sound.problems()).isEmpty();
        assertThat(sound.notices()).singleElement().asString().contains("2 of 6 images", "rotation tag", "turned.jpg");
        assertThat(dataset().image(images.get(4)).width()).isEqualTo(30);
        add("stored.jpg", 40, 30, tall);
        List<String> messages = List.of(
                ImageCheck.headers(dataset()).problems().get(0).message(),
                dataset().imageProblems().get(0));
        assertThat(messages).allSatisfy(message -> assertThat(message)
                .contains("stored.jpg", "rotation tag 6", "30x40", "40x30", "image id 7", "exiftool"));
    }

    @Test
    void namesThatLeaveTheImageFolderAreNoticed() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path outer = Files.write(folder.resolve("x.png"), ImageFileWriter.png(RgbImage.black(40, 30)));
        List<ImageInfo> names = List.of(
                new ImageInfo(1, "../x.png", 40, 30),
                new ImageInfo(2, "a/../../x.png", 40, 30),
                new ImageInfo(3, outer.toAbsolutePath().toString(), 40, 30));
        Files.createDirectory(inner.resolve("a"));
        ImageCheck check = ImageCheck.headers(
                new CocoDataset("set.json", new ImageFolders(List.of(inner)), names, CATEGORIES, Map.of(), List.of()));
        assertThat(check.problems()).isEmpty();
        assertThat(check.notices())
                .singleElement()
                .asString()
                .contains("3 of 3 images", "outside its image folder", "first: ../x.png");
    }

    @Test
    void imagesInMemoryAreChecked() {
        List<ImageInfo> entries =
                List.of(new ImageInfo(1, "a", 4, 3), new ImageInfo(2, "b", 4, 3), new ImageInfo(3, "c", 5, 3));
        Map<Long, RgbImage> held = Map.of(1L, RgbImage.black(4, 3), 3L, RgbImage.black(4, 3));
        ImageCheck check = ImageCheck.headers(CocoDataset.inMemory("made", entries, CATEGORIES, List.of(), held));
        assertThat(faults(check)).isEqualTo(Map.of("b", ImageFault.MISSING, "c", ImageFault.SIZE));
    }

    private DatasetBatches batches(boolean replace) {
        return DatasetBatches.training(
                dataset(),
                TrainTransform.fixed(30, 100),
                (image, edge, most) -> image,
                new DatasetBatches.Settings(2, 32, 0, ResizeMethod.DETECTRON2, replace),
                1);
    }

    private static List<String> names(DatasetBatches batches) {
        return IntStream.range(0, 6)
                .mapToObj(batches::at)
                .flatMap(batch -> batch.samples().stream())
                .map(sample -> sample.info().fileName())
                .toList();
    }

    /** Damage that only decoding shows: the neighbor takes the place, every time alike, and the rest stays. */
    @Test
    void aDamagedImageIsReplacedInTraining() throws IOException {
        List<String> sound = names(batches(true));
        byte[] spoilt = Files.readAllBytes(folder.resolve("3.png"));
        spoilt[spoilt.length / 2] ^= 1;
        Files.write(folder.resolve("3.png"), spoilt);
        List<String> replaced =
                sound.stream().map(name -> name.replace("3.png", "0.png")).toList();
        assertThat(replaced).isNotEqualTo(sound);
        assertThat(names(batches(true))).isEqualTo(replaced).isEqualTo(names(batches(true)));
        assertThatThrownBy(() -> names(batches(false)))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("3.png")
                .hasMessageContaining("--check")
                .hasMessageContaining("data.broken=skip");
        Files.delete(folder.resolve("2.png"));
        assertThatThrownBy(() -> names(batches(true)))
                .hasMessageContaining("2.png")
                .hasMessageContaining("not there");
    }

    @Test
    void trainingEndsWhereEveryImageIsDamaged() throws IOException {
        for (ImageInfo image : images) {
            byte[] spoilt = Files.readAllBytes(folder.resolve(image.fileName()));
            spoilt[spoilt.length / 2] ^= 1;
            Files.write(folder.resolve(image.fileName()), spoilt);
        }
        assertThatThrownBy(() -> batches(true).at(0)).hasMessageContaining("damaged");
    }

    @Test
    void namesArePrintedAsTheyAreButForWhatSteersATerminal() {
        assertThat(Printable.line("Ñandú \ud83d\ude00.png")).isEqualTo("Ñandú \ud83d\ude00.png");
        assertThat(Printable.line("a\u001b[31m\nb\u202e\ud800")).isEqualTo("a\\u001b[31m\\u000ab\\u202e\\ud800");
    }
}
