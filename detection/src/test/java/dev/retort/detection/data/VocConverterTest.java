package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pascal VOC to COCO: numbers, ids, dropped objects, hostile and broken input. */
class VocConverterTest {
    @TempDir
    Path folder;

    private Path voc;
    private Path target;

    private void picture(String name, String objects) throws IOException {
        Files.writeString(
                voc.resolve("Annotations").resolve(name + ".xml"),
                "<annotation><filename>wrong.jpg</filename><size><width>40</width><height>30</height><depth>3</depth>"
                        + "</size>" + objects + "</annotation>");
        PictureWriter.write(Picture.black(40, 30), voc.resolve("JPEGImages").resolve(name + ".jpg"));
    }

    private static String object(String name, String xmin, String ymin, String xmax, String ymax) {
        return "<object><part><name>inner</name><bndbox><xmin>0</xmin></bndbox></part><name>" + name
                + "</name><difficult>1</difficult><bndbox><xmin>" + xmin + "</xmin><ymin>" + ymin + "</ymin><xmax>"
                + xmax + "</xmax><ymax>" + ymax + "</ymax></bndbox></object>";
    }

    private void split(String name, String... pictures) throws IOException {
        Files.write(voc.resolve("ImageSets").resolve("Main").resolve(name + ".txt"), List.of(pictures));
    }

    @BeforeEach
    void writeVoc() throws IOException {
        voc = folder.resolve("voc");
        target = folder.resolve("coco");
        Files.createDirectories(voc.resolve("Annotations"));
        Files.createDirectories(voc.resolve("JPEGImages"));
        Files.createDirectories(voc.resolve("ImageSets").resolve("Main"));
        picture("b", object("cell", "1", "1", "40", "30") + object("disc", "5.5", "6", "9", "12"));
        picture("a", object("cell", "10", "10", "10", "20") + object("cell", "3", "4", "6", "9"));
        picture("c", "");
        split("train", "b", "c  1");
        split("val", "a");
    }

    @Test
    void boxesIdsAndSplits() {
        VocConverter.Report report = VocConverter.convert(voc, List.of("disc", "cell"), target);
        assertThat(report.images())
                .containsEntry("train", 2)
                .containsEntry("val", 1)
                .hasSize(2);
        assertThat(report.annotations()).containsEntry("train", 2).containsEntry("val", 1);
        assertThat(report.dropped()).singleElement().asString().contains("a: cell", "10.0");

        CocoDataset train = CocoDataset.open(target, "train");
        assertThat(train.classNames()).containsExactly("disc", "cell");
        assertThat(train.images())
                .containsExactly(new ImageInfo(2, "b.jpg", 40, 30), new ImageInfo(3, "c.jpg", 40, 30));
        assertThat(train.annotations(2))
                .containsExactly(
                        new Annotation(2, 2, 2, 0, 0, 40, 30, 1200, false),
                        new Annotation(3, 2, 1, 4.5, 5, 4.5, 7, 31.5, false));
        CocoDataset val = CocoDataset.open(target, "val");
        assertThat(val.annotations(1)).containsExactly(new Annotation(1, 1, 2, 2, 3, 4, 6, 24, false));
        assertThat(train.pictureProblems()).isEmpty();
        assertThat(val.pictureProblems()).isEmpty();
    }

    @Test
    void categoriesDefaultToTheNamesFound() {
        VocConverter.convert(voc, List.of(), target);
        assertThat(CocoDataset.open(target, "val").classNames()).containsExactly("cell", "disc");
    }

    @Test
    void brokenInputIsNamed() throws IOException {
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of("cell"), target))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("b.xml")
                .hasMessageContaining("'disc'");
        split("test", "missing");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("'missing'");
        picture("a", object("cell", "NaN", "1", "2", "2"));
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("'NaN' for <xmin>");
        picture("a", "<object><name>cell</name></object>");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("no <bndbox>");
        picture("a", "<object>");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("line 1");
        assertThatThrownBy(() -> VocConverter.convert(folder, List.of(), target))
                .hasMessageContaining("train.txt");
    }

    @Test
    void externalEntitiesAreRefused() throws IOException {
        Path secret = folder.resolve("secret.txt");
        Files.writeString(secret, "cell");
        Files.writeString(
                voc.resolve("Annotations").resolve("a.xml"),
                "<!DOCTYPE annotation [<!ENTITY e SYSTEM '" + secret.toUri() + "'>]><annotation><size><width>40</width>"
                        + "<height>30</height></size>" + object("&e;", "3", "4", "6", "9") + "</annotation>");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.xml")
                .hasMessageContaining("DOCTYPE");
    }

    @Test
    void nothingIsOverwritten() {
        VocConverter.convert(voc, List.of(), target);
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("already");
    }
}
