package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YOLO data sets as Ultralytics' tools and exporters lay them out. */
class YoloReaderTest {
    private static final String NAMES = "names: [cat, dog, 3]\n";

    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private void image(String name, int width, int height) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, ImageFileWriter.png(RgbImage.black(width, height)));
    }

    /** One image of 200x100 pixels with these labels, in the split train. */
    private CocoDataset.Examined labels(String text) throws IOException {
        write("data.yaml", NAMES + "train: images/train\n");
        image("images/train/a.png", 200, 100);
        write("labels/train/a.txt", text);
        return CocoDataset.examine(folder, "train");
    }

    @Test
    void boxesAreFractionsOfCenterAndSize() throws IOException {
        CocoDataset dataset = labels("0 0.5 0.25 0.25 0.5\n\n 2  0.125 0.5  0.25 1.0 \r\n1.0 0.5 0.5 1 1")
                .sound();
        assertThat(dataset.images()).containsExactly(new ImageInfo(1, "images/train/a.png", 200, 100));
        assertThat(dataset.categories())
                .containsExactly(new Category(0, "cat"), new Category(1, "dog"), new Category(2, "3"));
        assertThat(dataset.annotations(1))
                .containsExactly(
                        new Annotation(1, 1, 0, 75, 0, 50, 50, 2500, false),
                        new Annotation(2, 1, 2, 0, 0, 50, 100, 5000, false),
                        new Annotation(3, 1, 1, 0, 0, 200, 100, 20000, false));
        assertThat(dataset.notices()).isEmpty();
        assertThat(dataset.source()).isEqualTo(folder.resolve("data.yaml") + " (train)");
        assertThat(dataset.image(dataset.images().get(0)).width()).isEqualTo(200);
    }

    /** A triangle, and an oriented box of four corners. */
    @Test
    void polygonsBecomeTheirBoundingBoxes() throws IOException {
        CocoDataset dataset = labels("1 0.25 0.5 0.75 0.1 0.5 0.9\n0 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.6")
                .sound();
        assertThat(dataset.annotations(1)).extracting(Annotation::x).containsExactly(50.0, 20.0);
        assertThat(dataset.annotations(1)).extracting(Annotation::y).containsExactly(10.0, 20.0);
        assertThat(dataset.annotations(1).get(0).w()).isEqualTo(100);
        assertThat(dataset.annotations(1).get(0).h()).isEqualTo(80);
        assertThat(dataset.notices())
                .singleElement()
                .asString()
                .endsWith("2 polygon(s) are taken for their bounding boxes (first: "
                        + folder.resolve("labels/train/a.txt") + ", line 1)");
    }

    /** A pose is a box with points behind it, which are no polygon. */
    @Test
    void keypointsArePassedOver() throws IOException {
        write("data.yaml", NAMES + "train: images/train\nkpt_shape: [1, 2]\n");
        image("images/train/a.png", 200, 100);
        write("labels/train/a.txt", "0 0.5 0.25 0.25 0.5 0.9 0.9");
        assertThat(CocoDataset.open(folder, "train").annotations(1))
                .containsExactly(new Annotation(1, 1, 0, 75, 0, 50, 50, 2500, false));
    }

    @Test
    void anImageWithoutLabelsHasNoObjects() throws IOException {
        image("images/train/b.png", 20, 10);
        image("images/train/c.png", 20, 10);
        write("labels/train/c.txt", "\ufeff");
        CocoDataset dataset = labels("0 0.5 0.5 0.5 0.5").sound();
        assertThat(dataset.size()).isEqualTo(3);
        assertThat(dataset.annotationCount()).isEqualTo(1);
        assertThat(dataset.notices())
                .singleElement()
                .asString()
                .endsWith("1 image(s) have no label file and count as images without objects"
                        + " (first: images/train/b.png)");
    }

    @Test
    void linesThatRepeatAndBoxesThatLeaveAreNoted() throws IOException {
        CocoDataset dataset = labels("0 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.5 0.5\n1 0.9 0.5 0.5 0.5\n1 0.5 0.5 0 0.5")
                .sound();
        assertThat(dataset.annotationCount()).isEqualTo(3);
        assertThat(dataset.notices()).hasSize(3);
        assertThat(String.join("\n", dataset.notices()))
                .contains("1 line(s) repeat", "1 box(es) leave their image", "line 3", "no width or height", "line 4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 0.5 0.5 0.5|has 4 numbers: five are a class and a box",
                "0|has 1 number: five",
                "0 0.5 0.5 0.5 0.5 0.9|has 6 numbers: five are a class and a box (center x, center y, width, height), seven,"
                        + " nine and so on a class and a polygon. Take the confidence away, if the sixth is one",
                "0 0.5 0.5 0.5 0.5 0.9 0.1 0.2|has 8 numbers",
                "cat 0.5 0.5 0.5 0.5|has 'cat', which is no finite number",
                "0 0.5 nan 0.5 0.5|has 'nan'",
                "0 0.5 1e999 0.5 0.5|has '1e999'",
                "3 0.5 0.5 0.5 0.5|has the class 3: the 3 names of the data set have the numbers 0 to 2",
                "-1 0.5 0.5 0.5 0.5|has the class -1",
                "0.5 0.5 0.5 0.5 0.5|has the class 0.5",
                "0 100 0.5 0.5 0.5|has 100, which is no fraction of the image from 0 to 1: divide pixels by its width",
                "0 0.5 0.5 -0.5 0.5|has -0.5, which is no fraction",
                "0 0.5 0.5 0.5 0.5 7 0.5|has 7, which is no fraction"
            })
    void aLineThatMakesNoSenseIsToldWithItsPlace(String line, String words) throws IOException {
        CocoDataset.Examined examined = labels("0 0.5 0.5 0.5 0.5\n" + line);
        assertThat(examined.problems())
                .singleElement()
                .asString()
                .startsWith(folder.resolve("labels/train/a.txt") + ", line 2 " + words);
        assertThat(examined.dataset().annotationCount()).isEqualTo(1);
        assertThatThrownBy(() -> CocoDataset.open(folder, "train"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("line 2");
    }

    @Test
    void everythingIsToldAtOnce() throws IOException {
        assertThat(labels("9 0.5 0.5 0.5 0.5\n8 0.5 0.5 0.5 0.5\n0 5 5 5 5\n0 1")
                        .problems())
                .hasSize(3)
                .first()
                .asString()
                .contains("a.txt, line 1 has the class 9", "(2 such: ", "a.txt, line 2");
    }

    @Test
    void labelsThatAreNowhereAreRefused() throws IOException {
        write("data.yaml", NAMES + "train: images/train\n");
        image("images/train/a.png", 20, 10);
        assertThatThrownBy(() -> CocoDataset.open(folder, "train"))
                .hasMessage(
                        folder.resolve("data.yaml") + ": none of the 1 images of train has a label file; looked for "
                                + folder.resolve("labels/train/a.txt") + " and so on");
    }

    /** Roboflow names ../train/images of a file that lies above; Ultralytics lists images, or has folders without keys. */
    @Test
    void splitsLieWhereTheFileSays() throws IOException {
        image("train/images/deep/a.png", 10, 10);
        write("train/labels/deep/a.txt", "0 0.5 0.5 0.5 0.5");
        image("images/test/t.png", 10, 10);
        write("labels/test/t.txt", "0 0.5 0.5 0.5 0.5");
        image("beside/x.png", 10, 10);
        write("beside/x.txt", "1 0.5 0.5 0.5 0.5");
        write("lists/val.txt", "./../beside/x.png\nimages/test/t.png\n\n");
        write("data.yaml", NAMES + "nc: 3\npath: ../nowhere\ntrain: ../train/images\nvalid: [lists/val.txt]\n");
        assertThat(DataFolder.splits(folder)).containsExactly("train", "valid", "test");
        assertThat(DataFolder.hasAnnotations(folder, "val")).isTrue();
        assertThat(DataFolder.hasAnnotations(folder, "other")).isFalse();
        assertThat(CocoDataset.open(folder, "train").images())
                .extracting(ImageInfo::fileName)
                .containsExactly("train/images/deep/a.png");
        assertThat(CocoDataset.open(folder, "train").annotationCount()).isEqualTo(1);
        CocoDataset val = CocoDataset.open(folder, "val");
        assertThat(val.images()).extracting(ImageInfo::fileName).containsExactly("beside/x.png", "images/test/t.png");
        assertThat(val.annotationCount()).isEqualTo(2);
        assertThat(CocoDataset.open(folder, "test").annotationCount()).isEqualTo(1);
        assertThatThrownBy(() -> CocoDataset.open(folder, "trian"))
                .hasMessageContaining("There is: train (data.yaml), valid (data.yaml), test (data.yaml). Name one");
    }

    @Test
    void theFileMayHaveAnotherNameAndItsPathMayBeTheRoot() throws IOException {
        write("recipe.yaml", "training: {epochs: 1}\n");
        write("broken.yml", "names: [");
        write("set.yaml", "path: inner\nnames: {1: dog, 0: cat}\ntrain: images\n");
        image("inner/images/a.png", 10, 10);
        write("inner/labels/a.txt", "1 0.5 0.5 0.5 0.5");
        CocoDataset dataset = CocoDataset.open(folder, "train");
        assertThat(dataset.classNames()).containsExactly("cat", "dog");
        assertThat(dataset.annotations(1).get(0).categoryId()).isEqualTo(1);
        assertThat(dataset.images().get(0).fileName()).isEqualTo("images/a.png");
    }

    /** COCO's annotations are the richer ones. */
    @Test
    void annotationsInCocosFormatComeFirst() throws IOException {
        labels("0 0.5 0.5 0.5 0.5");
        write(
                "annotations/instances_train.json",
                "{\"images\":[{\"id\":7,\"file_name\":\"a.png\",\"width\":200,\"height\":100}],\"annotations\":[],"
                        + "\"categories\":[{\"id\":1,\"name\":\"a\"}]}");
        assertThat(CocoDataset.open(folder, "train").images().get(0).id()).isEqualTo(7);
    }

    /** An image that is stored as 200x100 and shown as 100x200 has boxes in the shown one. */
    @Test
    void fractionsAreOfTheImageAsItIsShown() throws IOException {
        write("data.yaml", NAMES + "train: images\n");
        Files.createDirectories(folder.resolve("images"));
        byte[] jpeg = ImageFileWriter.jpeg(RgbImage.black(200, 100), 0.9f);
        Files.write(
                folder.resolve("images/a.jpg"),
                ImageFiles.jpegWithExif(jpeg, ImageFiles.exif(6, ByteOrder.BIG_ENDIAN)));
        write("labels/a.txt", "0 0.5 0.25 0.5 0.5");
        CocoDataset dataset = CocoDataset.open(folder, "train");
        assertThat(dataset.images()).containsExactly(new ImageInfo(1, "images/a.jpg", 100, 200));
        assertThat(dataset.annotations(1)).containsExactly(new Annotation(1, 1, 0, 25, 0, 50, 100, 5000, false));
        assertThat(ImageCheck.whole(dataset).problems()).isEmpty();
    }

    @Test
    void anImageThatCannotBeReadIsFoundWhenImagesAreLookedThrough() throws IOException {
        write("images/train/b.jpg", "no image");
        write("images/train/notes.md", "no image either");
        write("images/train/c.webp", "RIFFxxxxWEBP");
        CocoDataset dataset = labels("0 0.5 0.5 0.5 0.5").sound();
        ImageCheck check = ImageCheck.headers(dataset);
        assertThat(check.problems())
                .extracting(ImageCheck.Problem::fault)
                .containsExactly(ImageFault.FORMAT, ImageFault.FORMAT);
        assertThat(check.usable().size()).isEqualTo(1);
    }

    @Test
    void theWholeDataSetMayBeAZipFile() throws IOException {
        labels("0 0.5 0.5 0.5 0.5\n2 0.25 0.25 0.5 0.5");
        Map<String, byte[]> entries = new HashMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                entries.put("set/" + folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        Path zip = folder.resolve("set.zip");
        Zips.write(zip, entries);
        CocoDataset zipped = CocoDataset.open(zip, "train");
        CocoDataset unpacked = CocoDataset.open(folder, "train");
        assertThat(zipped.images()).isEqualTo(unpacked.images());
        assertThat(zipped.annotations(1)).isEqualTo(unpacked.annotations(1));
        assertThat(ImageCheck.whole(zipped).problems()).isEmpty();
        assertThat(DataFolder.splits(zip)).containsExactly("train");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "train: images|has no 'names': list the names of the classes",
                "names: {0: a, 2: b}|has no name of class 1, but 2 names: the keys of 'names' count from 0",
                "names: [[a]]|has the class name [\"a\"]: it must be a text",
                "names: [a, ' ']|has the class name \" \": it must be a text",
                "names: [a, b]/nc: 3|says nc: 3, but has 2 names: correct one",
                "names: [a]/train: {x: 1}|has {\"x\":1} for 'train': it must be a folder of images",
                "names: [a]/train: 5|has 5 for 'train'",
                "names: [a]/train: images/none|names images/none for 'train', and there is no",
                "names: [a]/train: empty|names empty for 'train', and no image is there",
                "names: [a|is",
                "- a|holds [\"a\"]: its keys are names, train, val, test"
            })
    void aFileThatMakesNoSenseIsRefused(String yaml, String words) throws IOException {
        Files.createDirectories(folder.resolve("empty"));
        Path file = write("data.yaml", yaml.replace("]/", "]\n"));
        assertThatThrownBy(() -> CocoDataset.open(folder, "train"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(file + " " + words);
    }

    @Test
    void aFolderOfLabelsWithoutTheFileIsTold() throws IOException {
        write("labels/a.txt", "");
        assertThatThrownBy(() -> CocoDataset.open(folder, "train"))
                .hasMessageEndingWith(
                        "There is a folder labels, as YOLO has it: write a data.yaml beside it, with names"
                                + " and train, val or test.");
    }

    @Test
    void imagesInPathsThatHaveImagesTwiceUseTheNearest() throws IOException {
        write("data.yaml", NAMES + "train: images/set/images\n");
        image("images/set/images/a.png", 10, 10);
        write("images/set/labels/a.txt", "0 0.5 0.5 0.5 0.5");
        assertThat(CocoDataset.open(folder, "train").annotationCount()).isEqualTo(1);
    }
}
