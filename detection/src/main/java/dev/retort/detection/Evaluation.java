package dev.retort.detection;

import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.BatchLoader;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DatasetBatches;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.eval.CocoEvaluator;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.eval.Detection;
import dev.retort.detection.eval.GroundTruthSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * What a detector finds on a data set, and COCO's metrics of it.
 *
 * @param detections over all images, boxes in pixels of the original images
 */
public record Evaluation(CocoMetrics metrics, List<Detection> detections) {
    private static final int PREFETCH = 2;

    /**
     * Runs a detector over every image of a data set. Detections have the ids of the data set's categories; what is found
     * of classes that the data set does not list is left out.
     *
     * @param progress told the number of images done so far
     * @throws DetectorException if the data set has boxes of a category that the detector does not know
     */
    public static Evaluation of(Detector detector, CocoDataset dataset, IntConsumer progress) {
        List<Category> categories =
                ClassMatch.of(detector.categories(), dataset).categories();
        detector.network().setTraining(false);
        List<Detection> found = new ArrayList<>();
        DatasetBatches batches = RecipeBatches.evaluation(
                detector.recipe(), dataset, detector.network().sizeDivisor());
        try (BatchLoader loader = new BatchLoader(batches, 0, PREFETCH)) {
            int done = 0;
            while (loader.hasNext()) {
                Batch batch = loader.next();
                List<Detections> perImage = detector.detect(batch);
                for (int n = 0; n < batch.size(); n++) {
                    found.addAll(detections(batch.samples().get(n).info(), perImage.get(n), categories));
                }
                done += batch.size();
                progress.accept(done);
            }
        }
        CocoEvaluator evaluator = new CocoEvaluator(truth(dataset));
        evaluator.process(found);
        return new Evaluation(evaluator.evaluate(), found);
    }

    /**
     * An image's detections in COCO's terms.
     *
     * @param categories of each class, null for one whose detections are left out
     */
    public static List<Detection> detections(ImageInfo image, Detections found, List<Category> categories) {
        List<Detection> detections = new ArrayList<>();
        double[] boxes = found.boxes();
        for (int i = 0; i < found.size(); i++) {
            Category category = categories.get(found.classes()[i]);
            if (category == null) {
                continue;
            }
            detections.add(new Detection(
                    image.id(),
                    category.id(),
                    boxes[4 * i],
                    boxes[4 * i + 1],
                    boxes[4 * i + 2] - boxes[4 * i],
                    boxes[4 * i + 3] - boxes[4 * i + 1],
                    found.scores()[i]));
        }
        return detections;
    }

    /** What detections on a data set are held against. */
    public static GroundTruthSet truth(CocoDataset dataset) {
        return new GroundTruthSet(
                dataset.images().stream().map(ImageInfo::id).toList(),
                dataset.categories(),
                dataset.images().stream()
                        .flatMap(image -> dataset.annotations(image.id()).stream())
                        .toList());
    }
}
