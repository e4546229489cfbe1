package dev.retort.detection.tensorboard;

import dev.retort.detection.Evaluation;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.detection.draw.DatasetBoxes;
import dev.retort.detection.draw.PaintedImage;
import dev.retort.detection.eval.CocoEvaluator;
import dev.retort.detection.eval.MatchedDetections;
import dev.retort.detection.proto.ProtoMessage;
import dev.retort.detection.train.RunTracker;
import dev.retort.detection.train.StepReport;
import dev.retort.detection.train.TrackedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes an event file: figures of every logged step; figures, curves and some images with boxes of every evaluation. */
final class TensorBoardTracker implements RunTracker {
    /** Name of the folder of event files in a run's folder. */
    static final String FOLDER = "tensorboard";

    private static final int IMAGES = 4;
    private static final double LEAST_SCORE = 0.3;
    private static final int MOST_CURVES = 100;

    private final TrackedRun run;
    private final Path folder;
    private final EventFile events;

    TensorBoardTracker(TrackedRun run) throws IOException {
        this.run = run;
        folder = run.folder().resolve(FOLDER);
        try {
            events = EventFile.open(folder, run.iteration());
        } catch (IOException e) {
            throw new IOException("Cannot write event files into " + folder + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void step(StepReport step) {
        if (step.isLogged(run.recipe().training().logEvery())) {
            write(step.iteration(), scalars(run.figures(step)));
        }
    }

    @Override
    public void evaluated(long iteration, Evaluation evaluation, boolean best) {
        List<ProtoMessage> values = new ArrayList<>(scalars(TrackedRun.figures(evaluation.metrics())));
        values.addAll(curves(evaluation));
        values.addAll(images(evaluation));
        write(TrackedRun.stepOf(iteration), values);
    }

    private static List<ProtoMessage> scalars(Map<String, Double> figures) {
        return figures.entrySet().stream()
                .map(figure -> Summaries.scalar(figure.getKey(), figure.getValue()))
                .toList();
    }

    /** Of all classes together and of each that has objects, up to a number. */
    private List<ProtoMessage> curves(Evaluation evaluation) {
        CocoEvaluator evaluator = new CocoEvaluator(Evaluation.truth(run.test()));
        evaluator.process(evaluation.detections());
        List<Category> categories = run.test().categories();
        List<ProtoMessage> curves = new ArrayList<>();
        PrCurve all = PrCurve.none();
        for (MatchedDetections.Category matched : evaluator.matches().categories()) {
            PrCurve curve = PrCurve.of(matched);
            all = all.plus(curve);
            if (curve.positives() > 0 && curves.size() < MOST_CURVES) {
                String name = categories.get(run.test().classOf(matched.id())).name();
                curves.add(Summaries.curve("pr_class/" + matched.id(), name, curve));
            }
        }
        curves.add(0, Summaries.curve("pr/all", "all classes", all));
        return curves;
    }

    /** The first images that have boxes, with true ones and those found. */
    private List<ProtoMessage> images(Evaluation evaluation) {
        CocoDataset test = run.test();
        Stream<ImageInfo> shown = test.images().stream()
                .filter(image -> !test.annotations(image.id()).isEmpty())
                .limit(IMAGES);
        return shown.map(image -> {
                    List<BoxPainter.Box> boxes = new ArrayList<>(DatasetBoxes.truth(test, image));
                    boxes.addAll(
                            DatasetBoxes.predicted(evaluation.detections(), image, test.categories(), LEAST_SCORE));
                    return Summaries.image("images/" + image.id(), PaintedImage.of(test.image(image), boxes));
                })
                .toList();
    }

    private void write(long step, List<ProtoMessage> values) {
        try {
            events.add(step, values);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write event files into " + folder + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void end(End end) throws IOException {
        events.close();
    }
}
