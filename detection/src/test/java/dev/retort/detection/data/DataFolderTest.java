package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the splits of a data set lie, as Retort, COCO, CVAT, Roboflow and Label Studio arrange them. */
class DataFolderTest {
    @TempDir
    Path folder;

    private Path annotations;

    @BeforeEach
    void name() {
        annotations = folder.resolve("annotations");
    }

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "{}");
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /** An annotation file of images of 2x1 pixels. */
    private Path coco(String name, String... images) throws IOException {
        String entries = IntStream.range(0, images.length)
                .mapToObj(i -> "{'id':" + (i + 1) + ",'file_name':'" + images[i] + "','width':2,'height':1}")
                .collect(Collectors.joining(","));
        String text = "{'images':[" + entries + "],'annotations':[],'categories':[{'id':1,'name':'a'}]}";
        return Files.writeString(file(name), text.replace('\'', '"'));
    }

    /** An image of 2x1 pixels, the first of this gray level. */
    private static byte[] image(int level) {
        return ImageFileWriter.png(new RgbImage(2, 1, new byte[] {(byte) level, 0, 0, 0, 0, 0}));
    }

    private void image(String name, int level) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, image(level));
    }

    private static List<Integer> levels(CocoDataset dataset) {
        return dataset.images().stream()
                .map(image -> dataset.image(image).value(0, 0, 0))
                .toList();
    }

    @Test
    void layoutsAreFoundOrListed() throws IOException {
        Path coco = file("annotations/instances_train2017.json");
        Path images = directory("train2017");
        assertThat(DataFolder.find(folder, "train")).isEqualTo(found(coco, images));
        assertThatThrownBy(() -> DataFolder.find(folder, "val"))
                .hasMessageContaining("val.json")
                .hasMessageContaining("instances_val.json")
                .hasMessageContaining("instances_val2017.json")
                .hasMessageContaining("data.yaml with the key val (YOLO)")
                .hasMessageContaining("There is: train (annotations/instances_train2017.json). Name one with --split");
        file("annotations/train.json");
        directory("images");
        assertThat(DataFolder.find(folder, "train"))
                .isEqualTo(found(annotations.resolve("train.json"), folder.resolve("images")));
        assertThat(DataFolder.standard(folder, "train").annotations()).isEqualTo(annotations.resolve("train.json"));
        assertThatThrownBy(() -> DataFolder.find(folder.resolve("x"), "val"))
                .hasMessageContaining("There is no annotation file in it");
    }

    private DataFolder found(Path annotations, Path... images) {
        List<Path> folders = new ArrayList<>(List.of(images));
        folders.add(folder);
        return new DataFolder(annotations, folders, List.of());
    }

    @Test
    void anImageFolderThatIsMissingIsTold() throws IOException {
        coco("annotations/instances_default.json", "1.png");
        String wanted = "image folder is not. Put the images into " + folder.resolve("default") + " or "
                + folder.resolve("images/default") + " or " + folder.resolve("images");
        assertThatThrownBy(() -> DataFolder.find(folder, "default")).hasMessageEndingWith(wanted);
        // Another folder may have them; it does not.
        image("other/2.png", 7);
        assertThatThrownBy(() -> CocoDataset.open(folder, "default")).hasMessageEndingWith(wanted);
        image("other/1.png", 8);
        assertThat(levels(CocoDataset.open(folder, "default"))).containsExactly(8);
    }

    @Test
    void cvatKeepsImagesBelowImages() throws IOException {
        Path file = file("annotations/instances_default.json");
        Path images = directory("images");
        assertThat(DataFolder.find(folder, "default")).isEqualTo(found(file, images));
        Path own = directory("images/default");
        assertThat(DataFolder.find(folder, "default")).isEqualTo(found(file, own, images));
        assertThat(DataFolder.splits(folder)).containsExactly("default");
    }

    /** COCO's trainval35k of 2014 lies in two folders; other sets name the folder, or leave it out. */
    @Test
    void imagesMayLieInSeveralFolders() throws IOException {
        image("train2014/1.png", 11);
        image("val2014/2.png", 12);
        image("val2014/night/3.png", 13);
        coco("annotations/instances_both.json", "1.png", "2.png", "val2014/2.png", "night/3.png", "3.png");
        CocoDataset both = CocoDataset.open(folder, "both");
        assertThat(levels(both)).containsExactly(11, 12, 12, 13, 13);
        assertThat(both.images()).extracting(ImageInfo::fileName).contains("1.png", "night/3.png");
        assertThat(both.notices()).singleElement().asString().contains("3.png is taken for night/3.png");
        coco("annotations/instances_train2014.json", "1.png", "val2014/2.png", "2.png");
        CocoDataset train = CocoDataset.open(folder, "train2014");
        assertThat(ImageCheck.headers(train).problems())
                .singleElement()
                .extracting(ImageCheck.Problem::message)
                .asString()
                .contains(folder.resolve("train2014/2.png") + " (image id 3", "is not there");
    }

    /** Either could be meant. */
    @Test
    void aBareNameThatTwoFoldersHaveIsNotGuessed() throws IOException {
        image("images/cam1/1.png", 1);
        image("images/cam2/1.png", 2);
        image("images/cam2/2.png", 3);
        coco("annotations/train.json", "cam1/1.png", "cam2/1.png", "1.png", "2.png");
        assertThat(ImageCheck.headers(CocoDataset.open(folder, "train")).problems())
                .extracting(problem -> problem.image().id())
                .containsExactly(3L);
    }

    @Test
    void imagesMayLieInZipFiles() throws IOException {
        Zips.write(folder.resolve("train2017.zip"), Map.of("train2017/1.png", image(1), "train2017/2.png", image(2)));
        Zips.write(folder.resolve("images.zip"), Map.of("2.png", image(9), "3.png", image(3), "cam/4.png", image(4)));
        coco(
                "annotations/instances_train2017.json",
                "1.png",
                "2.png",
                "3.png",
                "cam/4.png",
                "train2017/2.png",
                "4.png");
        CocoDataset train = CocoDataset.open(folder, "train");
        assertThat(levels(train)).containsExactly(1, 2, 3, 4, 2, 4);
        assertThat(ImageCheck.whole(train).problems()).isEmpty();
    }

    /** Who unpacked a file often keeps it, copied whole or not. */
    @Test
    void aZipFileBesideItsFolderIsNotOpened() throws IOException {
        coco("annotations/instances_train2017.json", "1.png");
        image("train2017/1.png", 6);
        file("train2017.zip");
        assertThat(levels(CocoDataset.open(folder, "train"))).containsExactly(6);
    }

    @Test
    void whereNoFolderHasTheNameOfTheSplitAllZipFilesCount() throws IOException {
        coco("annotations/instances_both.json", "1.png", "2.png", "3.png");
        Zips.write(folder.resolve("part1.zip"), Map.of("1.png", image(1)));
        Zips.write(folder.resolve("part2.zip"), Map.of("part2/2.png", image(2)));
        image("part3/3.png", 3);
        file("part3.zip");
        assertThat(levels(CocoDataset.open(folder, "both"))).containsExactly(1, 2, 3);
    }

    @Test
    void theWholeDataSetMayBeAZipFile() throws IOException {
        byte[] text = Files.readAllBytes(coco("x.json", "1.png", "2.png"));
        for (String top : List.of("", "set/")) {
            Path zip = folder.resolve("set.zip");
            Zips.write(
                    zip,
                    Map.of(
                            top + "annotations/train.json",
                            text,
                            top + "images/1.png",
                            image(5),
                            // An archive program's own.
                            "__MACOSX/._x",
                            new byte[1]));
            assertThat(DataFolder.splits(zip)).containsExactly("train");
            CocoDataset train = CocoDataset.open(zip, "train");
            assertThat(train.image(train.images().get(0)).value(0, 0, 0)).isEqualTo(5);
            assertThat(train.source()).isEqualTo(zip + "!/" + top + "annotations/train.json");
            assertThatThrownBy(() -> train.image(train.images().get(1)))
                    .hasMessageStartingWith("Image " + zip + "!/" + top + "images/2.png (image id 2")
                    .hasMessageContaining("is not there");
            assertThatThrownBy(() -> CocoDataset.open(zip, "val"))
                    .hasMessageStartingWith("No split 'val' in " + zip + "!/");
        }
    }

    @Test
    void whatIsNoZipFileIsRefused() throws IOException {
        Path other = file("set.json");
        assertThatThrownBy(() -> CocoDataset.open(other, "train"))
                .isInstanceOf(DataException.class)
                .hasMessage(other + " is a file: name a data set's folder, or a zip file of one");
        Path text = file("set.zip");
        Zips.write(text, Map.of("images/1.png", image(5), "images/2.png", image(6)));
        byte[] whole = Files.readAllBytes(text);
        Files.write(text, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> CocoDataset.open(text, "train"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(text + " is no zip file that can be read (")
                .hasMessageEndingWith("It may not have been copied whole: copy it anew, or unpack it");
    }

    @Test
    void roboflowKeepsAnnotationsBesideImages() throws IOException {
        Path train = file("train/_annotations.coco.json");
        Path valid = file("valid/_annotations.coco.json");
        assertThat(DataFolder.find(folder, "train")).isEqualTo(found(train, train.getParent()));
        assertThat(DataFolder.find(folder, "valid")).isEqualTo(found(valid, valid.getParent()));
        assertThat(DataFolder.find(folder, "val")).isEqualTo(found(valid, valid.getParent()));
        assertThat(DataFolder.hasAnnotations(folder, "val")).isTrue();
        assertThat(DataFolder.hasAnnotations(folder, "test")).isFalse();
        assertThat(DataFolder.splits(folder)).containsExactly("train", "valid");
    }

    @Test
    void labelStudioHasOneResult() throws IOException {
        Path file = file("result.json");
        Path images = directory("images");
        assertThat(DataFolder.find(folder, "result")).isEqualTo(found(file, images));
        assertThatThrownBy(() -> DataFolder.find(folder, "train"))
                .hasMessageContaining("There is: result (result.json). Name one with --split, or in the recipe's"
                        + " data.trainSplit");
        assertThat(DataFolder.splits(folder)).containsExactly("result");
        assertThat(Files.exists(annotations)).isFalse();
    }
}
