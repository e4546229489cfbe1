package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
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

    private void image(String name, String objects) throws IOException {
        Files.writeString(
                voc.resolve("Annotations").resolve(name + ".xml"),
                "<annotation><filename>wrong.jpg</filename><size><width>40</width><height>30</height><depth>3</depth>"
                        + "</size>" + objects + "</annotation>");
        ImageFileWriter.write(RgbImage.black(40, 30), voc.resolve("JPEGImages").resolve(name + ".jpg"));
    }

    private static String object(String name, String xmin, String ymin, String xmax, String ymax) {
        return "<object><part><name>inner</name><bndbox><xmin>0</xmin></bndbox></part><name>" + name
                + "</name><difficult>1</difficult><bndbox><xmin>" + xmin + "</xmin><ymin>" + ymin + "</ymin><xmax>"
                + xmax + "</xmax><ymax>" + ymax + "</ymax></bndbox></object>";
    }

    private void split(String name, String... images) throws IOException {
        Files.write(voc.resolve("ImageSets").resolve("Main").resolve(name + ".txt"), List.of(images));
    }

    @BeforeEach
    void writeVoc() throws IOException {
        voc = folder.resolve("voc");
        target = folder.resolve("coco");
        Files.createDirectories(voc.resolve("Annotations"));
        Files.createDirectories(voc.resolve("JPEGImages"));
        Files.createDirectories(voc.resolve("ImageSets").resolve("Main"));
        image("b", object("cell", "1", "1", "40", "30") + object("disc", "5.5", "6", "9", "12"));
        image("a", object("cell", "10", "10", "10", "20") + object("cell", "3", "4", "6", "9"));
        image("c", "");
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
        assertThat(train.imageProblems()).isEmpty();
        assertThat(val.imageProblems()).isEmpty();
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
        image("a", object("cell", "NaN", "1", "2", "2"));
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("'NaN' for <xmin>");
        image("a", "<object><name>cell</name></object>");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("no <bndbox>");
        image("a", "<object>");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("line 1");
        assertThatThrownBy(() -> VocConverter.convert(folder, List.of(), target))
                .hasMessageContaining("No folder " + folder.resolve("Annotations"));
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

    /** What is written must be readable: every split of the target opens, and every image decodes. */
    private VocConverter.Report converted(String... splits) {
        VocConverter.Report report = VocConverter.convert(voc, List.of(), target);
        assertThat(report.images()).containsOnlyKeys(splits);
        for (String split : splits) {
            CocoDataset dataset = CocoDataset.open(target, split);
            assertThat(dataset.imageProblems()).isEmpty();
            assertThat(dataset.size()).isEqualTo(report.images().get(split));
            assertThat(dataset.annotationCount()).isEqualTo(report.annotations().get(split));
        }
        return report;
    }

    private void rename(String from, String to) throws IOException {
        Files.move(
                voc.resolve("JPEGImages").resolve(from),
                voc.resolve("JPEGImages").resolve(to));
    }

    @Test
    void imagesMayHaveAnyKnownEnding() throws IOException {
        rename("a.jpg", "a.JPG");
        rename("b.jpg", "b.jpeg");
        ImageFileWriter.write(RgbImage.black(40, 30), voc.resolve("JPEGImages").resolve("c.png"));
        // The file name in the XML decides between c.jpg and c.png; it is wrong.jpg.
        assertThat(converted("train", "val").notes()).isEmpty();
        assertThat(CocoDataset.open(target, "train").images())
                .extracting(ImageInfo::fileName)
                .containsExactly("b.jpeg", "c.jpg");
        assertThat(CocoDataset.open(target, "val").images())
                .extracting(ImageInfo::fileName)
                .containsExactly("a.JPG");
    }

    @Test
    void theFileNameInTheXmlDecidesBetweenTwoImages() throws IOException {
        ImageFileWriter.write(RgbImage.black(40, 30), voc.resolve("JPEGImages").resolve("a.png"));
        Path xml = voc.resolve("Annotations").resolve("a.xml");
        Files.writeString(xml, Files.readString(xml).replace("wrong.jpg", "a.png"));
        converted("train", "val");
        assertThat(CocoDataset.open(target, "val").images())
                .extracting(ImageInfo::fileName)
                .containsExactly("a.png");
    }

    @Test
    void listsMayHaveBlanksMarksFlagsAndRepetitions() throws IOException {
        image("my photo 1", object("cell", "3", "4", "6", "9"));
        image("my photo", object("cell", "3", "4", "6", "9"));
        Files.writeString(
                voc.resolve("ImageSets").resolve("Main").resolve("train.txt"),
                "\ufeffb -1\r\n\r\nmy photo 1\r\nmy photo -1\r\n  c  1 \r\nb  1\r\nb\r\n");
        split("val");
        VocConverter.Report report = converted("train");
        assertThat(CocoDataset.open(target, "train").images())
                .extracting(ImageInfo::fileName)
                .containsExactly("b.jpg", "c.jpg", "my photo.jpg", "my photo 1.jpg");
        assertThat(report.notes())
                .satisfiesExactly(
                        note -> assertThat(note).contains("train.txt names 2 image(s) more than once", "first: b"),
                        note -> assertThat(note).contains("val.txt names no image; there is no split val"));
    }

    @Test
    void listsWithoutAnyImageAreRefused() throws IOException {
        split("train");
        split("val", "", "  ");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("name no image");
    }

    @Test
    void aListInAnotherEncodingIsNamed() throws IOException {
        Path list = voc.resolve("ImageSets").resolve("Main").resolve("train.txt");
        for (Charset charset : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16)) {
            Files.write(list, "caf\u00e9\n".getBytes(charset));
            assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining(list + " is not in UTF-8")
                    .hasMessageContaining("Latin-1");
        }
        assertThat(target).doesNotExist();
    }

    @Test
    void anAnnotationFileInAnotherEncodingIsNamed() throws IOException {
        Path xml = voc.resolve("Annotations").resolve("a.xml");
        Files.write(xml, Files.readString(xml).replace("cell", "caf\u00e9").getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(xml + " is not in the encoding");
    }

    @Test
    void boxesOutsideAreLeftOutAndListed() throws IOException {
        image(
                "c",
                object("cell", "41", "4", "60", "9")
                        + object("cell", "-30", "4", "-5", "9")
                        + object("cell", "35", "4", "60", "9"));
        VocConverter.Report report = converted("train", "val");
        assertThat(report.dropped())
                .filteredOn(line -> line.startsWith("c: "))
                .satisfiesExactly(
                        line -> assertThat(line).contains("[41.0, 4.0", "wholly outside the image"),
                        line -> assertThat(line).contains("[-30.0, 4.0", "wholly outside the image"));
        assertThat(report.annotations()).containsEntry("train", 3);
    }

    @Test
    void namesOfClassesAreStrippedAndMustDiffer() {
        VocConverter.convert(voc, List.of("disc", " cell"), target);
        assertThat(CocoDataset.open(target, "val").classNames()).containsExactly("disc", "cell");
        for (List<String> names : List.of(List.of("cell", "disc", "cell"), List.of("cell", "", "disc"))) {
            assertThatThrownBy(() -> VocConverter.convert(voc, names, folder.resolve("other")))
                    .hasMessageContaining("must differ and not be empty");
        }
    }

    @Test
    void everythingThatIsMissingIsToldAtOnce() throws IOException {
        split("train", "b", "none1\u0000", "none2", "a", "c");
        Files.delete(voc.resolve("JPEGImages").resolve("a.jpg"));
        Files.delete(voc.resolve("JPEGImages").resolve("c.jpg"));
        image("d", "<object><name>cell</name></object>");
        image("e", "<object><name>cell</name></object>");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of("cell"), target))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        "names 'none1\u0000'",
                        "(2 such: none1\u0000, none2)",
                        "(3 such: a, c, a)",
                        "no <bndbox>",
                        "(2 such: d, e)",
                        "'disc'");
        assertThat(target).doesNotExist();
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        Path xml = voc.resolve("Annotations").resolve("a.xml");
        Files.writeString(
                xml,
                "<annotation><object>" + "<name>".repeat(20000) + "x" + "</name>".repeat(20000)
                        + "</object></annotation>");
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(xml + " nests its elements more than 64 deep");
    }

    /** A harmless one, one that grows a thousandfold a level, and one that calls on another file. */
    @Test
    void doctypesAreRefusedInWords() throws IOException {
        Path xml = voc.resolve("Annotations").resolve("a.xml");
        String body = Files.readString(xml);
        String bomb = "<!ENTITY a '" + "x".repeat(1000) + "'><!ENTITY b '" + "&a;".repeat(1000) + "'><!ENTITY c '"
                + "&b;".repeat(1000) + "'>";
        for (String doctype : List.of(
                "<!DOCTYPE annotation>",
                "<!DOCTYPE annotation [" + bomb + "]>",
                "<!DOCTYPE annotation SYSTEM '" + folder.resolve("x.dtd").toUri() + "'>")) {
            Files.writeString(xml, doctype + "\n" + body.replace("cell", "&c;"));
            Throwable error = catchThrowable(() -> VocConverter.convert(voc, List.of(), target));
            assertThat(error)
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining(xml + " has a DOCTYPE at line 1")
                    .hasMessageContaining("remove that line");
            assertThat(error.getMessage()).doesNotContain("apache", "http", "feature");
        }
    }

    @Test
    void nothingIsOverwritten() {
        VocConverter.convert(voc, List.of(), target);
        assertThatThrownBy(() -> VocConverter.convert(voc, List.of(), target)).hasMessageContaining("already");
    }
}
