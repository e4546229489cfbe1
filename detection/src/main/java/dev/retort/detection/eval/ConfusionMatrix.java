package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which class objects were taken for. Detections of a least score take objects greedily, best score first, whatever the class: each
 * takes the free object of highest IoU at or above the threshold, one of its own class if there is one.
 *
 * <p>Crowds are no objects. A detection that lies in a crowd of its class, and found no object of it, is not counted.
 *
 * @param iou least overlap with the object that a detection takes
 * @param score least score of a detection that counts
 * @param categories ascending by id
 * @param counts [K + 1][K + 1]: rows are the classes of objects, columns those of detections; the last row counts detections
 *     without an object (background), the last column objects without a detection (missed)
 */
public record ConfusionMatrix(double iou, double score, List<Category> categories, long[][] counts) {
    public ConfusionMatrix {
        categories = List.copyOf(categories);
    }

    /** Counts image by image. */
    static final class Counter {
        private final double iou;
        private final double score;
        private final List<Category> categories;
        private final Map<Long, Integer> classes = new HashMap<>();
        private final long[][] counts;

        Counter(List<Category> categories, double iou, double score) {
            this.iou = iou;
            this.score = score;
            this.categories = categories;
            categories.forEach(category -> classes.put(category.id(), classes.size()));
            counts = new long[categories.size() + 1][categories.size() + 1];
        }

        void add(ImageScene scene) {
            List<Annotation> truths = scene.truths();
            boolean[] taken = new boolean[truths.size()];
            for (ImageScene.Found found : scene.found()) {
                Detection detection = found.detection();
                if (detection.score() < score || found.ignored()) {
                    continue;
                }
                int object = best(scene, detection, taken);
                if (object >= 0) {
                    taken[object] = true;
                    count(classes.get(truths.get(object).categoryId()), classes.get(detection.categoryId()));
                } else {
                    count(categories.size(), classes.get(detection.categoryId()));
                }
            }
            for (int g = 0; g < taken.length; g++) {
                if (!taken[g] && !truths.get(g).crowd()) {
                    count(classes.get(truths.get(g).categoryId()), categories.size());
                }
            }
        }

        private void count(int row, int column) {
            counts[row][column]++;
        }

        /** The object that a detection takes, or -1; of equally good ones the last, as COCO has it. */
        private int best(ImageScene scene, Detection detection, boolean[] taken) {
            double[] overlaps = scene.overlaps(detection);
            double least = ImageMatches.Scene.atMostAlmostOne(iou);
            int best = -1;
            boolean bestIsOwn = false;
            for (int g = 0; g < taken.length; g++) {
                boolean own = scene.truths().get(g).categoryId() == detection.categoryId();
                boolean better = best < 0 || (own == bestIsOwn ? overlaps[g] >= overlaps[best] : own);
                if (!taken[g] && overlaps[g] >= least && better) {
                    best = g;
                    bestIsOwn = own;
                }
            }
            return best;
        }

        ConfusionMatrix result() {
            return new ConfusionMatrix(iou, score, categories, counts);
        }
    }
}
