package dev.retort.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.io.SafeTensors;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Model files whose header says what is not so: refused at once in one line that names file and field, nothing left behind. */
class ModelHeaderTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** Far above the file's 250 KB, far below what a header's width of 1024 would need. */
    private static final long LITTLE = 64_000_000;

    private static final double AT_ONCE = 1;

    @TempDir
    private static Path folder;

    private static CocoDataset dataset;
    private static Path sound;

    private final Backend backend = Backends.create("auto");
    private final Path crafted = folder.resolve("crafted.safetensors");

    @BeforeAll
    static void train() throws IOException {
        dataset = TinyDetectors.shapes(folder.resolve("shapes"));
        sound = folder.resolve("sound.safetensors");
        try (Backend backend = Backends.create("auto")) {
            TinyDetectors.save(dataset, backend, sound).close();
        }
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    private static Map<String, String> metadata() throws IOException {
        try (SafeTensors source = SafeTensors.open(sound)) {
            Map<String, String> metadata = new LinkedHashMap<>(source.metadata());
            // Who writes a header by hand leaves the seal out.
            metadata.remove(SafeTensors.SEAL);
            return metadata;
        }
    }

    /** The sound model's tensors under another header; one value of one tensor may be another, too. */
    private void craft(Map<String, String> metadata, String tensor, float value) throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        metadata.forEach(writer::metadata);
        try (SafeTensors source = SafeTensors.open(sound)) {
            for (SafeTensors.Entry entry : source.entries().values()) {
                float[] values = entry.toFloats();
                if (entry.name().equals(tensor)) {
                    values[values.length / 2] = value;
                }
                writer.add(entry.name(), entry.shape(), values);
            }
        }
        writer.write(crafted);
    }

    /** The sound header with a text of its metadata replaced. */
    private void craft(String key, String from, String to) throws IOException {
        Map<String, String> metadata = metadata();
        metadata.compute(key, (unused, text) -> {
            String changed = text.replaceFirst(from, to);
            assertThat(changed).isNotEqualTo(text);
            return changed;
        });
        craft(metadata, null, 0);
    }

    private void refused(String... words) {
        long cpu = THREADS.getCurrentThreadCpuTime();
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        IOException e = catchThrowableOfType(IOException.class, () -> Detector.load(crafted, backend));
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - allocated).isLessThan(LITTLE);
        assertThat((THREADS.getCurrentThreadCpuTime() - cpu) / 1e9).isLessThan(AT_ONCE);
        assertThat(e).hasMessageContaining(crafted.toString()).hasMessageContainingAll(words);
        assertThat(e.getMessage())
                .doesNotContain("Exception", "java.", "dev.retort", "\n")
                .hasSizeLessThan(500);
    }

    @Test
    void theSameHeaderIsRead() throws IOException {
        craft(metadata(), null, 0);
        try (Detector detector = Detector.load(crafted, backend)) {
            assertThat(detector.categories()).isEqualTo(dataset.categories());
            assertThat(detector.recipe()).isEqualTo(TinyDetectors.recipe());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "headConvolutions, 2147483647, 'model.headConvolutions must be from 0 to 100, not 2147483647'",
        "headConvolutions, 90, 'model.headConvolutions 90, but ''head.cls_subnet.2.weight''; is missing'",
        "headConvolutions, 0, 'model.headConvolutions 0, but ''head.; is surplus'",
        "width, 4000, 'model.width must be from 1 to 1024, not 4000'",
        "width, 1024, 'model.width 1024, but ''backbone.bottom_up.stem.conv1.weight'' has shape [4, 7, 7, 3]'",
        "width, 2147483647, 'model.width must be'",
        "pyramidChannels, 20000, 'model.pyramidChannels must be from 1 to 16384, not 20000'",
        "pyramidChannels, 16384, 'model.pyramidChannels 16384, but ''backbone.fpn_lateral3.weight'' has shape'",
        "depth, 152, 'model.depth 152 and model.width 4, but ''backbone.bottom_up.res2.0.'",
        "depth, 34, 'model.depth 34 and model.width 4, but ''backbone.bottom_up.res2.2.'",
        "depth, 7, 'model.depth must be one of'",
        "longEdge, 1000000000, 'data.longEdge must be from 1 to 16384'",
        "width, 4.5, 'model.width must be a whole number'",
        "width, null, 'model.width has no value'",
        "width, '\"x\"', 'model.width must be'",
        "width, '[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]', 'nesting depth'"
    })
    void aRecipeThatIsNotTheFiles(String field, String value, String words) throws IOException {
        craft("recipe", "\"" + field + "\":\\d+", "\"" + field + "\":" + value);
        refused(words.split("; ?"));
    }

    @Test
    void edgesThatNoNetworkHas() throws IOException {
        craft("recipe", "\"shortEdges\":\\[64\\]", "\"shortEdges\":[1000000000]");
        refused("data.shortEdges must be lengths from 1 to 16384, not [1000000000]", "the recipe in its header");
    }

    @ParameterizedTest
    @CsvSource({"model", "data", "optimizer", "training"})
    void aRecipeWithoutASection(String section) throws IOException {
        craft("recipe", "\"" + section + "\":\\{[^{}]*\\},?", "");
        refused("the recipe in its header");
    }

    @Test
    void aFieldOfALaterVersionIsLeftToItsDefault() throws IOException {
        craft("recipe", ",\"cacheMegabytes\":\\d+", "");
        Detector.load(crafted, backend).close();
    }

    @Test
    void aSectionOfAModuleThatIsNotThereIsPassedOver() throws IOException {
        craft("recipe", "\\{\"model\"", "{\"distillation\":{\"methods\":[\"icd\"],\"icd\":{\"hidden\":8}},\"model\"");
        try (Detector detector = Detector.load(crafted, backend)) {
            assertThat(detector.recipe()).isEqualTo(TinyDetectors.recipe());
        }
    }

    /** As the first versions wrote it: no format, no kind of detector, constants in capitals. */
    @Test
    void aHeaderOfTheFirstFormatIsRead() throws IOException {
        Map<String, String> metadata = metadata();
        assertThat(metadata.remove("format")).isEqualTo("3");
        assertThat(metadata.remove("retort")).isNotNull();
        metadata.computeIfPresent("recipe", (key, recipe) -> recipe.replace("\"kind\":\"retinanet\",", "")
                .replace("\"batch\"", "\"BATCH\"")
                .replace("\"sgd\"", "\"SGD\"")
                .replace("\"BATCH\":", "\"batch\":"));
        craft(metadata, null, 0);
        try (Detector detector = Detector.load(crafted, backend)) {
            assertThat(detector.recipe()).isEqualTo(TinyDetectors.recipe());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4, 0.9.1, 'has format 4, and this version of Retort reads formats up to 3: take Retort 0.9.1, which wrote it'",
        "4, unknown, 'reads formats up to 3: take a later version'",
        "4, , 'reads formats up to 3: take a later version'",
        "two, 0.9.1, 'its entry ''format'' is ''two'', not a number: the file is damaged'"
    })
    void aFormatThatIsNotRead(String format, String version, String words) throws IOException {
        Map<String, String> metadata = metadata();
        metadata.put("format", format);
        if (version == null) {
            metadata.remove("retort");
        } else {
            metadata.put("retort", version);
        }
        // What a later version writes may be anything else.
        metadata.put("recipe", "{}");
        craft(metadata, null, 0);
        refused(words);
    }

    @ParameterizedTest
    @CsvSource({
        "null, 'is null, not a list of one class or more'",
        "'[]', 'not a list of one class or more'",
        "'[', 'is cut off'",
        "'{\"id\": 1}', 'not a list'",
        "'[{\"id\": 1, \"name\": null}]', 'class number 0 in its header'",
        "'[{\"id\": 1.5, \"name\": \"a\"}]', 'class number 0 in its header'",
        "'[{\"id\": 1, \"name\": \"a\"}, {\"id\": 1, \"name\": \"b\"}]', 'two classes in its header have the id 1'",
        "'[{\"id\": 1, \"name\": \"a\"}]', 'it says 1 classes, but ''head.cls_score.weight'' has shape'"
    })
    void classesThatAreNone(String classes, String words) throws IOException {
        Map<String, String> metadata = metadata();
        metadata.put("classes", classes);
        craft(metadata, null, 0);
        refused(words);
    }

    @Test
    void twoHundredThousandClasses() throws IOException {
        Map<String, String> metadata = metadata();
        metadata.put(
                "classes",
                IntStream.range(0, 200_000)
                        .mapToObj(id -> "{\"id\":" + id + ",\"name\":\"c\"}")
                        .collect(Collectors.joining(",", "[", "]")));
        craft(metadata, null, 0);
        // As long as the list is, so is what reading it takes.
        IOException e = catchThrowableOfType(IOException.class, () -> Detector.load(crafted, backend));
        assertThat(e)
                .hasMessageContainingAll(crafted.toString(), "it says 200000 classes, but 'head.cls_score.weight'");
    }

    @Test
    void metadataThatAreMissing() throws IOException {
        Map<String, String> metadata = metadata();
        metadata.remove("classes");
        craft(metadata, null, 0);
        refused("holds no detector");
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void aWeightThatIsNoNumber(float value) throws IOException {
        craft(metadata(), "model.head.cls_score.weight", value);
        refused("tensor 'model.head.cls_score.weight' has a value that is NaN or infinite", "training had diverged");
    }

    @Test
    void weightsThatAreNumbersButGiveNone() throws IOException {
        craft(metadata(), "model.backbone.bottom_up.stem.conv1.norm.running_var", -1);
        try (Detector detector = Detector.load(crafted, backend)) {
            ImageInfo info = new ImageInfo(1, "image", 64, 64);
            int divisor = detector.network().sizeDivisor();
            DetectorException e = catchThrowableOfType(
                    DetectorException.class,
                    () -> detector.detect(
                            RecipeBatches.single(detector.recipe(), info, RgbImage.black(64, 64), divisor)));
            assertThat(e).hasMessageContainingAll(crafted.toString(), "no numbers", "had diverged");
        }
    }
}
