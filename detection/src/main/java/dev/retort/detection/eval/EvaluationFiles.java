package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.CocoEntries;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what an evaluation needs from COCO's two JSON files: annotations ({@code images}, {@code categories},
 * {@code annotations}) and results (a list of {@code image_id}, {@code category_id}, {@code bbox}, {@code score}).
 * Everything else in them, an {@code ignore} field included, is passed over; {@link CocoEntries} tells what is accepted.
 * A missing area is width times height, with a notice.
 */
public final class EvaluationFiles {
    private static final System.Logger LOG = System.getLogger(EvaluationFiles.class.getName());

    private EvaluationFiles() {}

    /**
     * Reads an annotation file.
     *
     * @throws IOException if it is not such a file or contradicts itself; the message names the file and, for every kind of
     *     problem, the entries
     */
    public static GroundTruthSet readGroundTruth(Path file) throws IOException {
        Problems problems = new Problems();
        try {
            CocoEntries.Annotations raw = CocoEntries.annotations(file, false, problems);
            refuse(file, problems);
            List<Annotation> truths = new ArrayList<>();
            int withoutArea = 0;
            for (CocoEntries.Box entry : raw.annotations()) {
                double[] box = entry.box();
                withoutArea += entry.area() == null ? 1 : 0;
                truths.add(new Annotation(
                        entry.id(),
                        entry.imageId(),
                        entry.categoryId(),
                        box[0],
                        box[1],
                        box[2],
                        box[3],
                        entry.area() == null ? box[2] * box[3] : entry.area(),
                        entry.crowd()));
                if (entry.id() == 0) {
                    notice(
                            file
                                    + ": annotation id 0 counts like any other here; pycocotools takes a match with it for none");
                }
            }
            if (withoutArea > 0) {
                notice(file + ": " + withoutArea + " annotation(s) have no 'area'; width times height is taken");
            }
            List<Long> ids = raw.images().stream().map(CocoEntries.RgbImage::id).toList();
            return new GroundTruthSet(ids, raw.categories(), truths);
        } catch (DataException e) {
            throw new IOException(e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a result file for the images and categories of {@code truth}.
     *
     * @throws IOException if it is not such a file or does not fit {@code truth}; the message names the file and, for every
     *     kind of problem, the entries
     */
    public static List<Detection> readDetections(Path file, GroundTruthSet truth) throws IOException {
        Problems problems = new Problems();
        List<Detection> detections = new ArrayList<>();
        try {
            for (CocoEntries.Result entry : CocoEntries.results(file, problems)) {
                double[] box = entry.box();
                detections.add(new Detection(
                        entry.imageId(), entry.categoryId(), box[0], box[1], box[2], box[3], entry.score()));
            }
            refuse(file, problems);
            truth.check(detections);
        } catch (DataException e) {
            throw new IOException(e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        return detections;
    }

    private static void refuse(Path file, Problems problems) {
        if (!problems.isEmpty()) {
            throw new DataException(String.join(";\n", problems.lines(file)));
        }
    }

    private static void notice(String text) {
        LOG.log(System.Logger.Level.INFO, text);
    }
}
