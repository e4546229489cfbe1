package dev.retort.detection.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.TinyDetectors;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.RunBrokenOffException;
import dev.retort.detection.train.RunListener;
import dev.retort.detection.train.StepReport;
import dev.retort.detection.train.Trainer;
import dev.retort.detection.train.TrainingRun;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;

/** Event files of whole runs. */
class TensorBoardTest {
    @TempDir
    private static Path shared;

    /** A run to its end, with checkpoints as often as one that broke off. */
    private static Path whole;

    private static final Told TOLD = new Told();
    private static CocoDataset train;
    private static CocoDataset test;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        Path shapes = shared.resolve("shapes");
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(4, 1, 6, 3), shapes);
        train = CocoDataset.open(shapes, "train");
        test = CocoDataset.open(shapes, "test");
        whole = shared.resolve("whole");
        run(recipe(), whole, false, () -> false, TOLD);
    }

    private static Recipe recipe(String... more) {
        return TinyDetectors.recipe(
                        "training.iterations=6",
                        "training.evaluateEvery=4",
                        "training.checkpointEvery=2",
                        "training.tensorboard=true")
                .with(more);
    }

    /** Notes what it is told, and breaks off within a step. */
    private static class Told implements RunListener {
        private final Map<Long, StepReport> steps = new LinkedHashMap<>();
        private final Map<Long, Evaluation> evaluations = new LinkedHashMap<>();
        private long failAt = -1;

        @Override
        public void step(StepReport report) {
            if (report.iteration() == failAt) {
                throw new IllegalStateException("killed");
            }
            steps.put(report.iteration(), report);
        }

        @Override
        public void evaluated(long iteration, Evaluation evaluation, boolean best) {
            evaluations.put(iteration, evaluation);
        }
    }

    private static void run(Recipe recipe, Path out, boolean resume, BooleanSupplier stop, RunListener listener)
            throws IOException {
        Files.createDirectories(out);
        try (Backend backend = Backends.create("auto");
                Detector student = Detector.create(recipe, train.categories(), backend);
                Trainer trainer = new Trainer(recipe, train, student, List.of())) {
            TrainingRun run = new TrainingRun(trainer, student, test, out, "go on");
            if (resume) {
                run.resume(false);
            }
            run.run(recipe.training().checkpointEvery(), stop, listener);
        }
    }

    /** Scalars by tag and step; a step that is there twice fails. */
    private static Map<String, Map<Long, Float>> scalars(List<Event> events) {
        Map<String, Map<Long, Float>> scalars = new LinkedHashMap<>();
        for (Event event : events) {
            for (Summary.Value value : event.getSummary().getValueList()) {
                if (value.getValueCase() == Summary.Value.ValueCase.SIMPLE_VALUE) {
                    assertThat(scalars.computeIfAbsent(value.getTag(), tag -> new LinkedHashMap<>())
                                    .put(event.getStep(), value.getSimpleValue()))
                            .as(value.getTag())
                            .isNull();
                }
            }
        }
        return scalars;
    }

    @Test
    void everyFigureIsThereWithItsStep() throws IOException {
        Map<String, Map<Long, Float>> scalars = scalars(EventFiles.shown(whole.resolve("tensorboard")));
        assertThat(new TreeSet<>(scalars.keySet()))
                .contains("evaluation/AP", "evaluation/AP50", "evaluation/AR100", "memory/heap_bytes")
                .contains("memory/tensors_peak_bytes", "memory/tensors_pooled_bytes");
        TOLD.steps.forEach((iteration, step) -> {
            step.losses().forEach((name, value) -> assertThat(
                            scalars.get("loss/" + name).get(iteration))
                    .isEqualTo(value.floatValue()));
            assertThat(scalars.get("loss/total").get(iteration)).isEqualTo((float) step.total());
            assertThat(scalars.get("learning_rate").get(iteration)).isEqualTo((float) step.learningRate());
            assertThat(scalars.get("images_per_second").get(iteration))
                    .isEqualTo((float) (step.images() / step.seconds()));
        });
        assertThat(scalars.get("loss/total").keySet()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(scalars.get("memory/heap_bytes").values()).allMatch(bytes -> bytes > 1e6);
        // As in metrics.jsonl: the step before the evaluation.
        assertThat(scalars.get("evaluation/AP"))
                .isEqualTo(Map.of(
                        3L, (float) TOLD.evaluations.get(4L).metrics().value(CocoMetric.AP),
                        5L, (float) TOLD.evaluations.get(6L).metrics().value(CocoMetric.AP)));
    }

    @Test
    void anEvaluationHasFourImagesAndACurveOfEachClass() throws IOException {
        List<Summary.Value> values = EventFiles.shown(whole.resolve("tensorboard")).stream()
                .filter(event -> event.getStep() == 3)
                .flatMap(event -> event.getSummary().getValueList().stream())
                .toList();
        List<Summary.Value> images =
                values.stream().filter(Summary.Value::hasImage).toList();
        assertThat(images)
                .extracting(Summary.Value::getTag)
                .containsExactlyElementsOf(test.images().stream()
                        .filter(image -> !test.annotations(image.id()).isEmpty())
                        .limit(4)
                        .map(image -> "images/" + image.id())
                        .toList());
        for (Summary.Value value : images) {
            var image = ImageIO.read(new ByteArrayInputStream(
                    value.getImage().getEncodedImageString().toByteArray()));
            assertThat(List.of(
                            image.getWidth(),
                            image.getHeight(),
                            value.getImage().getColorspace()))
                    .containsExactly(
                            value.getImage().getWidth(), value.getImage().getHeight(), 3);
        }
        List<Summary.Value> curves =
                values.stream().filter(Summary.Value::hasTensor).toList();
        assertThat(curves.get(0).getTag()).isEqualTo("pr/all");
        // At score 0, every object is hit or missed.
        List<Float> all = curves.get(0).getTensor().getFloatValList();
        assertThat(all.get(0) + all.get(3 * 101)).isEqualTo(test.annotationCount());
        assertThat(curves).hasSizeBetween(2, 1 + test.categories().size());
    }

    /** Steps 2 and 3 were written, and are taken once more from the checkpoint of step 2. */
    @Test
    void aRunThatBrokeOffAndGoesOnHasEveryStepOnceAndItsBits() throws IOException {
        Path out = folder.resolve("broken");
        Path kept = folder.resolve("kept");
        Told told = new Told() {
            @Override
            public void saved(Path file) throws IOException {
                if (!Files.exists(kept)) {
                    Files.copy(file, kept);
                }
            }
        };
        told.failAt = 4;
        assertThatThrownBy(() -> run(recipe(), out, false, () -> false, told))
                .isInstanceOf(RunBrokenOffException.class);
        // As a process that was killed leaves it.
        Files.copy(kept, out.resolve(TrainingRun.CHECKPOINT), StandardCopyOption.REPLACE_EXISTING);
        told.failAt = -1;
        run(recipe(), out, true, () -> false, told);
        List<Path> files = EventFiles.of(out.resolve("tensorboard"));
        assertThat(files).hasSize(2);
        assertThat(EventFiles.read(files.get(0)).stream()
                        .filter(Event::hasSummary)
                        .map(Event::getStep))
                .contains(2L, 3L);
        Map<String, Map<Long, Float>> scalars = scalars(EventFiles.shown(out.resolve("tensorboard")));
        Map<String, Map<Long, Float>> unbroken = scalars(EventFiles.shown(whole.resolve("tensorboard")));
        for (String tag : unbroken.keySet()) {
            if (tag.startsWith("loss/") || tag.startsWith("evaluation/") || tag.equals("learning_rate")) {
                assertThat(scalars.get(tag)).as(tag).isEqualTo(unbroken.get(tag));
            }
        }
        assertThat(Files.readAllBytes(out.resolve(TrainingRun.MODEL)))
                .isEqualTo(Files.readAllBytes(whole.resolve(TrainingRun.MODEL)));
    }

    @Test
    void aRunMayBeginWithEventFilesWhereItGoesOn() throws IOException {
        Path out = folder.resolve("run");
        long[] steps = new long[1];
        Recipe without = recipe("training.tensorboard=false", "training.evaluateEvery=0");
        run(without, out, false, () -> steps[0] == 2, report -> steps[0]++);
        assertThat(out.resolve("tensorboard")).doesNotExist();
        run(recipe("training.evaluateEvery=0"), out, true, () -> false, new Told());
        Map<String, Map<Long, Float>> scalars = scalars(EventFiles.shown(out.resolve("tensorboard")));
        assertThat(scalars.get("loss/total").keySet()).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldBeforeTheFirstStep() throws IOException {
        Path out = Files.createDirectory(folder.resolve("run"));
        Files.createFile(out.resolve("tensorboard"));
        Told told = new Told();
        assertThatThrownBy(() -> run(recipe(), out, false, () -> false, told))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot write event files into " + out.resolve("tensorboard"));
        assertThat(told.steps).isEmpty();
    }
}
