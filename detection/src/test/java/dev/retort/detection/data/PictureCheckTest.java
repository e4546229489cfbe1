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

/** What is found out about a data set's pictures before they are used. */
class PictureCheckTest {
    private static final List<Category> CATEGORIES = List.of(new Category(1, "a"));

    @TempDir
    private Path folder;

    private final List<ImageInfo> images = new ArrayList<>();

    @BeforeEach
    void makePictures() throws IOException {
        byte[] png = PictureWriter.png(Picture.black(40, 30));
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
        return new CocoDataset("set.json", folder, images, CATEGORIES, Map.of(), List.of());
    }

    private static Map<String, PictureFault> faults(PictureCheck check) {
        return check.problems().stream()
                .collect(java.util.stream.Collectors.toMap(
                        problem -> problem.image().fileName(), PictureCheck.Problem::fault));
    }

    @Test
    void everyKindOfProblemIsFoundAtOnce() throws IOException {
        byte[] png = PictureWriter.png(Picture.black(40, 30));
        byte[] spoilt = png.clone();
        spoilt[spoilt.length / 2] ^= 1;
        add("missing.png", 40, 30, null);
        add("gone.png", 40, 30, null);
        add("nul\0.png", 40, 30, null);
        add("cut.png", 40, 30, Arrays.copyOf(png, png.length - 20));
        add("spoilt.png", 40, 30, spoilt);
        add("text.png", 40, 30, "a text".getBytes());
        add("small.png", 41, 30, png);
        add("bomb.png", 30000, 30000, PictureFiles.pngOfSize(30000, 30000, 1, 0));
        PictureCheck headers = PictureCheck.headers(dataset());
        assertThat(faults(headers))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "missing.png", PictureFault.MISSING,
                        "gone.png", PictureFault.MISSING,
                        "nul\0.png", PictureFault.NAME,
                        "cut.png", PictureFault.DAMAGED,
                        "text.png", PictureFault.FORMAT,
                        "small.png", PictureFault.SIZE,
                        "bomb.png", PictureFault.TOO_LARGE));
        PictureCheck whole = PictureCheck.whole(dataset());
        assertThat(faults(whole)).hasSize(8).containsEntry("spoilt.png", PictureFault.DAMAGED);
        assertThat(headers.summary(1))
                .contains(
                        "2 of 12 pictures of set.json are not there:",
                        "  and 1 more",
                        "1 of 12 pictures of set.json is of no known format:")
                .anySatisfy(line -> assertThat(line).contains("image id 5 of set.json", "missing.png"))
                .noneSatisfy(line -> assertThat(line).contains("gone.png"))
                .anySatisfy(line -> assertThat(line).contains("image id 7", "Nul character"));
        assertThat(headers.usable().images())
                .extracting(ImageInfo::fileName)
                .containsExactly("0.png", "1.png", "2.png", "3.png", "spoilt.png");
        assertThat(PictureCheck.headers(dataset().withMaxPixels(1199)).problems())
                .filteredOn(problem -> problem.fault() == PictureFault.TOO_LARGE)
                .hasSize(7);
    }

    @Test
    void aSoundDataSetIsLeftAsItIs() {
        CocoDataset dataset = dataset();
        PictureCheck check = PictureCheck.headers(dataset);
        assertThat(check.problems()).isEmpty();
        assertThat(check.notices()).isEmpty();
        assertThat(check.summary(5)).isEmpty();
        assertThat(check.usable()).isSameAs(dataset);
    }

    @Test
    void nothingLeftIsAnError() {
        CocoDataset none = dataset().withMaxPixels(1);
        assertThatThrownBy(() -> PictureCheck.headers(none).usable())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("set.json");
    }

    @Test
    void turnedPicturesAreCountedAndFitTheShownSize() throws IOException {
        byte[] tall = PictureFiles.jpegWithExif(
                PictureWriter.jpeg(Picture.black(40, 30), 0.9f), PictureFiles.exif(6, ByteOrder.BIG_ENDIAN));
        add("turned.jpg", 30, 40, tall);
        add("other.jpg", 30, 40, tall);
        PictureCheck sound = PictureCheck.headers(dataset());
        assertThat(sound.problems()).isEmpty();
        assertThat(sound.notices())
                .singleElement()
                .asString()
                .contains("2 of 6 pictures", "rotation tag", "turned.jpg");
        assertThat(dataset().picture(images.get(4)).width()).isEqualTo(30);
        add("stored.jpg", 40, 30, tall);
        List<String> messages = List.of(
                PictureCheck.headers(dataset()).problems().get(0).message(),
                dataset().pictureProblems().get(0));
        assertThat(messages).allSatisfy(message -> assertThat(message)
                .contains("stored.jpg", "rotation tag 6", "30x40", "40x30", "image id 7", "exiftool"));
    }

    @Test
    void namesThatLeaveThePictureFolderAreNoticed() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path outer = Files.write(folder.resolve("x.png"), PictureWriter.png(Picture.black(40, 30)));
        List<ImageInfo> names = List.of(
                new ImageInfo(1, "../x.png", 40, 30),
                new ImageInfo(2, "a/../../x.png", 40, 30),
                new ImageInfo(3, outer.toAbsolutePath().toString(), 40, 30));
        Files.createDirectory(inner.resolve("a"));
        PictureCheck check =
                PictureCheck.headers(new CocoDataset("set.json", inner, names, CATEGORIES, Map.of(), List.of()));
        assertThat(check.problems()).isEmpty();
        assertThat(check.notices())
                .singleElement()
                .asString()
                .contains("3 of 3 pictures", "outside its picture folder", "first: ../x.png");
    }

    @Test
    void picturesInMemoryAreChecked() {
        List<ImageInfo> entries =
                List.of(new ImageInfo(1, "a", 4, 3), new ImageInfo(2, "b", 4, 3), new ImageInfo(3, "c", 5, 3));
        Map<Long, Picture> held = Map.of(1L, Picture.black(4, 3), 3L, Picture.black(4, 3));
        PictureCheck check = PictureCheck.headers(CocoDataset.inMemory("made", entries, CATEGORIES, List.of(), held));
        assertThat(faults(check)).isEqualTo(Map.of("b", PictureFault.MISSING, "c", PictureFault.SIZE));
    }

    private DatasetBatches batches(boolean replace) {
        return DatasetBatches.training(
                dataset(),
                TrainTransform.fixed(30, 100),
                (picture, edge, most) -> picture,
                new DatasetBatches.Settings(2, 32, 0, replace),
                1);
    }

    private static List<String> names(DatasetBatches batches) {
        return IntStream.range(0, 6)
                .mapToObj(batches::at)
                .flatMap(batch -> batch.samples().stream())
                .map(sample -> sample.info().fileName())
                .toList();
    }

    /** Damage that only decoding shows: the neighbour takes the place, every time alike, and the rest stays. */
    @Test
    void aDamagedPictureIsReplacedInTraining() throws IOException {
        List<String> sound = names(batches(true));
        byte[] spoilt = Files.readAllBytes(folder.resolve("3.png"));
        spoilt[spoilt.length / 2] ^= 1;
        Files.write(folder.resolve("3.png"), spoilt);
        List<String> replaced =
                sound.stream().map(name -> name.replace("3.png", "0.png")).toList();
        assertThat(replaced).isNotEqualTo(sound);
        assertThat(names(batches(true))).isEqualTo(replaced).isEqualTo(names(batches(true)));
        assertThatThrownBy(() -> names(batches(false)))
                .isInstanceOf(PictureException.class)
                .hasMessageContaining("3.png")
                .hasMessageContaining("--check")
                .hasMessageContaining("data.broken=skip");
        Files.delete(folder.resolve("2.png"));
        assertThatThrownBy(() -> names(batches(true)))
                .hasMessageContaining("2.png")
                .hasMessageContaining("not there");
    }

    @Test
    void trainingEndsWhereEveryPictureIsDamaged() throws IOException {
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
