package dev.retort.cli.job;

import dev.retort.cli.progress.MetricsLine;
import dev.retort.cli.report.ReportData;
import dev.retort.cli.report.Summary;
import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.RecipeBatches;
import dev.retort.detection.box.Boxes;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DatasetBatches;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.detection.draw.DatasetBoxes;
import dev.retort.detection.draw.HeatMap;
import dev.retort.detection.draw.LabelText;
import dev.retort.distill.icd.AttentionMap;
import dev.retort.distill.icd.IcdDistillation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Gathers what the demo's report shows, model by model. */
final class DemoReport {
    /** The losses that every detector has, and so the comparable ones. */
    private static final List<String> DETECTOR_LOSSES = List.of("classification", "box");

    private static final String ABOUT_ICD =
            """
            Instance-conditional distillation (ICD) trains a small student with the help of a large teacher. For every
            object in an image, a decoder asks the teacher's feature maps \u201cwhere is what you know about this one?\u201d and
            gets an attention map. The student learns to match the teacher's features, weighted by these maps: it copies
            what matters for the objects and is left alone elsewhere. At run time the teacher and the decoder are gone;
            the student is as small and fast as before.
            """;

    private static final String ABOUT_METHODS =
            """
            Distillation trains a small student with the help of a large teacher: losses of the method draw what the student
            computes towards what the teacher computes of the same image. At run time the teacher is gone; the student is as
            small and fast as before.
            """;

    private static final String ICD_LOSSES =
            "Identification and localization teach the decoder to find each object in the"
                    + " teacher\u2019s features; distillation is the weighted distance of the student\u2019s features from them.";

    private static final String LOSSES = "The method\u2019s losses with their weights, lower is nearer to the teacher.";

    private static final int IMAGES = 6;
    private static final double LEAST_SCORE = 0.4;
    private static final double OPACITY = 0.65;

    private final CocoDataset test;
    private final String distilled;
    private final boolean isIcd;
    private final Map<String, String> names;
    private final List<List<ReportData.Panel>> comparisons = new ArrayList<>();
    private final List<ReportData.Panel> attention = new ArrayList<>();
    private final List<ReportData.Curve> detectorLosses = new ArrayList<>();
    private final List<ReportData.Curve> distillationLosses = new ArrayList<>();

    /** @param method that the third model is distilled by */
    DemoReport(CocoDataset test, String method) {
        this.test = test.head(IMAGES);
        distilled = Summary.distilled(method);
        isIcd = method.equals("icd");
        names = Map.of(
                Summary.TEACHER,
                "Teacher",
                Summary.STUDENT,
                "Plain student",
                distilled,
                method.toUpperCase(Locale.ROOT) + " student");
        this.test.images().forEach(image -> comparisons.add(new ArrayList<>()));
    }

    /** Takes in a trained model. */
    void add(String model, Detector detector, Evaluation evaluation, List<MetricsLine> lines) {
        for (int i = 0; i < test.size(); i++) {
            ImageInfo image = test.images().get(i);
            List<BoxPainter.Box> boxes = new ArrayList<>(DatasetBoxes.truth(test, image));
            boxes.addAll(DatasetBoxes.predicted(evaluation.detections(), image, detector.categories(), LEAST_SCORE));
            RgbImage painted = BoxPainter.paint(test.image(image), boxes);
            comparisons.get(i).add(ReportData.Panel.of(model, names.get(model), painted));
        }
        detectorLosses.add(curve(model, names.get(model), lines, line -> DETECTOR_LOSSES.stream()
                .mapToDouble(line.losses()::get)
                .sum()));
        List<String> others = lines.get(0).losses().keySet().stream()
                .filter(loss -> !DETECTOR_LOSSES.contains(loss))
                .toList();
        others.forEach(loss -> distillationLosses.add(
                curve(model, loss, lines, line -> line.losses().get(loss))));
    }

    private static ReportData.Curve curve(
            String model, String name, List<MetricsLine> lines, ToDoubleFunction<MetricsLine> value) {
        double[] iterations = lines.stream().mapToDouble(MetricsLine::iteration).toArray();
        return new ReportData.Curve(
                model, name, iterations, lines.stream().mapToDouble(value).toArray());
    }

    /** Takes in where the trained decoder looks: in each image, for the largest object. */
    void attention(Detector student, IcdDistillation icd) {
        DatasetBatches batches = RecipeBatches.evaluation(
                student.recipe(), test, student.network().sizeDivisor());
        for (long t = 0; t < batches.count(); t++) {
            Batch batch = batches.at(t);
            for (Sample sample : batch.samples()) {
                if (sample.classes().length > 0) {
                    Batch single = new Batch(List.of(sample), batch.height(), batch.width());
                    attention.add(panel(sample, single, icd.attention(single)));
                }
            }
        }
    }

    private ReportData.Panel panel(Sample sample, Batch batch, List<AttentionMap> maps) {
        double[] boxes = sample.boxes();
        int largest = 0;
        for (int i = 1; i < sample.classes().length; i++) {
            largest = Boxes.area(boxes, i) > Boxes.area(boxes, largest) ? i : largest;
        }
        AttentionMap map = maps.get(largest);
        double stride = (double) batch.height() / map.height();
        RgbImage overlay =
                HeatMap.overlay(sample.image().visible(), map.map(), map.height(), map.width(), stride, OPACITY);
        int at = 4 * largest;
        int k = sample.classes()[largest];
        String name = test.classNames().get(k);
        String label = LabelText.name(test.categories().get(k));
        BoxPainter.Box box = BoxPainter.Box.truth(boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3], k, label);
        return ReportData.Panel.of(
                distilled, name + " in " + sample.info().fileName(), BoxPainter.paint(overlay, List.of(box)));
    }

    /** Everything, for the page. */
    ReportData data(Summary summary, Map<String, String> facts) {
        List<ReportData.Figure> figures = new ArrayList<>();
        for (int i = 0; i < test.size(); i++) {
            figures.add(new ReportData.Figure(test.images().get(i).fileName(), comparisons.get(i)));
        }
        return new ReportData(
                "Distilling a detector on generated shapes",
                "A large teacher, a small student trained alone, and the same student trained with the teacher\u2019s help.",
                isIcd ? ABOUT_ICD : ABOUT_METHODS,
                facts,
                summary,
                names,
                List.of(
                        new ReportData.Chart(
                                "detector-loss",
                                "Detector loss",
                                "Classification plus box loss on the images to learn from, lower is better. The thick"
                                        + " line is a running mean of the faint one.",
                                "loss",
                                detectorLosses),
                        new ReportData.Chart(
                                "distillation-loss",
                                "What distillation adds to the " + names.get(distilled) + "\u2019s training",
                                isIcd ? ICD_LOSSES : LOSSES,
                                "loss",
                                distillationLosses)),
                figures,
                attention.isEmpty()
                        ? List.of()
                        : List.of(new ReportData.Figure("The largest object of each image.", attention)));
    }
}
