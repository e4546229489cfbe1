package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @Test
    void layoutsAreFoundOrListed() throws IOException {
        Path coco = file("annotations/instances_train2017.json");
        Path images = directory("train2017");
        assertThat(DataFolder.find(folder, "train")).isEqualTo(new DataFolder(coco, images));
        file("annotations/train.json");
        assertThatThrownBy(() -> DataFolder.find(folder, "train"))
                .hasMessageContaining("image folder is not")
                .hasMessageContaining("Put the images into " + folder.resolve("images"));
        directory("images");
        assertThat(DataFolder.find(folder, "train")).isEqualTo(DataFolder.standard(folder, "train"));
        assertThatThrownBy(() -> DataFolder.find(folder, "val"))
                .hasMessageContaining("val.json")
                .hasMessageContaining("instances_val.json")
                .hasMessageContaining("instances_val2017.json")
                .hasMessageContaining("There is: train (annotations/train.json). Name one with --split");
        assertThatThrownBy(() -> DataFolder.find(folder.resolve("x"), "val"))
                .hasMessageContaining("There is no annotation file in it");
    }

    @Test
    void cvatKeepsImagesBelowImages() throws IOException {
        Path file = file("annotations/instances_default.json");
        assertThatThrownBy(() -> DataFolder.find(folder, "default"))
                .hasMessageContaining(folder.resolve("default") + " or ")
                .hasMessageContaining(folder.resolve("images/default") + " or ");
        Path images = directory("images");
        assertThat(DataFolder.find(folder, "default")).isEqualTo(new DataFolder(file, images));
        Path own = directory("images/default");
        assertThat(DataFolder.find(folder, "default")).isEqualTo(new DataFolder(file, own));
        assertThat(DataFolder.splits(folder)).containsExactly("default");
    }

    @Test
    void roboflowKeepsAnnotationsBesideImages() throws IOException {
        Path train = file("train/_annotations.coco.json");
        Path valid = file("valid/_annotations.coco.json");
        assertThat(DataFolder.find(folder, "train")).isEqualTo(new DataFolder(train, train.getParent()));
        assertThat(DataFolder.find(folder, "valid")).isEqualTo(new DataFolder(valid, valid.getParent()));
        assertThat(DataFolder.find(folder, "val")).isEqualTo(new DataFolder(valid, valid.getParent()));
        assertThat(DataFolder.hasAnnotations(folder, "val")).isTrue();
        assertThat(DataFolder.hasAnnotations(folder, "test")).isFalse();
        assertThat(DataFolder.splits(folder)).containsExactly("train", "valid");
    }

    @Test
    void labelStudioHasOneResult() throws IOException {
        Path file = file("result.json");
        Path images = directory("images");
        assertThat(DataFolder.find(folder, "result")).isEqualTo(new DataFolder(file, images));
        assertThatThrownBy(() -> DataFolder.find(folder, "train"))
                .hasMessageContaining("There is: result (result.json). Name one with --split, or in the recipe's"
                        + " data.trainSplit");
        assertThat(DataFolder.splits(folder)).containsExactly("result");
        assertThat(Files.exists(annotations)).isFalse();
    }
}
