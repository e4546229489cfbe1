package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.report.ReportPage;
import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** {@code retort data show}, and commands on data sets as YOLO has them and in a zip file. */
class DataShowCommandTest {
    @TempDir
    private static Path shared;

    private static Path shapes;

    @TempDir
    private Path folder;

    @BeforeAll
    static void generate() {
        shapes = shared.resolve("shapes");
        assertThat(TinyRun.retort("data", "shapes", "" + shapes, "--train", "4", "--val", "0", "--test", "1")
                        .code())
                .isZero();
    }

    private TinyRun.End show(Path out, String... more) {
        return TinyRun.retort(Stream.concat(Stream.of("data", "show", "" + shapes, "--out", "" + out), Stream.of(more))
                .toArray(String[]::new));
    }

    private Document page(String... more) throws Exception {
        Path out = folder.resolve("page.html");
        assertThat(show(out, more)).isEqualTo(new TinyRun.End(0, List.of()));
        return ReportPage.parse(Files.readString(out));
    }

    private static Set<Element> panels(Document page, String model) throws Exception {
        return Set.copyOf(ReportPage.find(page, "//div[@data-model='" + model + "']/img"));
    }

    @Test
    void everyImageIsShownBeforeAndAfter() throws Exception {
        Document page = page("--count", "6", "--set", "data.jitter=[0.5, 1]", "--set", "data.longEdge=96");
        assertThat(ReportPage.find(page, "//figure")).hasSize(6);
        // 128 pixels are enlarged eight times, 96 eleven times.
        assertThat(panels(page, "before"))
                .hasSize(6)
                .allSatisfy(image -> assertThat(ReportPage.image(image).width()).isEqualTo(1024));
        assertThat(panels(page, "after"))
                .hasSize(6)
                .allSatisfy(image -> assertThat(ReportPage.image(image).width()).isEqualTo(1056));
        assertThat(ReportPage.find(page, "//dl[@id='facts']//dd"))
                .extracting(Element::getTextContent)
                .contains("[0.5, 1.0]", "96");
    }

    @Test
    void theSeedDecides() throws Exception {
        Path out = folder.resolve("page.html");
        page("--count", "2", "--seed", "3");
        String first = Files.readString(out);
        page("--count", "2", "--set", "training.seed=3");
        assertThat(Files.readString(out)).isEqualTo(first);
        page("--count", "2", "--seed", "4");
        assertThat(Files.readString(out)).isNotEqualTo(first);
    }

    @Test
    void whatIsWrongIsTold() {
        Path out = folder.resolve("page.html");
        assertThat(show(out, "--count", "0").code()).isEqualTo(2);
        assertThat(show(out, "--count", "501").code()).isEqualTo(2);
        assertThat(show(out, "--set", "data.mosaic=2"))
                .isEqualTo(new TinyRun.End(
                        1,
                        List.of("retort: data.mosaic must be a probability from 0 to 1, not 2.0 (the setting"
                                + " data.mosaic=2)")));
        assertThat(show(folder.resolve("none/page.html")).errors().get(0)).contains("there is no folder");
        assertThat(show(out, "--split", "none").errors().get(0)).contains("No split 'none'");
        assertThat(Files.exists(out)).isFalse();
    }

    /** Writes the shapes as a YOLO data set, in a zip file. */
    private Path zipped() throws IOException {
        CocoDataset dataset = CocoDataset.open(shapes, "train");
        Path zip = folder.resolve("set.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            String names =
                    dataset.classNames().stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
            entry(out, "set/data.yaml", ("names: [" + names + "]\ntrain: images\n").getBytes());
            for (ImageInfo image : dataset.images()) {
                String name = Path.of(image.fileName()).getFileName().toString();
                StringBuilder labels = new StringBuilder();
                for (Annotation a : dataset.annotations(image.id())) {
                    labels.append(String.format(
                            Locale.ROOT,
                            "%d %.9f %.9f %.9f %.9f%n",
                            dataset.classOf(a.categoryId()),
                            (a.x() + a.w() / 2) / image.width(),
                            (a.y() + a.h() / 2) / image.height(),
                            a.w() / image.width(),
                            a.h() / image.height()));
                }
                entry(out, "set/images/" + name, Files.readAllBytes(dataset.file(image)));
                entry(
                        out,
                        "set/labels/" + name.replace(".png", ".txt"),
                        labels.toString().getBytes());
            }
        }
        return zip;
    }

    private static void entry(ZipOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        out.write(content);
        out.closeEntry();
    }

    @Test
    void aZippedYoloDataSetIsDescribedAndTrainedOn() throws IOException {
        Path zip = zipped();
        assertThat(TinyRun.retort("data", "info", "" + zip, "--check")).isEqualTo(new TinyRun.End(0, List.of()));
        TinyRun run = new TinyRun(zip, folder.resolve("run"));
        assertThat(run.train("--set", "training.iterations=1", "--set", "data.mosaic=1")
                        .code())
                .isZero();
        assertThat(Files.exists(folder.resolve("run/model.safetensors"))).isTrue();
    }
}
