package dev.retort.distill.job;

import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.draw.BoxPainter;
import java.util.ArrayList;
import java.util.List;

/** Turns detections and annotations into boxes to draw. */
public final class DrawnBoxes {
    private DrawnBoxes() {}

    /** The detections of at least this score. */
    public static List<BoxPainter.Box> of(Detections found, List<Category> categories, double leastScore) {
        List<BoxPainter.Box> boxes = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            if (found.scores()[i] >= leastScore) {
                boxes.add(box(
                        found.boxes(),
                        i,
                        found.classes()[i],
                        categories.get(found.classes()[i]).name(),
                        found.scores()[i]));
            }
        }
        return boxes;
    }

    /** A picture's true boxes, without crowds. */
    public static List<BoxPainter.Box> truth(CocoDataset dataset, ImageInfo image) {
        return dataset.annotations(image.id()).stream()
                .filter(annotation -> !annotation.crowd())
                .map(a -> {
                    int k = dataset.classOf(a.categoryId());
                    String name = dataset.categories().get(k).name();
                    return BoxPainter.Box.truth(a.x(), a.y(), a.x() + a.w(), a.y() + a.h(), k, name);
                })
                .toList();
    }

    /** Box {@code i} of XYXY boxes; a score of NaN makes it a true one. */
    static BoxPainter.Box box(double[] boxes, int i, int classIndex, String name, double score) {
        int at = 4 * i;
        return new BoxPainter.Box(boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3], classIndex, name, score);
    }
}
