package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.RecipeBatches;
import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.CocoWriter;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code retort eval} and {@code retort predict} with a model file: what they write is what the model says. */
class ModelCommandsTest {
    @TempDir
    private static Path folder;

    private static CocoDataset dataset;
    private static Path model;
    private static CocoMetrics metrics;
    private static List<Detections> found;

    @TempDir
    private Path scratch;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeModel() throws IOException {
        dataset = TinyModels.shapes(folder.resolve("shapes"));
        model = folder.resolve("model.safetensors");
        try (Backend backend = Backends.create("auto");
                Detector detector = TinyModels.save(dataset, backend, model)) {
            metrics = Evaluation.of(detector, dataset, done -> {}).metrics();
            found = dataset.images().stream()
                    .map(image -> detector.detect(RecipeBatches.single(
                                    detector.recipe(),
                                    image,
                                    dataset.image(image),
                                    detector.network().sizeDivisor()))
                            .get(0))
                    .toList();
        }
        assertThat(found).allMatch(detections -> detections.size() > 0);
    }

    @BeforeEach
    void clear() {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
    }

    private int run(Object... args) {
        clear();
        String[] words = new String[args.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = args[i].toString();
        }
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.builder().build().readTree(Files.readString(file));
    }

    @Test
    void aModelIsEvaluatedAndItsDetectionsEvaluateToTheSame() throws IOException {
        Path json = scratch.resolve("metrics.json");
        Path detections = scratch.resolve("found.json");
        assertThat(run(
                        "eval",
                        model,
                        "--data",
                        folder.resolve("shapes"),
                        "--json",
                        json,
                        "--html",
                        scratch.resolve("page.html"),
                        "--save-detections",
                        detections))
                .as(err.toString())
                .isZero();
        assertThat(scratch.resolve("page.html")).content().contains("data:image/jpeg", "split test");
        String table = out.toString();
        assertThat(table).startsWith(metrics.summary());
        double ofCircles =
                metrics.value(CocoMetric.AR100, dataset.categories().get(0).id());
        String figure = ofCircles < 0 ? "-" : String.format(Locale.ROOT, "%.3f", ofCircles);
        assertThat(table).containsPattern("(?m)^ " + dataset.classNames().get(0) + " .* " + figure + "$");
        assertThat(json(json).get("AR100").asDouble()).isEqualTo(metrics.value(CocoMetric.AR100));
        assertThat(run("eval", "--detections", detections, "--ground-truth", dataset.source()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).isEqualTo(table);
    }

    /** The ids in {@code from} become those in {@code to}, for categories and boxes alike. */
    private Path withOtherIds(long[] from, long[] to) {
        Map<Long, Long> ids = new HashMap<>();
        for (int i = 0; i < from.length; i++) {
            ids.put(from[i], to[i]);
        }
        List<Category> categories = dataset.categories().stream()
                .filter(category -> ids.containsKey(category.id()))
                .map(category -> new Category(ids.get(category.id()), category.name()))
                .toList();
        List<Annotation> boxes = dataset.images().stream()
                .flatMap(image -> dataset.annotations(image.id()).stream())
                .filter(a -> ids.containsKey(a.categoryId()))
                .map(a -> new Annotation(
                        a.id(), a.imageId(), ids.get(a.categoryId()), a.x(), a.y(), a.w(), a.h(), a.area(), a.crowd()))
                .toList();
        Path shapes = scratch.resolve("other");
        Path file = shapes.resolve("annotations").resolve("test.json");
        CocoWriter.write(file, Map.of(), dataset.images(), categories, boxes);
        try {
            Files.createSymbolicLink(
                    shapes.resolve("images"), folder.resolve("shapes").resolve("images"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return shapes;
    }

    private List<String> classLines() {
        return out.toString()
                .lines()
                .dropWhile(line -> !line.contains(" AP50"))
                .sorted()
                .toList();
    }

    @Test
    void classesInAnotherOrderGiveTheSameMetricsByName() {
        long[] ids = dataset.categories().stream().mapToLong(Category::id).toArray();
        long[] turned = ids.clone();
        for (int i = 0; i < ids.length; i++) {
            turned[i] = ids[(i + 2) % ids.length];
        }
        assertThat(run("eval", model, "--data", folder.resolve("shapes"))).isZero();
        List<String> lines = classLines();
        assertThat(lines).hasSize(ids.length + 1);
        Path other = withOtherIds(ids, turned);
        Path detections = scratch.resolve("found.json");
        assertThat(run("eval", model, "--data", other, "--save-detections", detections))
                .isZero();
        assertThat(err.toString()).contains(ids.length + " classes have other ids than in the detector");
        assertThat(classLines()).isEqualTo(lines);
        assertThat(out.toString()).startsWith(metrics.summary());
        Path truth = other.resolve("annotations").resolve("test.json");
        assertThat(run("eval", "--detections", detections, "--ground-truth", truth))
                .isZero();
        assertThat(classLines()).isEqualTo(lines);
    }

    @Test
    void aSubsetOfTheClassesIsEvaluatedAlone() {
        long[] ids =
                dataset.categories().stream().mapToLong(Category::id).skip(1).toArray();
        assertThat(run("eval", model, "--data", folder.resolve("shapes"))).isZero();
        String first = dataset.classNames().get(0);
        List<String> lines = classLines().stream()
                .filter(line -> !line.startsWith(" " + first + " "))
                .toList();
        assertThat(run("eval", model, "--data", withOtherIds(ids, ids))).isZero();
        assertThat(err.toString())
                .contains("1 classes of the detector are not among its categories")
                .contains("'" + first + "' (id 1)");
        assertThat(classLines()).isEqualTo(lines);
    }

    @Test
    void anotherSplitIsEvaluatedOnRequest() {
        assertThat(run("eval", model, "--data", folder.resolve("shapes"), "--split", "night"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("retort: No split 'night' in ");
        assertThat(run("eval", model, "--data", folder.resolve("shapes"), "--split", "val"))
                .isZero();
    }

    @Test
    void evalRefusesMixedForms() {
        for (List<String> args : List.of(
                List.of("eval"),
                List.of("eval", "m"),
                List.of("eval", "--data", "d"),
                List.of("eval", "m", "--ground-truth", "g"),
                List.of("eval", "m", "--data", "d", "--detections", "x", "--ground-truth", "g"),
                List.of("eval", "--detections", "x", "--ground-truth", "g", "--split", "test"),
                List.of("eval", "--detections", "x", "--ground-truth", "g", "--device", "auto"),
                List.of("eval", "--detections", "x", "--ground-truth", "g", "--graphs"),
                List.of("eval", "m", "n", "--data", "d"))) {
            assertThat(run(args.toArray())).as(args.toString()).isEqualTo(2);
            assertThat(err.toString()).contains("Usage: retort eval");
        }
    }

    @Test
    void graphsAreForCuda() {
        assertThat(run("eval", model, "--data", folder.resolve("shapes"), "--graphs", "--device", "simd"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--graphs is for a cuda device: add --device cuda");
    }

    @Test
    void outputsThatCannotBeWrittenAreRefusedFirst() {
        assertThat(run("eval", "no-model", "--data", "d", "--json", scratch.resolve("none/metrics.json")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("there is no folder " + scratch.resolve("none"));
        assertThat(run("eval", "no-model", "--data", "d", "--save-detections", scratch))
                .isEqualTo(1);
        assertThat(err.toString()).contains("it is a folder");
    }

    @Test
    void imagesOfAFolderAreAnnotatedAndListed() throws IOException {
        Path images = Files.createDirectory(scratch.resolve("images"));
        for (ImageInfo image : dataset.images()) {
            Files.copy(dataset.file(image), images.resolve(dataset.file(image).getFileName()));
        }
        Files.writeString(images.resolve("notes.txt"), "not an image, and not asked for");
        Path target = scratch.resolve("found");
        Path coco = scratch.resolve("coco.json");
        assertThat(run("predict", model, images, "--out", target, "--score", "0.5", "--coco", coco))
                .as(err.toString())
                .isZero();
        readBack(coco, images);
        JsonNode list = json(target.resolve("detections.json")).get("images");
        assertThat(list.size()).isEqualTo(dataset.size());
        for (int n = 0; n < list.size(); n++) {
            JsonNode entry = list.get(n);
            ImageInfo image = dataset.images().get(n);
            String name = dataset.file(image).getFileName().toString();
            assertThat(entry.get("file").asString())
                    .isEqualTo(images.resolve(name).toString());
            assertThat(entry.get("width").asInt()).isEqualTo(image.width());
            assertThat(entry.get("height").asInt()).isEqualTo(image.height());
            compare(entry.get("detections"), found.get(n));
            RgbImage original = dataset.image(image);
            int enlargement = BoxPainter.enlargement(original);
            RgbImage painted = ImageFileReader.read(target.resolve(name));
            assertThat(painted.width()).isEqualTo(original.width() * enlargement);
            assertThat(painted.rgb())
                    .isNotEqualTo(BilinearResize.resize(original, painted.width(), painted.height())
                            .rgb());
        }
    }

    /** The file has what the detector found with the score 0.5 and more, and is a data set of its own. */
    private void readBack(Path coco, Path images) throws IOException {
        CocoDataset read = CocoDataset.open(coco, images);
        assertThat(read.notices()).isEmpty();
        assertThat(read.categories()).isEqualTo(dataset.categories());
        assertThat(read.images()).extracting(ImageInfo::id).containsExactly(1L, 2L, 3L);
        assertThat(read.imageProblems()).isEmpty();
        for (int n = 0; n < read.size(); n++) {
            ImageInfo image = read.images().get(n);
            assertThat(image.fileName())
                    .isEqualTo(
                            dataset.file(dataset.images().get(n)).getFileName().toString());
            double[] scores = found.get(n).scores();
            double[] boxes = found.get(n).boxes();
            int sure = (int) Arrays.stream(scores).filter(score -> score >= 0.5).count();
            List<Annotation> annotations = read.annotations(image.id());
            assertThat(annotations).hasSize(sure);
            for (int i = 0; i < sure; i++) {
                double width = boxes[4 * i + 2] - boxes[4 * i];
                double height = boxes[4 * i + 3] - boxes[4 * i + 1];
                long category =
                        dataset.categories().get(found.get(n).classes()[i]).id();
                assertThat(annotations.get(i))
                        .isEqualTo(new Annotation(
                                annotations.get(i).id(),
                                image.id(),
                                category,
                                boxes[4 * i],
                                boxes[4 * i + 1],
                                width,
                                height,
                                width * height,
                                false));
            }
        }
        assertThat(read.annotationCount()).isPositive();
        JsonNode first = json(coco).get("annotations").get(0);
        assertThat(first.get("id").asLong()).isEqualTo(1);
        assertThat(first.get("score").asDouble()).isGreaterThanOrEqualTo(0.5);
        assertThat(first.get("segmentation").isArray()).isTrue();
        assertThat(first.get("segmentation").isEmpty()).isTrue();
        assertThat(first.get("iscrowd").asInt()).isZero();
        assertThat(out.toString()).contains(coco + " with " + read.annotationCount() + " boxes in 3 images");
    }

    private static void compare(JsonNode listed, Detections expected) {
        assertThat(listed.size()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            JsonNode one = listed.get(i);
            double[] box = expected.boxes();
            assertThat(one.get("score").asDouble()).isEqualTo(expected.scores()[i]);
            assertThat(one.get("bbox").get(0).asDouble()).isEqualTo(box[4 * i]);
            assertThat(one.get("bbox").get(3).asDouble()).isEqualTo(box[4 * i + 3] - box[4 * i + 1]);
            var category = dataset.categories().get(expected.classes()[i]);
            assertThat(one.get("category_id").asLong()).isEqualTo(category.id());
            assertThat(one.get("category").asString()).isEqualTo(category.name());
        }
    }

    @Test
    void aSingleImageIsSeenAsInAnEvaluation() throws IOException {
        try (Backend backend = Backends.create("auto");
                Detector detector = Detector.load(model, backend)) {
            long first = dataset.images().get(0).id();
            var evaluated = Evaluation.of(detector, dataset, done -> {}).detections().stream()
                    .filter(detection -> detection.imageId() == first)
                    .toList();
            assertThat(Evaluation.detections(dataset.images().get(0), found.get(0), detector.categories()))
                    .isEqualTo(evaluated);
        }
    }

    @Test
    void anUnreadableImageIsNamedAndTheOthersAreDone() throws IOException {
        Path good = scratch.resolve("good.jpg");
        ImageFileWriter.write(dataset.image(dataset.images().get(0)), good);
        Path broken = Files.writeString(scratch.resolve("broken.png"), "no image");
        Path missing = scratch.resolve("missing.png");
        Path target = scratch.resolve("found");
        assertThat(run("predict", model, broken, good, missing, "--out", target))
                .isEqualTo(1);
        assertThat(err.toString().strip().lines().toList())
                .hasSize(4)
                .satisfies(
                        lines -> assertThat(lines.get(0)).startsWith("retort: computing with "),
                        lines -> assertThat(lines.get(1)).contains("" + broken),
                        lines -> assertThat(lines.get(2)).contains("" + missing),
                        lines -> assertThat(lines.get(3)).startsWith("retort: 2 of 3 images could not be read"));
        assertThat(target.resolve("good.jpg")).isRegularFile();
        assertThat(json(target.resolve("detections.json")).get("images").size()).isEqualTo(1);
    }

    @Test
    void predictRefusesWhatWouldOverwrite() throws IOException {
        Path a = scratch.resolve("a.png");
        ImageFileWriter.write(RgbImage.black(40, 40), a);
        assertThat(run("predict", model, a, "--out", scratch)).isEqualTo(1);
        assertThat(err.toString()).contains("would be overwritten");
        assertThat(run("predict", model, a, a, "--out", scratch.resolve("found")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("would become");
        Path empty = Files.createDirectory(scratch.resolve("empty"));
        assertThat(run("predict", model, empty, "--out", scratch.resolve("found")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("No images lie in the folder " + empty);
        assertThat(run("predict", model, a, "--out", "x", "--score", "1.5")).isEqualTo(2);
        assertThat(run("predict", model, "--out", "x")).isEqualTo(2);
        assertThat(run("predict", model, a)).isEqualTo(2);
        assertThat(err.toString()).contains("give --out DIR, --coco FILE or both");
    }

    @Test
    void aCocoFileTakesNoOthersPlace() throws IOException {
        Path a = scratch.resolve("a.png");
        ImageFileWriter.write(RgbImage.black(40, 40), a);
        assertThat(run("predict", model, a, "--coco", a)).isEqualTo(1);
        assertThat(err.toString()).contains(a + " is the file of an image");
        Path target = scratch.resolve("found");
        assertThat(run("predict", model, a, "--out", target, "--coco", target.resolve("a.png")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is the file of an image");
        assertThat(run("predict", model, a, "--out", target, "--coco", target.resolve("detections.json")))
                .isEqualTo(2);
        assertThat(run("predict", model, a, "--coco", scratch.resolve("none/coco.json")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("make it first");
        Path other = Files.createDirectory(scratch.resolve("other")).resolve("a.png");
        Files.copy(a, other);
        assertThat(run("predict", model, a, other, "--coco", scratch.resolve("coco.json")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("a COCO file tells images by it");
        assertThat(scratch.resolve("coco.json")).doesNotExist();
    }

    @Test
    void aCocoFileAloneHasTheImagesThatCanBeRead() throws IOException {
        Path a = scratch.resolve("a.png");
        ImageFileWriter.write(RgbImage.black(40, 30), a);
        Path coco = scratch.resolve("coco.json");
        assertThat(run("predict", model, scratch.resolve("missing.png"), a, "--coco", coco, "--score", "1"))
                .isEqualTo(1);
        assertThat(json(coco).get("images").size()).isEqualTo(1);
        assertThat(json(coco).at("/images/0/width").asInt()).isEqualTo(40);
        assertThat(json(coco).get("annotations").isEmpty()).isTrue();
        assertThat(scratch.toFile().list()).containsExactlyInAnyOrder("a.png", "coco.json");
    }
}
