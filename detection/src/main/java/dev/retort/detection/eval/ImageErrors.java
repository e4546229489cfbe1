package dev.retort.detection.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * How many objects of an image were found, with detections of a least score and COCO's matching at one IoU. Crowds are not to be
 * found, and detections in a crowd of their class are not wrong.
 *
 * @param found objects that have a detection of their class
 * @param missed objects that have none
 * @param wrong detections that found no object
 */
public record ImageErrors(long imageId, long found, long missed, long wrong) {
    /** The lowest {@link #f1} first; of equal ones that with more errors, then that with the lower id. */
    private static final Comparator<ImageErrors> WORST_FIRST = Comparator.comparingDouble(ImageErrors::f1)
            .thenComparing(Comparator.comparingLong(ImageErrors::errors).reversed())
            .thenComparingLong(ImageErrors::imageId);

    /** Harmonic mean of precision and recall, in [0, 1]; 1 in an image with neither objects nor detections. */
    public double f1() {
        return errors() == 0 ? 1 : 2.0 * found / (2.0 * found + errors());
    }

    /** Missed objects and wrong detections together. */
    public long errors() {
        return missed + wrong;
    }

    /** Keeps the worst images of all that have an error. */
    static final class Worst {
        private final double score;
        private final int most;
        private final PriorityQueue<ImageErrors> kept = new PriorityQueue<>(WORST_FIRST.reversed());

        Worst(double score, int most) {
            this.score = score;
            this.most = most;
        }

        void add(ImageScene scene) {
            long objects =
                    scene.truths().stream().filter(truth -> !truth.crowd()).count();
            List<ImageScene.Found> sure = scene.found().stream()
                    .filter(found -> found.detection().score() >= score)
                    .toList();
            long hits = sure.stream().filter(ImageScene.Found::isHit).count();
            long wrong = sure.stream().filter(ImageScene.Found::isWrong).count();
            ImageErrors errors = new ImageErrors(scene.imageId(), hits, objects - hits, wrong);
            if (errors.errors() > 0) {
                kept.add(errors);
                if (kept.size() > most) {
                    kept.remove();
                }
            }
        }

        /** Worst first. */
        List<ImageErrors> result() {
            List<ImageErrors> worst = new ArrayList<>(kept);
            worst.sort(WORST_FIRST);
            return worst;
        }
    }
}
